/** `/v2/changes`, ours: who changed what and when, and the way back of each change. */
import { ApiError } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import { committed, wrongMethod } from './apps.ts';
import type { Answer, Call } from './call.ts';

const LIMIT = 50;
const LIMIT_MAX = 1_000;

/**
 * GET `/v2/changes?id=ID&limit=N`: changes of a service, or of what is in a group, the newest first.
 * POST `/v2/changes/VERSION/undo`: what the change did is undone, unless it was changed again since.
 */
export function changesRoute(marathon: Marathon, call: Call): Answer {
  if (call.rest === '') {
    if (call.method !== 'GET') return wrongMethod(call, 'GET');
    const id = call.query('id') ?? '/';
    if (!id.startsWith('/')) throw new ApiError(400, `id: expected a path such as /shop/web, got '${id}'`);
    return { body: { changes: marathon.definitions.changes(id, limitOf(call)) } };
  }
  const [version = '', verb, ...more] = call.rest.split('/');
  if (verb !== 'undo' || more.length > 0)
    throw new ApiError(404, `There is nothing at '${call.request.path}' here`);
  if (call.method !== 'POST') return wrongMethod(call, 'POST');
  return committed(marathon.writes.undo(version, call.flag('force')));
}

function limitOf(call: Call): number {
  const given = call.query('limit');
  if (given === undefined) return LIMIT;
  const limit = Number(given);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw new ApiError(400, `limit: expected 1 to ${LIMIT_MAX}, got '${given.slice(0, 20)}'`);
  return limit;
}

/** `/v2/changes`, ours: who changed what and when, and the way back of each change. */
import { ApiError } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import type { ChangeRecord } from '../store/definitions.ts';
import { committed, wrongMethod } from './apps.ts';
import type { Answer, Call } from './call.ts';

const LIMIT = 50;
const LIMIT_MAX = 1_000;

/**
 * GET `/v2/changes?id=ID&limit=N`: changes of a service, or of a group and what is in it, the newest first.
 * POST `/v2/changes/VERSION/undo`: what the change did is undone, unless it was changed again since.
 */
export function changesRoute(marathon: Marathon, call: Call): Answer {
  if (call.rest === '') {
    if (call.method !== 'GET') return wrongMethod(call, 'GET');
    const id = call.query('id') ?? '/';
    if (!id.startsWith('/')) throw new ApiError(400, `id: expected a path such as /shop/web, got '${id}'`);
    return { body: { changes: marathon.definitions.changes(id, limitOf(call)).map(changeJson) } };
  }
  const [version = '', verb, ...more] = call.rest.split('/');
  if (verb !== 'undo' || more.length > 0)
    throw new ApiError(404, `There is nothing at '${call.request.path}' here`);
  if (call.method !== 'POST') return wrongMethod(call, 'POST');
  return committed(marathon.writes.undo(version, call.flag('force')));
}

/** Groups by the versions of their settings, as services; left out where there are none. */
function changeJson({ groups, ...change }: ChangeRecord): object {
  if (groups.length === 0) return change;
  const versions = groups.map(({ id, before, after }) => ({
    id,
    before: before?.version ?? null,
    after: after?.version ?? null,
  }));
  return { ...change, groups: versions };
}

function limitOf(call: Call): number {
  const given = call.query('limit');
  if (given === undefined) return LIMIT;
  const limit = Number(given);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX)
    throw new ApiError(400, `limit: expected 1 to ${LIMIT_MAX}, got '${given.slice(0, 20)}'`);
  return limit;
}

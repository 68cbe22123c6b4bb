/** What is answered while the state cannot be written: an etcd at its quota, or one that takes the right to write away. */
import { ApiError } from '../errors.ts';
import type { Answer, Call } from './call.ts';

const WRITING: ReadonlySet<string> = new Set([
  'apps',
  'groups',
  'pods',
  'tasks',
  'deployments',
  'eventSubscriptions',
]);

/** Whether a call, or what comes of it, is written down. */
function writes(area: string | undefined, call: Call): boolean {
  if (call.method === 'GET' || call.flag('dryRun')) return false;
  // A backup that is put in the place of everything; to let another one lead needs no writing.
  if (area === 'leader') return call.query('restore') !== undefined;
  return WRITING.has(area ?? '');
}

/** What could not be promised is not begun. @throws ApiError 503 */
export function expectWritable(heldUp: string | undefined, area: string | undefined, call: Call): void {
  if (heldUp !== undefined && writes(area, call))
    throw new ApiError(503, `Nothing was changed: the state cannot be written now: ${heldUp}`);
}

/** An answer that does not wait until there is room. */
export function answerHeldUp(heldUp: string, area: string | undefined, call: Call, answer: Answer): Answer {
  if (!writes(area, call)) {
    const text = `the state cannot be written now: ${heldUp}`.replaceAll(/[^\x20-\x7e]|["\\]/g, '?');
    return { ...answer, headers: { ...answer.headers, Warning: `199 - "${text}"` } };
  }
  const message =
    'The state cannot be written now: what was asked for is done as soon as it can be, unless another Marathon leads before';
  return { status: 503, body: { message: `${message}: ${heldUp}` } };
}

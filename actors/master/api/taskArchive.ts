/** `/tasks/archive`: ended tasks that the master itself remembers no more, youngest first (docs/operator-api.md). */

import { replyJson } from '../../../runtime/http/json.ts';
import { expectMethod, HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import type { ArchivedTask } from '../tasks/archive.ts';
import { whileLeading } from './leaderOnly.ts';
import { Viewer } from './viewer.ts';

const LIMIT = 100;
const LIMIT_MAX = 1000;
const WORDS_MAX = 20;

/**
 * `?framework_id=`, `?task_id=`, `?search=WORDS`, `?limit=`, `?offset=` → `{"kept": BOOLEAN, "total": N, "tasks": […]}`, of which each
 * has `ended`, `state`, `framework_id`, `framework_name`, `task_id`, `task_name` and `task`, a mesos.v1.Task. Without an archive
 * `kept` is false and there are none: who asks for a task that is gone is told so, not that the question was wrong.
 *
 * With `?own=true` a master that does not lead answers from its own archive instead of leading to the leader's: each knows what
 * ended while it led itself.
 */
export function taskArchiveEndpoint(parts: MasterParts): HttpHandler {
  const answer = archiveOf(parts);
  const leaders = whileLeading(parts, answer);
  return refusable((request, reply) => {
    const own = request.query.get('own');
    if (own !== null && own !== 'true' && own !== 'false')
      throw new HttpRefusal(400, `own: expected true or false, got '${own.slice(0, 60)}'`);
    return own === 'true' ? answer(request, reply) : leaders(request, reply);
  });
}

function archiveOf(parts: MasterParts): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET');
    const { query, principal } = request;
    const offset = countOf(query, 'offset', 0, Number.MAX_SAFE_INTEGER);
    const limit = countOf(query, 'limit', LIMIT, LIMIT_MAX);
    const viewer = new Viewer(parts.authorizer, principal);
    const question = {
      frameworkId: query.get('framework_id') ?? undefined,
      taskId: query.get('task_id') ?? undefined,
      search: wordsOf(query.get('search') ?? ''),
      sees: (task: ArchivedTask) => viewer.seesArchived(task.framework_user, task.user),
    };
    parts.archive.find(question, (found) => {
      parts.archive.read(found.slice(offset, offset + limit), (lines) => {
        const tasks = `"total":${found.length},"tasks":[${lines.join(',')}]`;
        replyJson(request, reply, `{"kept":${parts.archive.isKept},${tasks}}`);
      });
    });
  });
}

/** @throws HttpRefusal 400 */
function wordsOf(text: string): string[] {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length > WORDS_MAX) throw new HttpRefusal(400, `search: expected ${WORDS_MAX} words at most`);
  return words;
}

/** @throws HttpRefusal 400 */
function countOf(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,15}$/.test(text) || Number(text) > max)
    throw new HttpRefusal(400, `${name}: expected a number from 0 to ${max}, got '${text.slice(0, 60)}'`);
  return Number(text);
}

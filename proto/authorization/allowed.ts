/** `/allowed`: which actions whoever asks may do, so that a page can tell before it tries. */
import { replyJson } from '../../runtime/http/json.ts';
import { expectMethod, HttpRefusal, refusable } from '../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../runtime/index.ts';
import { AuthorizationAction } from '../index.ts';
import type { Action } from './actions.ts';
import type { Authorizer } from './authorizer.ts';

/** Questions in one request. */
const QUESTIONS_MAX = 500;

/**
 * `GET /allowed?action=DRAIN_AGENT&action=UPDATE_WEIGHT:db` answers `{"principal": "ada", "allowed": {"DRAIN_AGENT": true, …}}`. Behind
 * the colon stands the object as rules name it (a role, a user, a principal); without it any is meant. `principal` is
 * missing where nobody was asked who they are. 400 for an action that there is not.
 */
export function allowedEndpoint(authorizer: Authorizer): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET');
    const questions = request.query.getAll('action');
    if (questions.length > QUESTIONS_MAX)
      throw new HttpRefusal(
        400,
        `action: ${questions.length} questions, at most ${QUESTIONS_MAX} are answered`,
      );
    const { principal } = request;
    const allowed = questions.map((question): [string, boolean] => {
      const [action, object] = readQuestion(question);
      return [question, authorizer.approver(principal, action)(object)];
    });
    const answer = { principal: principal?.value, allowed: Object.fromEntries(allowed) };
    replyJson(request, reply, JSON.stringify(answer));
  });
}

/** @throws HttpRefusal 400 */
function readQuestion(question: string): [action: Action, object: string | undefined] {
  const colon = question.indexOf(':');
  const name = colon === -1 ? question : question.slice(0, colon);
  if (!Object.hasOwn(AuthorizationAction, name))
    throw new HttpRefusal(400, `action: there is no action '${name.slice(0, 60)}'`);
  return [name as Action, colon === -1 ? undefined : question.slice(colon + 1)];
}

/** `/weights` and `/quota`: what roles get, for older tools (v1-operator-api.md §5.1, §5.6). */
import {
  doubleText,
  fromJson,
  fromJsonText,
  JsonMappingError,
  type QuotaRequest,
  toJsonText,
  type WeightInfo,
} from '../../../proto/index.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import { expectMethod, HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import type { Done } from '../policy/done.ts';
import { expectAllowed } from './allowed.ts';

export function weightsEndpoint(parts: MasterParts): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET', 'PUT');
    if (request.method === 'PUT') {
      const infos = readList<WeightInfo>(request, 'mesos.v1.WeightInfo', 'update weights');
      for (const { role } of infos) expectAllowed(parts, request, 'UPDATE_WEIGHT', role);
      parts.weights.update(infos, answerBy(reply));
      return;
    }
    const texts = parts.weights
      .list(parts.authorizer.approver(request.principal, 'VIEW_ROLE'))
      .map(({ role, weight }) => `{"role":${JSON.stringify(role)},"weight":${doubleText(weight)}}`);
    replyJson(request, reply, `[${texts.join(',')}]`);
  });
}

export function quotaEndpoint(parts: MasterParts): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET', 'POST', 'DELETE');
    const shown = parts.authorizer.approver(request.principal, 'GET_QUOTA');
    if (request.method === 'DELETE') {
      if (request.rest === '')
        throw new HttpRefusal(400, "Failed to remove quota: expected a path such as '/quota/ROLE'");
      expectAllowed(parts, request, 'UPDATE_QUOTA', request.rest);
      parts.quotas.remove(request.rest, answerBy(reply));
    } else if (request.method === 'POST') {
      const body = readBody(request, 'set quota', (text) =>
        fromJsonText('mesos.v1.quota.QuotaRequest', text),
      );
      const asked = body as QuotaRequest;
      expectAllowed(parts, request, 'UPDATE_QUOTA', asked.role);
      parts.quotas.set(asked, answerBy(reply));
    } else replyJson(request, reply, toJsonText('mesos.v1.quota.QuotaStatus', parts.quotas.status(shown)));
  });
}

/** Answers when what was asked for is done, or refused by the registry. */
export function answerBy(reply: HttpReply): Done {
  return (refusal) => {
    if (refusal === undefined) reply.send(200);
    else reply.text(refusal.status, refusal.message);
  };
}

/**
 * The messages of a JSON array.
 * @throws HttpRefusal 400 naming the place
 */
export function readList<T>(request: HttpRequest, type: string, what: string): T[] {
  return readBody(request, what, (text) => {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) throw new SyntaxError('expected an array');
    return list.map((item) => fromJson(type, item) as T);
  });
}

/** @throws HttpRefusal 400 for what `parse` cannot read */
export function readBody<T>({ body }: HttpRequest, what: string, parse: (text: string) => T): T {
  try {
    return parse(new TextDecoder().decode(body));
  } catch (error) {
    if (!(error instanceof JsonMappingError || error instanceof SyntaxError)) throw error;
    throw new HttpRefusal(400, `Failed to parse ${what} request JSON: ${error.message}`);
  }
}

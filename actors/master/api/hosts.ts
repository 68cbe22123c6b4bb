/** `/hosts`: which agents are on, and who says otherwise (spec: other-frameworks.md §5). */
import { jsonText } from '../../../proto/json.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import { expectMethod, HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import { expectAllowed } from './allowed.ts';
import { answerBy, readBody } from './policy.ts';

const TEXT_MAX = 1_024;
/** A year. */
const TTL_SECONDS_MAX = 31_536_000;
const TEST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** `/hosts`, `/hosts/AGENT` (an id, or a host name that is one agent's), `/hosts/AGENT/tests/NAME`. */
export function hostsEndpoint(parts: MasterParts): HttpHandler {
  return refusable((request, reply) => {
    const [name = '', tests, test, ...more] = request.rest.split('/').filter((each) => each !== '');
    if (name === '') {
      expectMethod(request.method, 'GET');
      const ids = [...parts.registrar.registry.slaves.keys()];
      replyJson(request, reply, jsonText({ hosts: ids.map((id) => hostJson(parts, id)) }));
    } else if (tests === undefined) oneHost(parts, idOf(parts, name), request, reply);
    else if (tests === 'tests' && test !== undefined && more.length === 0)
      oneTest(parts, idOf(parts, name), test, request, reply);
    else throw new HttpRefusal(404, `There is nothing at '${request.path}' here`);
  });
}

function oneHost(parts: MasterParts, id: string, request: HttpRequest, reply: HttpReply): void {
  expectMethod(request.method, 'GET', 'PUT', 'DELETE');
  if (request.method === 'GET') {
    replyJson(request, reply, jsonText(hostJson(parts, id)));
  } else if (request.method === 'DELETE') {
    expectAllowed(parts, request, 'REACTIVATE_AGENT');
    parts.hosts.clear(id, answerBy(reply));
  } else {
    const body = readBody(request, 'host', readObject);
    const status = wordOf(body, 'status', ['on', 'off']);
    expectAllowed(parts, request, status === 'off' ? 'DEACTIVATE_AGENT' : 'REACTIVATE_AGENT');
    const ttlSeconds = body['ttl'] === undefined ? undefined : secondsOf(body, 'ttl');
    const reason = textOf(body, 'message');
    parts.hosts.set(id, { status, reason, ...(ttlSeconds !== undefined && { ttlSeconds }) }, answerBy(reply));
  }
}

/** Who may switch a host off may say how it is. */
function oneTest(parts: MasterParts, id: string, test: string, request: HttpRequest, reply: HttpReply): void {
  expectMethod(request.method, 'PUT', 'DELETE');
  expectAllowed(parts, request, 'DEACTIVATE_AGENT');
  if (!TEST_NAME.test(test)) throw new HttpRefusal(400, `Names of tests match ${TEST_NAME.source}`);
  if (request.method === 'DELETE') parts.hosts.removeTest(id, test);
  else {
    const body = readBody(request, 'test', readObject);
    const state = wordOf(body, 'state', ['ok', 'critical']);
    parts.hosts.report(id, test, {
      state,
      ttlSeconds: secondsOf(body, 'ttl'),
      message: textOf(body, 'message'),
    });
  }
  reply.send(200);
}

/** @throws HttpRefusal 404 for a name that is nobody's, 409 for one of several agents */
function idOf({ registrar }: MasterParts, name: string): string {
  const { slaves, unreachable } = registrar.registry;
  if (slaves.has(name) || unreachable.has(name)) return name;
  const ids = [...slaves].filter(([, { info }]) => info.hostname === name).map(([id]) => id);
  const [only] = ids;
  if (only === undefined) throw new HttpRefusal(404, `There is no agent '${name.slice(0, 100)}'`);
  if (ids.length > 1)
    throw new HttpRefusal(409, `Several agents are on '${name.slice(0, 100)}': ${ids.join(', ')}`);
  return only;
}

function hostJson({ hosts, registrar }: MasterParts, id: string): object {
  const { slaves, unreachable } = registrar.registry;
  const { status = 'on', source, reason, untilMs } = hosts.entry(id) ?? {};
  const hostname = slaves.get(id)?.info.hostname;
  return {
    agent_id: id,
    ...(hostname !== undefined && { hostname }),
    status,
    ...(source !== undefined && { source, reason }),
    ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }),
    deactivated: (slaves.get(id) ?? unreachable.get(id))?.deactivated === true,
    alarm: hosts.alarmed.has(id),
    tests: hosts.testsOf(id),
  };
}

type Body = Readonly<Record<string, unknown>>;

function readObject(text: string): Body {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('expected an object');
  return value as Body;
}

function wordOf<const W extends string>(body: Body, name: string, words: readonly W[]): W {
  const found = words.find((each) => each === body[name]);
  if (found === undefined) throw new HttpRefusal(400, `'${name}': expected one of ${words.join(', ')}`);
  return found;
}

function secondsOf(body: Body, name: string): number {
  const value = body[name];
  if (typeof value !== 'number' || !(value > 0 && value <= TTL_SECONDS_MAX))
    throw new HttpRefusal(400, `'${name}': expected seconds above 0, ${TTL_SECONDS_MAX} at most`);
  return value;
}

function textOf(body: Body, name: string): string {
  const value = body[name] ?? '';
  if (typeof value !== 'string' || value.length > TEXT_MAX)
    throw new HttpRefusal(400, `'${name}': expected a text of at most ${TEXT_MAX} characters`);
  return value;
}

/** `/why` and `/api/v1/why`: why frameworks get no offers, or get them (docs/why-pending.md). */
import { Double, jsonText } from '../../../proto/json.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import { expectMethod, HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../../runtime/index.ts';
import { textOf, wordsOf } from '../explain/answers.ts';
import type { TimedAnswer } from '../explain/why.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { type Json, quantitiesBlock, seconds } from './blocks.ts';
import { Viewer } from './viewer.ts';

/** Which frameworks and roles are asked about; undefined: all. */
interface Asked {
  readonly frameworkId: string | undefined;
  readonly role: string | undefined;
}

/** @param wrap how the document stands in the answer */
export function whyEndpoint(parts: MasterParts, wrap: (document: Json) => Json = (all) => all): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET');
    const frameworkId = request.query.get('framework_id') ?? undefined;
    const role = request.query.get('role') ?? undefined;
    const viewer = new Viewer(parts.authorizer, request.principal);
    const document = whyDocument(parts, viewer, { frameworkId, role });
    if (document === undefined) throw new HttpRefusal(404, `There is no framework '${frameworkId}'`);
    replyJson(request, reply, jsonText(wrap(document)));
  });
}

/** The same in an envelope like that of the calls of `/api/v1`. */
export function whyV1Endpoint(parts: MasterParts): HttpHandler {
  return whyEndpoint(parts, (document) => ({ type: 'GET_WHY', get_why: document }));
}

/** Of everything only the newest answers, of what is named all that is kept. */
function whyDocument(parts: MasterParts, viewer: Viewer, asked: Asked): Json | undefined {
  const { frameworkId, role } = asked;
  const seen = [...parts.frameworks.all()].filter((framework) => viewer.seesFramework(framework));
  const named = frameworkId === undefined ? seen : seen.filter(({ id }) => id === frameworkId);
  if (frameworkId !== undefined && named.length === 0) return undefined;
  const inRole = named.filter(({ description }) => role === undefined || description.roles.includes(role));
  return {
    frameworks: inRole.map((framework) => frameworkBlock(parts, viewer, framework, asked)),
    registry_held_up: registryBlock(parts),
  };
}

/** Agents that come while the registry cannot be written are not there yet; undefined when it can. */
export function registryBlock({ registrar: { heldUp, waiting } }: MasterParts): Json | undefined {
  return heldUp && { reason: heldUp.reason, since: seconds(heldUp.sinceMs), waiting };
}

function frameworkBlock(parts: MasterParts, viewer: Viewer, framework: FrameworkRecord, asked: Asked): Json {
  const { frameworkId, role } = asked;
  const roles = framework.description.roles.filter(
    (own) => (role === undefined || own === role) && viewer.seesRole(own),
  );
  const most = frameworkId === undefined && role === undefined ? 1 : undefined;
  return {
    id: framework.id,
    name: framework.description.info.name,
    roles: roles.map((own) => roleBlock(parts, framework.id, own, most)),
  };
}

function roleBlock(parts: MasterParts, frameworkId: string, role: string, most: number | undefined): Json {
  const { allocation, weights, quotas, why } = parts;
  const { allocator } = allocation;
  const refusals = allocator.refusals(frameworkId, role);
  const quota = allocation.quotaOf(role);
  return {
    role,
    weight: new Double(weights.of(role)),
    role_share: new Double(allocator.dominantShare(role)),
    framework_share: new Double(allocator.frameworkShare(role, frameworkId)),
    refused_agents: refusals.count,
    refused_until:
      refusals.count === 0 ? undefined : seconds(parts.nowMs + refusals.untilMs - parts.steadyMs),
    quota: quota && {
      guarantee: quantitiesBlock(quota.guarantees),
      limit: quantitiesBlock(quota.limits),
      consumed: quantitiesBlock(quotas.consumed(role)),
    },
    answers: why.of(frameworkId, role).slice(0, most).map(answerBlock),
  };
}

function answerBlock({ answer, sinceMs, untilMs, times }: TimedAnswer): Json {
  const { code, agents, reasons } = answer;
  return {
    code,
    text: textOf(answer),
    since: seconds(sinceMs),
    until: seconds(untilMs),
    times,
    agents,
    reasons: reasons.map((reason) => ({
      code: reason.code,
      text: wordsOf(reason.code),
      agents: reason.agents,
    })),
  };
}

/** The HTTP side of a master: Mesos' endpoints for people and tools (v1-operator-api.md §1, §5). */

import { allowedEndpoint } from '../../../proto/authorization/index.ts';
import { jsonPieces, jsonText } from '../../../proto/json.ts';
import { fileRoutes } from '../../../runtime/files/index.ts';
import { jsonFormOf, replyJson } from '../../../runtime/http/json.ts';
import { refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler, HttpReply, HttpRequest, RouteOptions } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import type { Document } from './blocks.ts';
import { frameworksDocument } from './frameworks.ts';
import { hostsEndpoint } from './hosts.ts';
import { killTaskEndpoint } from './killTask.ts';
import { redirect, whileLeading } from './leaderOnly.ts';
import { leadershipDocument } from './leadership.ts';
import { machinesDownEndpoint, machinesUpEndpoint, scheduleEndpoint, statusEndpoint } from './maintenance.ts';
import { operatorApi } from './operator/dispatcher.ts';
import { operatorCalls } from './operator/table.ts';
import { quotaEndpoint, weightsEndpoint } from './policy.ts';
import { reservationEndpoints } from './reservations.ts';
import { rolesDocument } from './roles.ts';
import { SchedulerApi } from './scheduler.ts';
import { slavesDocument } from './slaves.ts';
import { stateDocument } from './state.ts';
import { summaryDocument } from './summary.ts';
import { taskArchiveEndpoint } from './taskArchive.ts';
import { tasksDocument } from './tasks.ts';
import { useHistoryEndpoint } from './useHistory.ts';
import { Viewer } from './viewer.ts';
import { whyEndpoint, whyV1Endpoint } from './why.ts';

type AddRoute = (path: string, handler: HttpHandler, options?: RouteOptions) => void;

const READ_ONLY = 'mesos-master-readonly';
const SCHEDULER = 'mesos-master-scheduler';
const READ_WRITE = 'mesos-master-readwrite';

const documents = {
  '/state': [stateDocument, 'Everything the master knows: agents, frameworks, tasks'],
  '/state-summary': [summaryDocument, 'Agents and frameworks with the numbers of their tasks'],
  '/slaves': [slavesDocument, 'The agents; one with ?slave_id='],
  '/frameworks': [frameworksDocument, 'The frameworks; one with ?framework_id='],
  '/tasks': [tasksDocument, 'The tasks; ?limit=, ?offset=, ?order=asc, ?task_id=, ?framework_id='],
  '/roles': [rolesDocument, 'The roles, what they hold and who is in them'],
} as const;

export function addRoutes(parts: MasterParts, route: AddRoute): void {
  addApis(parts, route);
  addOwnRoutes(parts, route);
  addReadings(parts, route);
  addOperatorRoutes(parts, route);
}

function addApis(parts: MasterParts, route: AddRoute): void {
  const scheduler = new SchedulerApi(parts);
  route('/api/v1/scheduler', (request, reply) => scheduler.answer(request, reply), {
    help: 'Schedulers over HTTP: POST a mesos.v1.scheduler.Call in JSON or protobuf',
    realm: SCHEDULER,
  });
  route('/api/v1', named(whileLeading(parts, operatorApi(parts, operatorCalls))), {
    help: 'The operator API: POST a mesos.v1.master.Call in JSON or protobuf',
    realm: READ_WRITE,
  });
  route('/allowed', whileLeading(parts, allowedEndpoint(parts.authorizer)), {
    help: 'Whether you may: ?action=DRAIN_AGENT&action=UPDATE_WEIGHT:ROLE',
    realm: READ_WRITE,
  });
}

/** What every master answers for itself, leading or not. */
function addOwnRoutes(parts: MasterParts, route: AddRoute): void {
  for (const { path, handler, help } of fileRoutes(parts.files))
    route(path, handler, { help, realm: READ_ONLY });
  route('/health', (_, reply) => reply.send(200), {
    help: 'Answers 200 when the master runs',
    liveness: true,
  });
  const flags = { flags: parts.settings.flagTexts };
  const showFlags: HttpHandler = (request, reply) => {
    if (parts.authorizer.approver(request.principal, 'VIEW_FLAGS')())
      replyJson(request, reply, jsonText(flags));
    else reply.text(403, 'You may not see the flags');
  };
  route('/flags', showFlags, {
    help: 'The flags of the master',
    realm: READ_ONLY,
  });
  route('/leadership', (request, reply) => replyJson(request, reply, jsonText(leadershipDocument(parts))), {
    help: 'Who leads, and how many agents are back after a failover',
    realm: READ_ONLY,
  });
  route('/redirect', (request, reply) => redirect(parts, request, reply), {
    help: 'Leads to the leading master',
  });
}

/** What the leading master tells; asked for, it changes nothing. */
function addReadings(parts: MasterParts, route: AddRoute): void {
  for (const [path, [document, help]] of Object.entries(documents)) {
    route(path, whileLeading(parts, tells(parts, path, document)), { help, realm: READ_ONLY });
  }
  const why = { help: 'Why frameworks get offers or none; ?framework_id=, ?role=', realm: READ_ONLY };
  route('/why', whileLeading(parts, whyEndpoint(parts)), why);
  route('/api/v1/why', whileLeading(parts, whyV1Endpoint(parts)), why);
  route('/use-history', whileLeading(parts, useHistoryEndpoint(parts)), {
    help: 'What was used in the last hour; of one with ?agent_id= or ?framework_id=',
    realm: READ_ONLY,
  });
  route('/tasks/archive', taskArchiveEndpoint(parts), {
    help: 'Ended tasks that are remembered no more; ?framework_id=, ?task_id=, ?search=, ?limit=, ?offset=, ?own=true',
    realm: READ_ONLY,
  });
  route('/maintenance/status', whileLeading(parts, statusEndpoint(parts)), {
    help: 'Machines that drain, with what frameworks answered, and machines that are down',
    realm: READ_ONLY,
  });
}

/** What operators change at the leading master. */
function addOperatorRoutes(parts: MasterParts, route: AddRoute): void {
  const operators = {
    '/weights': [
      weightsEndpoint(parts),
      'The weights of roles; PUT [{"role":ROLE,"weight":WEIGHT}] changes them',
    ],
    '/quota': [quotaEndpoint(parts), 'The quota of roles; POST sets it, DELETE /quota/ROLE ends it'],
    '/hosts': [
      hostsEndpoint(parts),
      'Which agents are on; PUT /hosts/AGENT {"status":"off","message":WHY,"ttl":SECONDS}, DELETE; PUT /hosts/AGENT/tests/NAME',
    ],
    '/maintenance/schedule': [
      scheduleEndpoint(parts),
      'When machines will be away; POST replaces the schedule',
    ],
    '/machine/down': [
      machinesDownEndpoint(parts),
      'POST [{"hostname":…,"ip":…}] takes machines that drain down',
    ],
    '/machine/up': [
      machinesUpEndpoint(parts),
      'POST [{"hostname":…,"ip":…}] ends the maintenance of machines',
    ],
  } as const;
  for (const [path, [handler, help]] of Object.entries(operators)) {
    route(path, named(whileLeading(parts, handler)), { help, realm: READ_WRITE });
  }
  for (const [path, handler, help] of reservationEndpoints(parts)) {
    route(path, named(whileLeading(parts, handler)), { help, realm: READ_WRITE });
  }
  route(
    '/teardown',
    whileLeading(parts, (request, reply) => tearDown(parts, request, reply)),
    { help: 'POST frameworkId=ID ends a framework', realm: READ_WRITE },
  );
  route('/tasks/kill', named(whileLeading(parts, refusable(killTaskEndpoint(parts)))), {
    help: 'POST framework_id=ID&task_id=ID kills a task; its framework hears of it',
    realm: READ_WRITE,
  });
}

/** Shows a document as it is at one moment; equal requests that wait together share it. */
function tells(parts: MasterParts, path: string, document: Document): HttpHandler {
  return refusable((request, reply) => {
    const { query, principal } = request;
    const { headers, before, after } = jsonFormOf(request);
    const key = JSON.stringify([path, query.toString(), principal]);
    parts.readings.answer(key, headers, reply, () => {
      const shown = document(parts, new Viewer(parts.authorizer, principal), query);
      return jsonPieces(shown, before, after);
    });
  });
}

/** Whoever was asked who they are must have a name: what they do is theirs by it. */
function named(handler: HttpHandler): HttpHandler {
  return (request, reply) => {
    const { principal } = request;
    if (principal !== undefined && principal.value === undefined)
      reply.text(403, 'The authenticated principal has claims, but no value: operators need one');
    else handler(request, reply);
  };
}

function tearDown(
  { frameworks, removal, authorizer }: MasterParts,
  request: HttpRequest,
  reply: HttpReply,
): void {
  if (request.method !== 'POST') {
    reply.text(405, `Expecting one of { 'POST' }, but received '${request.method}'`, { Allow: 'POST' });
    return;
  }
  const form = new URLSearchParams(new TextDecoder().decode(request.body));
  const id = form.get('frameworkId');
  const framework = frameworks.find(id ?? '');
  if (id === null) reply.text(400, "Missing 'frameworkId' query parameter");
  else if (framework === undefined) reply.text(400, 'No framework found with specified ID');
  else if (
    !authorizer.approver(request.principal, 'TEARDOWN_FRAMEWORK')(framework.description.info.principal)
  )
    reply.text(403, 'You may not end that framework');
  else {
    removal.tearDown(framework);
    reply.send(200);
  }
}

/** `/maintenance/…` and `/machine/…`: the maintenance of machines, for older tools (v1-operator-api.md §5.1, §9). */
import type { Action } from '../../../proto/authorization/index.ts';
import { fromJsonText, type MachineID, type MaintenanceSchedule, toJsonText } from '../../../proto/index.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import { expectMethod, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import type { Done } from '../policy/done.ts';
import { expectAllowed } from './allowed.ts';
import { answerBy, readBody, readList } from './policy.ts';

const SCHEDULE = 'mesos.v1.maintenance.Schedule';

export function scheduleEndpoint(parts: MasterParts): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET', 'POST');
    const seen = parts.authorizer.approver(request.principal, 'GET_MAINTENANCE_SCHEDULE')();
    if (request.method === 'GET') {
      replyJson(request, reply, toJsonText(SCHEDULE, seen ? parts.maintenance.schedule : {}));
      return;
    }
    const schedule = readBody(request, 'maintenance schedule', (text) => fromJsonText(SCHEDULE, text));
    expectAllowed(parts, request, 'UPDATE_MAINTENANCE_SCHEDULE');
    parts.maintenance.update(schedule as MaintenanceSchedule, answerBy(reply));
  });
}

export function statusEndpoint({ maintenance, authorizer }: MasterParts): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET');
    const seen = authorizer.approver(request.principal, 'GET_MAINTENANCE_STATUS')();
    const status = seen ? maintenance.status() : {};
    replyJson(request, reply, toJsonText('mesos.v1.maintenance.ClusterStatus', status));
  });
}

export function machinesDownEndpoint(parts: MasterParts): HttpHandler {
  return machinesEndpoint(parts, 'START_MAINTENANCE', (ids, done) => parts.maintenance.start(ids, done));
}

export function machinesUpEndpoint(parts: MasterParts): HttpHandler {
  return machinesEndpoint(parts, 'STOP_MAINTENANCE', (ids, done) => parts.maintenance.stop(ids, done));
}

function machinesEndpoint(
  parts: MasterParts,
  action: Action,
  change: (ids: readonly MachineID[], done: Done) => void,
): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'POST');
    expectAllowed(parts, request, action);
    change(readList<MachineID>(request, 'mesos.v1.MachineID', 'machines'), answerBy(reply));
  });
}

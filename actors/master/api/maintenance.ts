/** `/maintenance/…` and `/machine/…`: the maintenance of machines, for older tools (v1-operator-api.md §5.1, §9). */
import { fromJsonText, type MachineID, type MaintenanceSchedule, toJsonText } from '../../../proto/index.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import { expectMethod, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import type { Done } from '../policy/done.ts';
import { answerBy, readBody, readList } from './policy.ts';

const SCHEDULE = 'mesos.v1.maintenance.Schedule';

export function scheduleEndpoint({ maintenance }: MasterParts): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET', 'POST');
    if (request.method === 'GET') {
      replyJson(request, reply, toJsonText(SCHEDULE, maintenance.schedule));
      return;
    }
    const schedule = readBody(request, 'maintenance schedule', (text) => fromJsonText(SCHEDULE, text));
    maintenance.update(schedule as MaintenanceSchedule, answerBy(reply));
  });
}

export function statusEndpoint({ maintenance }: MasterParts): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'GET');
    replyJson(request, reply, toJsonText('mesos.v1.maintenance.ClusterStatus', maintenance.status()));
  });
}

export function machinesDownEndpoint({ maintenance }: MasterParts): HttpHandler {
  return machinesEndpoint((ids, done) => maintenance.start(ids, done));
}

export function machinesUpEndpoint({ maintenance }: MasterParts): HttpHandler {
  return machinesEndpoint((ids, done) => maintenance.stop(ids, done));
}

function machinesEndpoint(change: (ids: readonly MachineID[], done: Done) => void): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'POST');
    change(readList<MachineID>(request, 'mesos.v1.MachineID', 'machines'), answerBy(reply));
  });
}

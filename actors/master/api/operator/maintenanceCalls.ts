/** Calls about the maintenance of machines. */
import { MasterResponseType } from '../../../../proto/index.ts';
import { bare, type OperatorCalls, withBody } from './call.ts';
import { doneBy } from './policyCalls.ts';

export const maintenanceCalls: OperatorCalls = {
  GET_MAINTENANCE_STATUS: bare((request, { maintenance }) =>
    request.answer({
      type: MasterResponseType.GET_MAINTENANCE_STATUS,
      get_maintenance_status: {
        status: request.approver('GET_MAINTENANCE_STATUS')() ? maintenance.status() : {},
      },
    }),
  ),
  GET_MAINTENANCE_SCHEDULE: bare((request, { maintenance }) =>
    request.answer({
      type: MasterResponseType.GET_MAINTENANCE_SCHEDULE,
      get_maintenance_schedule: {
        schedule: request.approver('GET_MAINTENANCE_SCHEDULE')() ? maintenance.schedule : {},
      },
    }),
  ),
  UPDATE_MAINTENANCE_SCHEDULE: withBody('update_maintenance_schedule', (body, request, { maintenance }) => {
    request.expectAllowed('UPDATE_MAINTENANCE_SCHEDULE');
    maintenance.update(body.schedule, doneBy(request));
  }),
  START_MAINTENANCE: withBody('start_maintenance', ({ machines }, request, { maintenance }) => {
    request.expectAllowed('START_MAINTENANCE');
    maintenance.start(machines ?? [], doneBy(request));
  }),
  STOP_MAINTENANCE: withBody('stop_maintenance', ({ machines }, request, { maintenance }) => {
    request.expectAllowed('STOP_MAINTENANCE');
    maintenance.stop(machines ?? [], doneBy(request));
  }),
};

/** Every call that the master answers at `/api/v1`, by its name: one entry a call. */
import { actionCalls } from './actionCalls.ts';
import type { OperatorCalls } from './call.ts';
import { eventCalls } from './eventCalls.ts';
import { fileCalls } from './fileCalls.ts';
import { maintenanceCalls } from './maintenanceCalls.ts';
import { nodeCalls } from './nodeCalls.ts';
import { policyCalls } from './policyCalls.ts';
import { resourceCalls } from './resourceCalls.ts';
import { stateCalls } from './stateCalls.ts';

export const operatorCalls: OperatorCalls = {
  ...nodeCalls,
  ...fileCalls,
  ...stateCalls,
  ...eventCalls,
  ...actionCalls,
  ...policyCalls,
  ...maintenanceCalls,
  ...resourceCalls,
};

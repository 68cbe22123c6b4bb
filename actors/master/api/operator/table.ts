/** Every call that the master answers at `/api/v1`, by its name: one entry a call. */
import { actionCalls } from './actionCalls.ts';
import type { OperatorCalls } from './call.ts';
import { nodeCalls } from './nodeCalls.ts';
import { policyCalls } from './policyCalls.ts';

export const operatorCalls: OperatorCalls = {
  ...nodeCalls,
  ...actionCalls,
  ...policyCalls,
};

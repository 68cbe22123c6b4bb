/** Every call that the agent answers at `/api/v1`, by its name: one entry a call. */
import type { OperatorCalls } from './call.ts';
import { nodeCalls } from './nodeCalls.ts';
import { stateCalls } from './stateCalls.ts';

export const operatorCalls: OperatorCalls = {
  ...nodeCalls,
  ...stateCalls,
};

/** Every call that the agent answers at `/api/v1`, by its name: one entry a call. */
import type { OperatorCalls } from './call.ts';
import { containerCalls } from './containerCalls.ts';
import { nodeCalls } from './nodeCalls.ts';
import { providerCalls } from './providerCalls.ts';
import { stateCalls } from './stateCalls.ts';
import { streamCalls } from './streamCalls.ts';

export const operatorCalls: OperatorCalls = {
  ...nodeCalls,
  ...stateCalls,
  ...containerCalls,
  ...streamCalls,
  ...providerCalls,
};

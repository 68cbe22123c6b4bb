/** A framework as an agent sees it (spec: agent.md §4, failover.md §2.7): it has executors here, or is leaving. */
import { setup } from 'xstate';

export type AgentFrameworkEvent =
  /** The master removed the framework, or the agent itself is going. */
  | { readonly type: 'SHUTDOWN_ORDERED' }
  /** No executor and no task of it is left here, and everything about them is acknowledged. */
  | { readonly type: 'EMPTIED' };

type AgentFrameworkTag = 'takesTasks' | 'terminal';

export const agentFrameworkMachine = setup({
  types: {} as { events: AgentFrameworkEvent; tags: AgentFrameworkTag; meta: { description: string } },
  actions: {
    /** Every executor of it is asked to end. */
    shutDownExecutors: () => undefined,
  },
}).createMachine({
  id: 'agentFramework',
  initial: 'running',
  options: { maxIterations: 10 },
  states: {
    running: {
      tags: ['takesTasks'],
      meta: { description: 'The framework may launch tasks on this agent.' },
      on: { SHUTDOWN_ORDERED: 'terminating', EMPTIED: 'completed' },
    },
    terminating: {
      entry: 'shutDownExecutors',
      meta: {
        description: 'The framework was removed; its executors are ending, their updates count no more.',
      },
      on: { SHUTDOWN_ORDERED: {}, EMPTIED: 'completed' },
    },
    completed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'Nothing of the framework is left on this agent.' },
    },
  },
});

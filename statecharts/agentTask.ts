/**
 * A task as its agent sees it (spec: agent.md §4, §6): where it is on its way to its executor and back.
 *
 * Before it is `delivered` no process of it was ever started, and a kill ends it at once. Which end a task came to is
 * said by its last status, not here.
 */
import { setup } from 'xstate';

export type AgentTaskEvent =
  /** It is written down where the framework asked for that; its executor may have it. */
  | { readonly type: 'QUEUED' }
  /** It was handed to its executor. */
  | { readonly type: 'DELIVERED' }
  /** A status update of the executor that is no end. */
  | { readonly type: 'STARTING' }
  | { readonly type: 'RUNNING' }
  | { readonly type: 'KILLING' }
  /** Its first terminal status, be it of the executor or of the agent. */
  | { readonly type: 'ENDED' }
  /** The terminal status was acknowledged. */
  | { readonly type: 'ACKNOWLEDGED' };

type AgentTaskTag = 'undelivered' | 'live' | 'terminal';

const updates = { STARTING: '.starting', RUNNING: '.running', KILLING: '.killing' } as const;

export const agentTaskMachine = setup({
  types: {} as { events: AgentTaskEvent; tags: AgentTaskTag; meta: { description: string } },
}).createMachine({
  id: 'agentTask',
  initial: 'pending',
  options: { maxIterations: 10 },
  states: {
    pending: {
      tags: ['live', 'undelivered'],
      meta: { description: 'The agent accepted the task and is writing it down.' },
      on: { QUEUED: 'queued', ENDED: 'ended' },
    },
    queued: {
      tags: ['live', 'undelivered'],
      meta: { description: 'The task waits for its executor.' },
      on: { DELIVERED: 'delivered', ENDED: 'ended' },
    },
    delivered: {
      tags: ['live'],
      meta: { description: 'The executor has the task.' },
      initial: 'staging',
      on: { ...updates, ENDED: 'ended' },
      states: {
        staging: { meta: { description: 'The executor has not said anything about the task yet.' } },
        starting: { meta: { description: 'The executor is getting the task ready.' } },
        running: { meta: { description: 'The task runs.' } },
        killing: { meta: { description: 'The task was told to end and is given its time to do so.' } },
      },
    },
    ended: {
      tags: ['terminal'],
      meta: { description: 'The task has ended; the scheduler has not acknowledged that yet.' },
      on: { ACKNOWLEDGED: 'completed' },
    },
    completed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The task has ended and its scheduler knows it.' },
    },
  },
});

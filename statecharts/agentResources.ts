/**
 * What an agent makes of its resources, one change at a time (spec: agent.md §15, failover.md 35).
 *
 * Orders of the master wait while a change is under way: the next one counts on it. A change that concerns folders is written
 * down before and after; when the agent died in between, it begins in `changingVolumes`.
 */
import { setup } from 'xstate';

export type AgentResourcesEvent =
  /** An operation is to be carried out, or to be refused. */
  | { readonly type: 'BEGUN' }
  /** What was to be written is on disk. */
  | { readonly type: 'RECORDED' }
  /** What shall be is on disk; folders have to be made or removed for it. */
  | { readonly type: 'TARGET_RECORDED' }
  | { readonly type: 'VOLUMES_CHANGED' }
  | { readonly type: 'VOLUMES_FAILED' }
  /** An earlier run of the agent left a change unfinished. */
  | { readonly type: 'FOUND_UNFINISHED' }
  /** The agent ends; what is under way is finished by the next run. */
  | { readonly type: 'STOPPED' };

export const agentResourcesMachine = setup({
  types: {} as {
    events: AgentResourcesEvent;
    tags: 'settled' | 'terminal';
    meta: { description: string };
  },
  actions: {
    /** Folders of volumes are made and removed. */
    changeVolumes: () => undefined,
    /** Folders are as they shall be: that is written down. */
    commit: () => undefined,
    /** A folder could not be made or removed: what was before stays. */
    abandon: () => undefined,
    /** The change is in force, or has failed for good: who asked for it is told, and orders that waited go on. */
    conclude: () => undefined,
  },
}).createMachine({
  id: 'agentResources',
  initial: 'settled',
  options: { maxIterations: 10 },
  on: { STOPPED: '.stopped' },
  states: {
    settled: {
      tags: ['settled'],
      meta: { description: 'No change of reservations or volumes is under way.' },
      on: { BEGUN: 'recording', FOUND_UNFINISHED: 'changingVolumes' },
    },
    recording: {
      meta: { description: 'What shall be is being written down.' },
      on: {
        RECORDED: { target: 'settled', actions: 'conclude' },
        TARGET_RECORDED: 'changingVolumes',
      },
    },
    changingVolumes: {
      entry: 'changeVolumes',
      meta: { description: 'Folders of volumes are being made or removed.' },
      on: {
        VOLUMES_CHANGED: { target: 'committing', actions: 'commit' },
        VOLUMES_FAILED: { target: 'committing', actions: 'abandon' },
      },
    },
    committing: {
      meta: { description: 'How the change came out is being written down.' },
      on: { RECORDED: { target: 'settled', actions: 'conclude' } },
    },
    stopped: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The agent has ended.' },
    },
  },
});

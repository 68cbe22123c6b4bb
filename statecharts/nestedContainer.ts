/** A container inside another one, or one that no executor has (spec: v1-operator-api.md §4.3, agent.md §10.1). */
import { setup } from 'xstate';

export type NestedContainerEvent =
  /** Its command runs. */
  | { readonly type: 'STARTED' }
  /** Its command was never started, and will not be. */
  | { readonly type: 'LAUNCH_FAILED' }
  /** Its command has ended. */
  | { readonly type: 'EXITED' }
  /** No process of its own is left. */
  | { readonly type: 'GONE' }
  /** Nothing is left of the containers inside it. */
  | { readonly type: 'CHILDREN_GONE' };

type NestedContainerTag = 'alive' | 'terminal';

export const nestedContainerMachine = setup({
  types: {} as { events: NestedContainerEvent; tags: NestedContainerTag; meta: { description: string } },
  actions: {
    /** Containers inside this one do not outlive it. */
    destroyChildren: () => undefined,
    /** Whoever waits is told how it ended. */
    announceEnd: () => undefined,
  },
}).createMachine({
  id: 'nestedContainer',
  initial: 'launching',
  options: { maxIterations: 10 },
  states: {
    launching: {
      tags: ['alive'],
      meta: { description: 'The container is being made.' },
      on: { STARTED: 'running', LAUNCH_FAILED: 'terminated' },
    },
    running: {
      tags: ['alive'],
      meta: { description: 'Its command runs.' },
      on: { EXITED: 'ending' },
    },
    ending: {
      tags: ['alive'],
      entry: 'destroyChildren',
      meta: { description: 'Its command has ended; what it left behind is being cleared away.' },
      initial: 'clearing',
      states: {
        clearing: {
          meta: { description: 'Processes of its own and containers inside it are being ended.' },
          on: { GONE: 'awaitingChildren', CHILDREN_GONE: 'awaitingProcesses' },
        },
        awaitingChildren: {
          meta: { description: 'Only containers inside it are left.' },
          on: { CHILDREN_GONE: '#nestedContainer.terminated' },
        },
        awaitingProcesses: {
          meta: { description: 'Only processes of its own are left.' },
          on: { GONE: '#nestedContainer.terminated' },
        },
      },
    },
    terminated: {
      type: 'final',
      tags: ['terminal'],
      entry: 'announceEnd',
      meta: { description: 'Nothing of it is left but its exit status.' },
    },
  },
});

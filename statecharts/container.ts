/** A container of the agent (spec: agent.md §10.1). */
import { setup } from 'xstate';

export type ContainerEvent =
  /** It needs a root file system of its own. */
  | { readonly type: 'IMAGE_NEEDED' }
  | { readonly type: 'NO_IMAGE_NEEDED' }
  | { readonly type: 'PROVISIONED' }
  /** Every isolator has prepared. */
  | { readonly type: 'PREPARED' }
  /** Files are in the sandbox. */
  | { readonly type: 'FETCHED' }
  /** The first process is within its limits and becomes the command. */
  | { readonly type: 'ISOLATED' }
  /** An earlier agent process launched it: what became of it is found out. */
  | { readonly type: 'LAUNCHED_EARLIER' }
  /** It was found: running, or ended meanwhile. */
  | { readonly type: 'RECOVERED' }
  /** The step under way failed. */
  | { readonly type: 'STEP_FAILED' }
  /** The step under way came to its end after the container was given up. */
  | { readonly type: 'STEP_ENDED' }
  | { readonly type: 'DESTROY_REQUESTED' }
  /** Its first process ended. */
  | { readonly type: 'PROCESS_EXITED' }
  | { readonly type: 'CHILDREN_DESTROYED' }
  /** No process of it is left. */
  | { readonly type: 'PROCESSES_GONE' }
  /** Every isolator has cleaned up. */
  | { readonly type: 'CLEANED_UP' }
  | { readonly type: 'IMAGE_RELEASED' };

type ContainerTag = 'launching' | 'active' | 'terminal';

/** A step that can fail or be given up while work for it is under way. */
const step = {
  STEP_FAILED: 'destroying.killing',
  DESTROY_REQUESTED: 'destroying.awaitingStep',
} as const;

export const containerMachine = setup({
  types: {} as { events: ContainerEvent; tags: ContainerTag; meta: { description: string } },
  actions: {
    provision: () => undefined,
    prepare: () => undefined,
    fetch: () => undefined,
    /** The first process is started; it puts itself within the limits that were prepared, then becomes the command. */
    launch: () => undefined,
    announceStart: () => undefined,
    announceExit: () => undefined,
    destroyChildren: () => undefined,
    killProcesses: () => undefined,
    /** Isolators clean up in reverse order. */
    cleanUp: () => undefined,
    releaseImage: () => undefined,
    /** Whoever waits for the container is told how it ended. */
    announceEnd: () => undefined,
  },
}).createMachine({
  id: 'container',
  initial: 'starting',
  options: { maxIterations: 10 },
  states: {
    starting: {
      tags: ['launching'],
      meta: { description: 'The container was asked for.' },
      on: {
        IMAGE_NEEDED: 'provisioning',
        NO_IMAGE_NEEDED: 'preparing',
        LAUNCHED_EARLIER: 'recovering',
        DESTROY_REQUESTED: 'destroying.killing',
      },
    },
    recovering: {
      tags: ['launching'],
      meta: { description: 'An earlier agent process launched it; what became of it is being found out.' },
      on: {
        RECOVERED: { target: 'running', actions: 'announceStart' },
        STEP_FAILED: 'destroying.killing',
        DESTROY_REQUESTED: 'destroying.starting',
      },
    },
    provisioning: {
      tags: ['launching'],
      entry: 'provision',
      meta: { description: 'The root file system is made from its image.' },
      on: { ...step, PROVISIONED: 'preparing' },
    },
    preparing: {
      tags: ['launching'],
      entry: 'prepare',
      meta: { description: 'The isolators get ready.' },
      on: { ...step, PREPARED: 'fetching' },
    },
    fetching: {
      tags: ['launching'],
      entry: 'fetch',
      meta: { description: 'The files the task asked for are brought into its sandbox.' },
      on: { ...step, FETCHED: 'isolating' },
    },
    isolating: {
      tags: ['launching'],
      entry: 'launch',
      meta: { description: 'The first process puts itself within its limits.' },
      on: {
        ISOLATED: { target: 'running', actions: 'announceStart' },
        STEP_FAILED: 'destroying.killing',
        DESTROY_REQUESTED: 'destroying.starting',
      },
    },
    running: {
      tags: ['active'],
      meta: { description: 'The command runs.' },
      on: {
        PROCESS_EXITED: { target: 'destroying.endingChildren', actions: 'announceExit' },
        DESTROY_REQUESTED: 'destroying.endingChildren',
      },
    },
    destroying: {
      meta: { description: 'The container is being taken down.' },
      initial: 'killing',
      on: { DESTROY_REQUESTED: {}, PROCESS_EXITED: { actions: 'announceExit' } },
      states: {
        starting: {
          entry: 'killProcesses',
          meta: { description: 'Given up between the order to start, or to find it, and its effect.' },
          on: {
            ISOLATED: { target: 'endingChildren', actions: 'announceStart' },
            RECOVERED: { target: 'endingChildren', actions: 'announceStart' },
            STEP_FAILED: 'cleaningUp',
            PROCESSES_GONE: 'cleaningUp',
          },
        },
        awaitingStep: {
          meta: { description: 'The step that was under way is let come to its end.' },
          on: { STEP_ENDED: 'killing', STEP_FAILED: 'killing' },
        },
        endingChildren: {
          entry: 'destroyChildren',
          meta: { description: 'Containers inside this one are taken down first.' },
          on: { CHILDREN_DESTROYED: 'killing', PROCESSES_GONE: 'outlived' },
        },
        outlived: {
          meta: { description: 'Its own processes are gone before the containers inside it are.' },
          on: { CHILDREN_DESTROYED: 'cleaningUp' },
        },
        killing: {
          entry: 'killProcesses',
          meta: { description: 'Every process of the container is killed.' },
          on: { PROCESSES_GONE: 'cleaningUp' },
        },
        cleaningUp: {
          entry: 'cleanUp',
          meta: { description: 'The isolators take away what they made.' },
          on: { CLEANED_UP: 'releasingImage' },
        },
        releasingImage: {
          entry: 'releaseImage',
          meta: { description: 'The root file system is taken away.' },
          on: { IMAGE_RELEASED: '#container.terminated' },
        },
      },
    },
    terminated: {
      type: 'final',
      tags: ['terminal'],
      entry: 'announceEnd',
      meta: { description: 'Nothing of the container is left but its exit status.' },
    },
  },
});

/**
 * A task as the master sees it (spec: master.md §8, failover.md 11–13).
 *
 * Terminal states hold against late updates. The only ways back are those Mesos knows: an agent that was unreachable
 * returns with the task, and an agent that the operator wrongly called gone (or that the registry forgot) does.
 * UNKNOWN is an answer to reconciliation, not a state of a task the master knows, so it is none here.
 *
 * The state is the true one, as for a partition-aware framework; what others are told instead is `stateFor`'s.
 */
import { setup } from 'xstate';

/** Facts about a task. `UPDATE_…`: a status update of its agent, by state. */
export type TaskEvent =
  | { readonly type: 'UPDATE_STARTING' }
  | { readonly type: 'UPDATE_RUNNING' }
  | { readonly type: 'UPDATE_KILLING' }
  | { readonly type: 'UPDATE_FINISHED' }
  | { readonly type: 'UPDATE_FAILED' }
  | { readonly type: 'UPDATE_KILLED' }
  | { readonly type: 'UPDATE_ERROR' }
  | { readonly type: 'UPDATE_LOST' }
  | { readonly type: 'UPDATE_DROPPED' }
  | { readonly type: 'UPDATE_GONE' }
  | { readonly type: 'UPDATE_GONE_BY_OPERATOR' }
  /** The master refuses the task (validation, authorisation). */
  | { readonly type: 'REFUSED' }
  /** The master could not hand the task to its agent (offer invalid, agent away). */
  | { readonly type: 'NOT_DELIVERED' }
  /** The task's agent was marked unreachable. */
  | { readonly type: 'AGENT_UNREACHABLE' }
  /** The operator marked the task's agent gone. */
  | { readonly type: 'AGENT_GONE' }
  /** The agent left for good (unregistered, replaced, machine down), or was cut off from a task without checkpoint. */
  | { readonly type: 'AGENT_REMOVED' }
  /** The agent is back and reports the task, in `state` (a TaskState name). */
  | { readonly type: 'AGENT_RETURNED'; readonly state: string }
  /** The task's framework was removed. */
  | { readonly type: 'FRAMEWORK_REMOVED' };

type TaskTag = 'active' | 'terminal' | 'returnable' | 'holdsResources';

const liveStates = {
  TASK_STAGING: 'staging',
  TASK_STARTING: 'starting',
  TASK_RUNNING: 'running',
  TASK_KILLING: 'killing',
} as const;

const endStates = {
  TASK_FINISHED: 'finished',
  TASK_FAILED: 'failed',
  TASK_KILLED: 'killed',
  TASK_ERROR: 'error',
  TASK_LOST: 'lost',
  TASK_DROPPED: 'dropped',
  TASK_GONE: 'gone',
  TASK_GONE_BY_OPERATOR: 'goneByOperator',
} as const;

/** TaskState name → state of the machine. */
const stateOfName: Readonly<Record<string, string>> = {
  ...liveStates,
  ...endStates,
  TASK_UNREACHABLE: 'unreachable',
};

/** TaskState names a task known to the master can have. */
export const taskStateNames: readonly string[] = Object.keys(stateOfName);

const nameOfState = new Map(Object.entries(stateOfName).map(([name, state]) => [state, name]));

const reports = (state: string) => ({ type: 'reports', params: { state } }) as const;

/** What a returning agent's report leads to, for a task whose resources are charged. */
const corrected = [
  ...Object.entries(liveStates).map(([name, target]) => ({ guard: reports(name), target })),
  ...Object.entries(endStates).map(([name, target]) => ({
    guard: reports(name),
    target,
    actions: 'releaseResources' as const,
  })),
];

/** The same, for a task whose resources were given back. */
const returned = [
  ...Object.entries(liveStates).map(([name, target]) => ({
    guard: reports(name),
    target,
    actions: 'chargeResources' as const,
  })),
  ...Object.entries(endStates).map(([name, target]) => ({ guard: reports(name), target })),
];

const release = (target: string) => ({ target, actions: 'releaseResources' }) as const;

/** What may happen to every task that holds resources. */
const live = {
  UPDATE_STARTING: 'starting',
  UPDATE_RUNNING: 'running',
  UPDATE_KILLING: 'killing',
  UPDATE_FINISHED: release('finished'),
  UPDATE_FAILED: release('failed'),
  UPDATE_KILLED: release('killed'),
  UPDATE_ERROR: release('error'),
  UPDATE_LOST: release('lost'),
  UPDATE_DROPPED: release('dropped'),
  UPDATE_GONE: release('gone'),
  UPDATE_GONE_BY_OPERATOR: release('goneByOperator'),
  AGENT_UNREACHABLE: release('unreachable'),
  AGENT_GONE: release('goneByOperator'),
  AGENT_REMOVED: release('lost'),
  AGENT_RETURNED: corrected,
  FRAMEWORK_REMOVED: release('killed'),
} as const;

const alive: TaskTag[] = ['active', 'holdsResources'];

export const taskMachine = setup({
  types: {} as { events: TaskEvent; tags: TaskTag; meta: { description: string } },
  actions: {
    /** The task's resources go back to the allocator. */
    releaseResources: () => undefined,
    /** The task's resources are taken again: it came back alive. */
    chargeResources: () => undefined,
  },
  guards: {
    reports: ({ event }, params: { state: string }) =>
      event.type === 'AGENT_RETURNED' && event.state === params.state,
  },
}).createMachine({
  id: 'task',
  initial: 'staging',
  options: { maxIterations: 10 },
  states: {
    staging: {
      tags: alive,
      meta: { description: 'The master accepted the task and is handing it to its agent.' },
      on: { ...live, REFUSED: release('error'), NOT_DELIVERED: release('dropped') },
    },
    starting: {
      tags: alive,
      meta: { description: 'The executor has the task and is getting it ready.' },
      on: live,
    },
    running: {
      tags: alive,
      meta: { description: 'The task runs.' },
      on: live,
    },
    killing: {
      tags: alive,
      meta: { description: 'The task was told to end and is given its time to do so.' },
      on: live,
    },
    finished: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The task ended well.' },
    },
    failed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The task ended with a failure.' },
    },
    killed: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The task was ended on demand.' },
    },
    error: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The task was refused: its description is wrong or not allowed.' },
    },
    dropped: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The task never ran: it did not get to its executor.' },
    },
    gone: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The task ran on an agent that no longer has it; no process of it is left.' },
    },
    lost: {
      tags: ['terminal', 'returnable'],
      meta: { description: 'Contact with the task was lost for good; it may come back only with its agent.' },
      on: { AGENT_RETURNED: returned },
    },
    goneByOperator: {
      tags: ['terminal', 'returnable'],
      meta: { description: 'The operator declared the agent of this task gone for ever.' },
      on: { AGENT_RETURNED: returned },
    },
    unreachable: {
      tags: ['returnable'],
      meta: {
        description: 'The agent of this task does not answer; whether the task still runs is not known.',
      },
      on: {
        AGENT_RETURNED: returned,
        AGENT_GONE: 'goneByOperator',
        AGENT_REMOVED: 'lost',
        FRAMEWORK_REMOVED: 'killed',
      },
    },
  },
});

/** The event of a status update by its state's name; undefined for states that no agent reports (or unknown names). */
export function taskUpdateEvent(state: string): TaskEvent | undefined {
  return updateEvents.get(state);
}

const updateEvents = new Map<string, TaskEvent>(
  [
    'STARTING' as const,
    'RUNNING' as const,
    'KILLING' as const,
    'FINISHED' as const,
    'FAILED' as const,
    'KILLED' as const,
    'ERROR' as const,
    'LOST' as const,
    'DROPPED' as const,
    'GONE' as const,
    'GONE_BY_OPERATOR' as const,
  ].map((name) => [`TASK_${name}`, Object.freeze({ type: `UPDATE_${name}` as const })]),
);

/** TaskState name (`TASK_RUNNING`) of a state of the machine. @throws Error for a state the machine does not have */
export function taskStateName(value: string): string {
  const name = nameOfState.get(value);
  if (name === undefined) throw new Error(`task chart has no state ${value}`);
  return name;
}

/** State of the machine for a TaskState name; undefined for names no known task has (TASK_UNKNOWN). */
export function taskStateValue(name: string): string | undefined {
  return stateOfName[name];
}

/** What a framework can understand. */
export interface TaskStateCapabilities {
  readonly partitionAware: boolean;
  readonly taskKillingState: boolean;
}

const partitionStates = new Set([
  'TASK_UNREACHABLE',
  'TASK_DROPPED',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_UNKNOWN',
]);

/** The TaskState name a framework is told instead of `name` (spec: failover.md, invariants 19 and 20). */
export function taskStateFor(
  name: string,
  { partitionAware, taskKillingState }: TaskStateCapabilities,
): string {
  if (!partitionAware && partitionStates.has(name)) return 'TASK_LOST';
  if (!taskKillingState && name === 'TASK_KILLING') return 'TASK_RUNNING';
  return name;
}

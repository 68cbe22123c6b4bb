/** The framework behind `mesostate run`: waits for an offer that is large enough, launches, follows, ends. */
import { SchedulerClient } from '../../actors/client/index.ts';
import { enumName } from '../../proto/enums.ts';
import {
  FrameworkInfoCapabilityType,
  type Offer,
  OfferOperationType,
  type SchedulerCallReconcileTask,
  SchedulerCallType,
  type SchedulerEvent,
  type TaskInfo,
  TaskState,
  type TaskStatus,
} from '../../proto/index.ts';
import { Resources } from '../../proto/resources/index.ts';
import type { Timer } from '../../runtime/index.ts';
import { stateText } from '../commands/lists.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { Output } from './output.ts';
import { Reconciliation } from './reconciliation.ts';

const { MULTI_ROLE, TASK_KILLING_STATE, PARTITION_AWARE } = FrameworkInfoCapabilityType;

type Unplaced = Omit<TaskInfo, 'agent_id'>;

export interface RunRequest {
  readonly tasks: readonly Unplaced[];
  readonly isGroup: boolean;
  readonly name: string;
  readonly user: string;
  readonly role: string;
  readonly isQuiet: boolean;
}

const ENDED: ReadonlySet<TaskState> = new Set([
  TaskState.TASK_FINISHED,
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
  TaskState.TASK_ERROR,
  TaskState.TASK_LOST,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
  TaskState.TASK_GONE_BY_OPERATOR,
]);

/** What the executor of a group needs for itself. */
const GROUP_EXECUTOR = 'cpus:0.1;mem:32;disk:32';
/** When nothing was offered for so long the person is told why, in milliseconds. */
const PATIENCE_MS = 5000;
const INTERRUPTED = 130;
/** A launch of which nothing is heard for so long is asked for, in milliseconds: it, or its answer, may be lost. */
const SILENCE_MS = 30_000;
/** So long the agent's own word, which has the exit code, is waited for when a master says that a task failed, in milliseconds. */
const OWN_WORD_MS = 15_000;
/** So long the tasks outlive a connection that broke, in seconds. */
const FAILOVER_TIMEOUT_S = 60;

export class Runner {
  private readonly context: Context;
  private readonly request: RunRequest;
  private readonly client: SchedulerClient;
  private readonly outputs = new Map<string, Output>();
  private readonly ended = new Map<string, TaskStatus>();
  private readonly told = new Map<string, TaskState>();
  private readonly reconciliation: Reconciliation;
  private readonly timers: Timer[] = [];
  /** Where the tasks were launched; undefined before. */
  private agentId: { readonly value: string } | undefined;
  private isKilling = false;
  private absence = '';
  private finish: (exitCode: number) => void = () => {};

  constructor(context: Context, request: RunRequest) {
    this.context = context;
    this.request = request;
    const { credential, ca } = context.config;
    const pair = credential === undefined ? undefined : `${credential.principal}:${credential.secret}`;
    this.client = new SchedulerClient({
      master: async () => (await context.leader()).origin,
      framework: {
        name: `mesostate run: ${request.name}`,
        user: request.user,
        roles: [request.role],
        // The command outlives a restart of its agent, and a moment without a master.
        checkpoint: true,
        failover_timeout: FAILOVER_TIMEOUT_S,
        capabilities: [{ type: MULTI_ROLE }, { type: TASK_KILLING_STATE }, { type: PARTITION_AWARE }],
        ...(credential === undefined ? {} : { principal: credential.principal }),
      },
      handlers: {
        event: (event) => this.take(event),
        refused: (text) => context.say(`mesostate: the master refused: ${text}`),
        disconnected: () => {
          this.reconciliation.stop();
          this.tell('the master is gone; waiting for it, or the next one');
        },
        absent: (reason) => this.tellAbsence(reason),
      },
      ...(ca === undefined ? {} : { tls: { ca } }),
      ...(pair === undefined ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }),
    });
    this.reconciliation = new Reconciliation({
      clock: context.terminal.clock,
      open: () => this.open(),
      ask: (tasks) =>
        this.client.call({ type: SchedulerCallType.RECONCILE, reconcile: { tasks: [...tasks] } }),
    });
  }

  /** @returns the exit code: the task's own, that of the first that failed of a group, 130 after a Ctrl-C */
  async run(): Promise<number> {
    // Whoever is not there is told at once, not tried for ever.
    await this.context.master.http.ask({ path: '/health' });
    const exitCode = new Promise<number>((resolve) => {
      this.finish = resolve;
    });
    const off = this.context.terminal.on('SIGINT', () => this.interrupted());
    this.timers.push(this.context.terminal.clock.setTimer(PATIENCE_MS, () => void this.tellWhy()));
    this.client.start();
    try {
      return await exitCode;
    } finally {
      off();
      for (const timer of this.timers) timer.cancel();
      for (const output of this.outputs.values()) output.stop();
      this.reconciliation.stop();
      this.client.call({ type: SchedulerCallType.TEARDOWN });
      this.client.stop();
    }
  }

  private tell(text: string): void {
    if (!this.request.isQuiet) this.context.say(text);
  }

  /** It is tried for ever, and told once. */
  private tellAbsence(reason: string): void {
    if (reason !== this.absence) this.tell(`no master yet: ${reason}`);
    this.absence = reason;
  }

  private async tellWhy(): Promise<void> {
    if (this.agentId !== undefined || this.client.frameworkId === undefined) return;
    try {
      const why = (await this.context.master.http.json(
        `/why?framework_id=${encodeURIComponent(this.client.frameworkId)}`,
      )) as { frameworks?: { roles: { answers: { text: string }[] }[] }[] };
      const text = why.frameworks?.[0]?.roles[0]?.answers[0]?.text;
      this.tell(`waiting for resources${text === undefined ? '' : `: ${text}`}`);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  private take({ subscribed, offers, update, error }: SchedulerEvent): void {
    if (subscribed !== undefined) this.subscribed(subscribed.framework_id.value);
    if (offers !== undefined) for (const offer of offers.offers ?? []) this.consider(offer);
    if (update !== undefined) this.updated(update.status);
    if (error !== undefined) {
      this.context.say(`mesostate: ${error.message}`);
      this.finish(1);
    }
  }

  /** What was called while there was no master is lost, and so is what it had to say. */
  private subscribed(framework: string): void {
    this.tell(`framework ${framework}`);
    if (this.agentId === undefined) return;
    if (this.isKilling) this.kill();
    this.reconciliation.begin();
  }

  /** Tasks that have not ended, as far as is known. */
  private open(): SchedulerCallReconcileTask[] {
    const { agentId } = this;
    if (agentId === undefined) return [];
    return this.request.tasks
      .filter(({ task_id }) => !this.ended.has(task_id.value))
      .map(({ task_id }) => ({ task_id, agent_id: agentId }));
  }

  private consider(offer: Offer): void {
    const executor = this.request.isGroup ? groupExecutorResources() : [];
    const needed = Resources.of([...this.request.tasks.flatMap((task) => task.resources ?? []), ...executor]);
    const has = withoutAllocation(offer);
    if (this.agentId !== undefined || this.isKilling || !has.contains(needed)) {
      this.client.call({ type: SchedulerCallType.DECLINE, decline: { offer_ids: [offer.id] } });
      return;
    }
    const tasks = this.request.tasks.map((task) => ({ ...task, agent_id: offer.agent_id }));
    const operation = this.request.isGroup
      ? {
          type: OfferOperationType.LAUNCH_GROUP,
          launch_group: {
            executor: {
              // DEFAULT is 1: the agent's own executor of groups.
              type: 1 as const,
              executor_id: { value: 'default' },
              framework_id: offer.framework_id,
              resources: groupExecutorResources(),
            },
            task_group: { tasks },
          },
        }
      : { type: OfferOperationType.LAUNCH, launch: { task_infos: tasks } };
    const isSent = this.client.call({
      type: SchedulerCallType.ACCEPT,
      accept: { offer_ids: [offer.id], operations: [operation] },
    });
    // The connection has just ended: others will be offered.
    if (!isSent) return;
    this.agentId = offer.agent_id;
    this.client.call({ type: SchedulerCallType.SUPPRESS });
    this.reconciliation.begin(SILENCE_MS);
    this.tell(`launched on ${offer.hostname}`);
  }

  private updated(status: TaskStatus): void {
    const { task_id, state, uuid, agent_id } = status;
    if (uuid !== undefined && agent_id !== undefined)
      this.client.call({ type: SchedulerCallType.ACKNOWLEDGE, acknowledge: { agent_id, task_id, uuid } });
    const id = task_id.value;
    const isLost = this.reconciliation.heard(status);
    if (this.ended.has(id)) return;
    if (state !== TaskState.TASK_FAILED || uuid !== undefined) {
      this.heard(status, isLost);
      return;
    }
    // Said by a master that was asked.
    this.timers.push(this.context.terminal.clock.setTimer(OWN_WORD_MS, () => this.heard(status)));
  }

  private heard(status: TaskStatus, isLost = false): void {
    const { task_id, state } = status;
    const id = task_id.value;
    if (this.ended.has(id)) return;
    this.tellState(status);
    if (state === TaskState.TASK_RUNNING && !this.outputs.has(id)) {
      const output = new Output(this.context, id);
      this.outputs.set(id, output);
      output.start();
    }
    if (ENDED.has(state) || isLost) void this.over(id, status);
  }

  private tellState({ task_id: { value: id }, state, message }: TaskStatus): void {
    // A master that is asked says again what is known.
    if (this.told.get(id) === state) return;
    this.told.set(id, state);
    const name = this.request.isGroup ? `${id} ` : '';
    const word = stateText(enumName(TaskState, state));
    this.tell(`${name}${word}${message ? `: ${message}` : ''}`);
  }

  private async over(id: string, status: TaskStatus): Promise<void> {
    this.ended.set(id, status);
    await this.outputs.get(id)?.finish();
    if (this.ended.size < this.request.tasks.length) return;
    const failed = [...this.ended.values()].find(({ state }) => state !== TaskState.TASK_FINISHED);
    this.finish(this.isKilling ? INTERRUPTED : failed === undefined ? 0 : exitCodeOf(failed));
  }

  private interrupted(): void {
    if (this.isKilling || this.agentId === undefined) {
      this.finish(INTERRUPTED);
      return;
    }
    this.isKilling = true;
    this.tell('killing; Ctrl-C once more does not wait');
    this.kill();
  }

  private kill(): void {
    for (const { task_id, agent_id } of this.open())
      this.client.call({ type: SchedulerCallType.KILL, kill: { task_id, agent_id } });
  }
}

function groupExecutorResources() {
  return GROUP_EXECUTOR.split(';').map((piece) => {
    const [name = '', value = ''] = piece.split(':');
    return { name, type: 0 as const, scalar: { value: Number(value) } };
  });
}

/** What an offer holds, as tasks ask for it. */
function withoutAllocation({ resources }: Offer): Resources {
  return Resources.of((resources ?? []).map(({ allocation_info: _, ...resource }) => resource));
}

/** The command executor says how a command ended in words only. */
function exitCodeOf({ message = '' }: TaskStatus): number {
  const code = /exited with status (\d+)/.exec(message)?.[1];
  return code === undefined ? 1 : Number(code) || 1;
}

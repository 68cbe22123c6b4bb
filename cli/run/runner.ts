/** The framework behind `mesostate run`: waits for an offer that is large enough, launches, follows, ends. */
import { SchedulerClient } from '../../actors/client/index.ts';
import { enumName } from '../../proto/enums.ts';
import {
  FrameworkInfoCapabilityType,
  type Offer,
  OfferOperationType,
  SchedulerCallType,
  type SchedulerEvent,
  type TaskInfo,
  TaskState,
  type TaskStatus,
} from '../../proto/index.ts';
import { Resources } from '../../proto/resources/index.ts';
import { stateText } from '../commands/lists.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import { Output } from './output.ts';

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

export class Runner {
  private readonly context: Context;
  private readonly request: RunRequest;
  private readonly client: SchedulerClient;
  private readonly outputs = new Map<string, Output>();
  private readonly ended = new Map<string, TaskStatus>();
  private isLaunched = false;
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
        // The command outlives a restart of its agent.
        checkpoint: true,
        capabilities: [{ type: MULTI_ROLE }, { type: TASK_KILLING_STATE }, { type: PARTITION_AWARE }],
        ...(credential === undefined ? {} : { principal: credential.principal }),
      },
      handlers: {
        event: (event) => this.take(event),
        refused: (text) => context.say(`mesostate: the master refused: ${text}`),
        disconnected: () => this.tell('the master is gone; waiting for it, or the next one'),
        absent: (reason) => this.tellAbsence(reason),
      },
      ...(ca === undefined ? {} : { tls: { ca } }),
      ...(pair === undefined ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }),
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
    const impatience = this.context.terminal.clock.setTimer(PATIENCE_MS, () => void this.tellWhy());
    this.client.start();
    try {
      return await exitCode;
    } finally {
      off();
      impatience.cancel();
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
    if (this.isLaunched || this.client.frameworkId === undefined) return;
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
    if (subscribed !== undefined) this.tell(`framework ${subscribed.framework_id.value}`);
    if (offers !== undefined) for (const offer of offers.offers ?? []) this.consider(offer);
    if (update !== undefined) this.updated(update.status);
    if (error !== undefined) {
      this.context.say(`mesostate: ${error.message}`);
      this.finish(1);
    }
  }

  private consider(offer: Offer): void {
    const executor = this.request.isGroup ? groupExecutorResources() : [];
    const needed = Resources.of([...this.request.tasks.flatMap((task) => task.resources ?? []), ...executor]);
    const has = withoutAllocation(offer);
    if (this.isLaunched || this.isKilling || !has.contains(needed)) {
      this.client.call({ type: SchedulerCallType.DECLINE, decline: { offer_ids: [offer.id] } });
      return;
    }
    this.isLaunched = true;
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
    this.client.call({
      type: SchedulerCallType.ACCEPT,
      accept: { offer_ids: [offer.id], operations: [operation] },
    });
    this.client.call({ type: SchedulerCallType.SUPPRESS });
    this.tell(`launched on ${offer.hostname}`);
  }

  private updated(status: TaskStatus): void {
    const { task_id, state, uuid, agent_id } = status;
    if (uuid !== undefined && agent_id !== undefined)
      this.client.call({ type: SchedulerCallType.ACKNOWLEDGE, acknowledge: { agent_id, task_id, uuid } });
    const id = task_id.value;
    if (this.ended.has(id)) return;
    const word = stateText(enumName(TaskState, state));
    const name = this.request.isGroup ? `${id} ` : '';
    this.tell(`${name}${word}${status.message ? `: ${status.message}` : ''}`);
    if (state === TaskState.TASK_RUNNING && !this.outputs.has(id)) {
      const output = new Output(this.context, id);
      this.outputs.set(id, output);
      output.start();
    }
    if (ENDED.has(state)) void this.over(id, status);
  }

  private async over(id: string, status: TaskStatus): Promise<void> {
    this.ended.set(id, status);
    await this.outputs.get(id)?.finish();
    if (this.ended.size < this.request.tasks.length) return;
    const failed = [...this.ended.values()].find(({ state }) => state !== TaskState.TASK_FINISHED);
    this.finish(this.isKilling ? INTERRUPTED : failed === undefined ? 0 : exitCodeOf(failed));
  }

  private interrupted(): void {
    if (this.isKilling || !this.isLaunched) {
      this.finish(INTERRUPTED);
      return;
    }
    this.isKilling = true;
    this.tell('killing; Ctrl-C once more does not wait');
    for (const { task_id } of this.request.tasks)
      this.client.call({ type: SchedulerCallType.KILL, kill: { task_id } });
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

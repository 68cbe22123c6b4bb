/**
 * The executor driver: the process `executor(1)` that holds an executor's connection to its agent (driver rules of
 * Mesos' `exec.cpp`).
 *
 * It registers once. Tasks and updates are kept until the agent acknowledges them; a restarted agent asks for them
 * (`ReconnectExecutorMessage`) and gets them with the re-registration. While the agent is away a checkpointing executor goes
 * on for the recovery time-out; any other shuts down at once.
 */
import type {
  AgentID,
  ExecutorID,
  FrameworkID,
  MessageTypes,
  StatusUpdate,
  TaskInfo,
  TaskStatus,
} from '../../proto/index.ts';
import { enumName, TaskState, TaskStatusSource } from '../../proto/index.ts';
import { type ExitReason, type Pid, Process, type Timer } from '../../runtime/index.ts';
import { type ExecutorDriverEvent, executorDriverMachine, LiveChart } from '../../statecharts/index.ts';
import type { ExecutorEnvironment } from './environment.ts';
import type { Executor, ExecutorDriver, ExecutorStatus } from './executor.ts';

/** How long `stop` waits for acknowledgements. */
const STOP_WAIT_MS = 5_000;

export interface ExecutorDriverOptions {
  /** Name of the process: `executor(1)`. */
  readonly id: string;
  readonly environment: ExecutorEnvironment;
  /** Makes the executor, when the process is initialized: it can use the process' timers at once. */
  readonly executor: () => Executor;
  /** Kills the whole process group: the executor did not end in time. */
  readonly killGroup: () => void;
}

const NOTHING: Executor = { launchTask: () => {}, killTask: () => {} };

export class MesosExecutorDriver extends Process<MessageTypes> implements ExecutorDriver {
  readonly #options: ExecutorDriverOptions;
  readonly #framework_id: FrameworkID;
  readonly #executor_id: ExecutorID;
  readonly #announcements: (() => void)[] = [];
  /** Tasks of which no update was acknowledged, by id. */
  readonly #tasks = new Map<string, TaskInfo>();
  /** Updates not acknowledged, in their order, by uuid. */
  readonly #updates = new Map<string, StatusUpdate>();
  #executor: Executor = NOTHING;
  #agent: Pid;
  #agentId: AgentID | undefined;
  /** Runs from `stop` until the last acknowledgement. */
  #leaving: Timer | undefined;
  #chart: LiveChart<typeof executorDriverMachine> | undefined;

  constructor(options: ExecutorDriverOptions) {
    super(options.id);
    const { agent, frameworkId, executorId } = options.environment;
    this.#options = options;
    this.#agent = agent;
    this.#framework_id = { value: frameworkId };
    this.#executor_id = { value: executorId };
  }

  override initialize(): void {
    this.#executor = this.#options.executor();
    this.install('mesos.internal.ExecutorRegisteredMessage', (message) => this.#registered(message));
    this.install('mesos.internal.ExecutorReregisteredMessage', (message) => this.#reregistered(message));
    this.install('mesos.internal.ReconnectExecutorMessage', (message, from) =>
      this.#reconnect(message, from),
    );
    this.install('mesos.internal.RunTaskMessage', ({ task }) => this.#run(task));
    this.install('mesos.internal.KillTaskMessage', ({ task_id, kill_policy }) =>
      this.#executor.killTask(this, task_id, kill_policy),
    );
    this.install('mesos.internal.FrameworkToExecutorMessage', ({ data }) =>
      this.#executor.frameworkMessage?.(this, data),
    );
    this.install('mesos.internal.StatusUpdateAcknowledgementMessage', (message) =>
      this.#acknowledged(message),
    );
    this.install('mesos.internal.ShutdownExecutorMessage', () => this.#step({ type: 'SHUTDOWN_ORDERED' }));
    this.#chart = this.#makeChart();
    this.node.inspector.register(this.self, this.#chart);
    this.#step({ type: 'CONNECTED' });
  }

  override finalize(): void {
    this.#step({ type: 'STOP_REQUESTED' });
  }

  override exited(pid: Pid, reason: ExitReason): void {
    if (!pid.equals(this.#agent)) return;
    this.log.warn('the agent is gone', { agent: pid.text, reason });
    this.#step({ type: 'CONNECTION_LOST' });
  }

  override describe(): Readonly<Record<string, unknown>> {
    return {
      state: this.state,
      tasks: this.#tasks.size,
      updates: this.#updates.size,
      agent: this.#agent.text,
    };
  }

  get state(): string {
    return this.#chart?.value ?? 'joining.connecting';
  }

  get unacknowledged(): number {
    return this.#updates.size;
  }

  /** Runs `run` between two callbacks, `delayMs` from now. */
  after(delayMs: number, run: () => void): Timer {
    return this.delay(delayMs, run);
  }

  /** A callable that runs `handler` between two callbacks. */
  deferred<A extends unknown[]>(handler: (...args: A) => void): (...args: A) => void {
    return this.defer(handler);
  }

  sendStatusUpdate(status: ExecutorStatus): void {
    const { state, task_id } = status;
    if (state === TaskState.TASK_STAGING)
      throw new Error(`task ${task_id.value}: TASK_STAGING is not an executor's to tell`);
    const uuid = this.ids.uuidBytes();
    const update = this.#updateOf(status, uuid);
    this.#updates.set(keyOf(uuid), update);
    this.log.info('status update', () => ({ task_id: task_id.value, state: enumName(TaskState, state) }));
    // While the agent is away it is kept: the agent asks for it when it is back.
    if (this.#connected) this.#sendUpdate(update);
  }

  sendFrameworkMessage(data: Uint8Array): void {
    if (this.#agentId === undefined) return;
    this.send(this.#agent, 'mesos.internal.ExecutorToFrameworkMessage', {
      slave_id: this.#agentId,
      framework_id: this.#framework_id,
      executor_id: this.#executor_id,
      data,
    });
  }

  stop(): void {
    if (this.#updates.size === 0) this.terminate();
    else this.#leaving ??= this.delay(STOP_WAIT_MS, () => this.terminate());
  }

  // ---- the connection -------------------------------------------------------------------------------------------

  get #connected(): boolean {
    return this.#chart?.hasTag('subscribed') === true || this.#chart?.matches('shuttingDown') === true;
  }

  #makeChart(): LiveChart<typeof executorDriverMachine> {
    const { environment, killGroup } = this.#options;
    const { checkpoint, recoveryTimeoutMs, shutdownGraceMs, subscriptionBackoffMaxMs } = environment;
    return new LiveChart(executorDriverMachine, {
      id: this.id,
      input: { checkpoint },
      clock: { setTimer: (delayMs, run) => this.delay(delayMs, run) },
      actions: {
        connect: () => this.link(this.#agent),
        sendSubscribe: () => this.#subscribe(),
        announceDisconnected: ({ event }) => {
          if (event.type === 'CONNECTION_LOST') this.#announce(() => this.#executor.disconnected?.(this));
        },
        announceShutdown: () => this.#announce(() => this.#shutdown()),
        killSelf: () => {
          killGroup();
          this.terminate();
        },
      },
      delays: {
        RECONNECT: () => this.random.next() * subscriptionBackoffMaxMs,
        // Agents take a second registration of a running executor for a mistake: once, over a link that tells of its end.
        SUBSCRIBE_RETRY: Number.POSITIVE_INFINITY,
        RECOVERY_TIMEOUT: recoveryTimeoutMs,
        SHUTDOWN_GRACE: shutdownGraceMs,
      },
      onError: ({ where, error }) => this.log.error('the driver failed', { where, error: String(error) }),
    });
  }

  /** Callbacks run when the chart is where they say. */
  #step(event: ExecutorDriverEvent): void {
    this.#chart?.send(event);
    this.#drain();
  }

  #announce(run: () => void): void {
    this.#announcements.push(run);
    // A step of ours drains at its end; what a timer of the chart announces has to see to it itself.
    this.dispatch(() => this.#drain());
  }

  #drain(): void {
    for (let run = this.#announcements.shift(); run !== undefined; run = this.#announcements.shift()) run();
  }

  /** Before the agent has taken the executor in there is nothing to come back with. */
  #subscribe(): void {
    const ids = { executor_id: this.#executor_id, framework_id: this.#framework_id };
    if (this.#agentId === undefined) {
      this.send(this.#agent, 'mesos.internal.RegisterExecutorMessage', ids);
      return;
    }
    this.send(this.#agent, 'mesos.internal.ReregisterExecutorMessage', {
      ...ids,
      tasks: [...this.#tasks.values()],
      updates: [...this.#updates.values()],
    });
  }

  #registered(message: MessageTypes['mesos.internal.ExecutorRegisteredMessage']): void {
    if (this.#chart?.hasTag('subscribed') === true) return;
    const { executor_info, framework_info, slave_id, slave_info } = message;
    this.#agentId = slave_id;
    this.log.info('registered', { agent_id: slave_id.value });
    this.#step({ type: 'SUBSCRIBED' });
    this.#executor.registered?.(this, {
      executor_info,
      framework_info,
      agent_id: slave_id,
      agent_info: slave_info,
    });
    for (const update of this.#updates.values()) this.#sendUpdate(update);
  }

  #reregistered({ slave_id, slave_info }: MessageTypes['mesos.internal.ExecutorReregisteredMessage']): void {
    this.log.info('registered again', { agent_id: slave_id.value });
    this.#step({ type: 'SUBSCRIBED' });
    this.#executor.reregistered?.(this, { agent_id: slave_id, agent_info: slave_info });
  }

  /** A restarted agent may have another address. */
  #reconnect(
    { slave_id }: MessageTypes['mesos.internal.ReconnectExecutorMessage'],
    from: Pid | undefined,
  ): void {
    if (from === undefined) return;
    this.log.info('the agent asks for reconnection', { agent: from.text });
    if (!from.equals(this.#agent)) this.unlink(this.#agent);
    this.#agent = from;
    this.#agentId ??= slave_id;
    this.#step({ type: 'RECONNECT_ASKED' });
    this.#step({ type: 'CONNECTED' });
  }

  // ---- tasks ----------------------------------------------------------------------------------------------------

  #run(task: TaskInfo): void {
    const id = task.task_id.value;
    if (this.#tasks.has(id)) return;
    this.#tasks.set(id, task);
    this.log.info('launching', { task_id: id });
    try {
      this.#executor.launchTask(this, task);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.sendStatusUpdate({ task_id: task.task_id, state: TaskState.TASK_FAILED, message });
    }
  }

  #updateOf(status: ExecutorStatus, uuid: Uint8Array): StatusUpdate {
    const timestamp = status.timestamp ?? this.clock.now() / 1000;
    const whole: TaskStatus = {
      ...status,
      source: TaskStatusSource.SOURCE_EXECUTOR,
      executor_id: this.#executor_id,
      timestamp,
      uuid,
      ...(this.#agentId === undefined ? {} : { agent_id: this.#agentId }),
    };
    const update: StatusUpdate = {
      framework_id: this.#framework_id,
      executor_id: this.#executor_id,
      status: whole,
      timestamp,
      uuid,
    };
    return this.#agentId === undefined ? update : { ...update, slave_id: this.#agentId };
  }

  #sendUpdate(update: StatusUpdate): void {
    this.send(this.#agent, 'mesos.internal.StatusUpdateMessage', { update, pid: this.self.toUpid() });
  }

  #acknowledged({ task_id, uuid }: MessageTypes['mesos.internal.StatusUpdateAcknowledgementMessage']): void {
    this.#updates.delete(keyOf(uuid));
    this.#tasks.delete(task_id.value);
    if (this.#updates.size > 0 || this.#leaving === undefined) return;
    this.#leaving.cancel();
    this.terminate();
  }

  #shutdown(): void {
    this.log.info('shutting down');
    if (this.#executor.shutdown === undefined) this.stop();
    else this.#executor.shutdown(this);
  }
}

/** A uuid's bytes as a key: one character a byte. */
function keyOf(uuid: Uint8Array): string {
  return String.fromCharCode(...uuid);
}

/**
 * An executor's side of the v1 executor API, for executors in any program: what Mesos' own library does (v1-executor-api.md §5.1).
 *
 * Tasks and updates are kept until the agent acknowledges them and told again after each reconnection. While the agent is away an
 * executor of a checkpointing framework goes on for the recovery timeout; any other is shut down at once. One that was told to shut
 * down, and has not ended after its grace period, is killed with all that it started.
 */
import {
  type ExecutorCall,
  ExecutorCallType,
  type ExecutorEvent,
  ExecutorEventType,
  fromJsonText,
  type TaskInfo,
  type TaskStatus,
  TaskStatusSource,
  toJsonText,
} from '../../proto/index.ts';
import { type Clock, type Ports, RealClock, realPorts, type Timer } from '../../runtime/index.ts';
import { parseDuration } from '../../runtime/units/index.ts';
import type { Answer } from './answers.ts';
import { CallLine } from './callLine.ts';
import { type OpenStream, openStream } from './eventStream.ts';
import { agentTls, type ClientTls } from './tls.ts';

/** Pause before updates that may be lost are told again. */
const TELL_AGAIN_MS = 1000;

export type ExecutorVariables = Readonly<Record<string, string | undefined>>;

export interface ExecutorHandlers {
  /** Every event but acknowledgements and heartbeats, in order; SHUTDOWN also when the agent stays away. */
  event(event: ExecutorEvent): void;
  /** The agent is gone for now. */
  disconnected?(): void;
  /** The agent refused a call: what it said. */
  refused?(text: string): void;
}

/** What an executor says of a task; uuid, source, ids and time are added. */
export type ExecutorUpdate = Pick<TaskStatus, 'task_id' | 'state'> & Partial<TaskStatus>;

export interface ExecutorClientOptions {
  readonly handlers: ExecutorHandlers;
  /** As the agent sets them; default: of this process. */
  readonly variables?: ExecutorVariables;
  readonly ports?: Pick<Ports, 'clock' | 'random' | 'ids'>;
  /** Ends a program that did not end by itself; default: SIGKILL to its process group, which agents make for each executor. */
  readonly killGroup?: () => void;
}

export class ExecutorClient {
  readonly executorId: string;
  readonly frameworkId: string;
  private readonly handlers: ExecutorHandlers;
  private readonly ports: Pick<Ports, 'clock' | 'random' | 'ids'>;
  private readonly url: URL;
  /** Of the agent's Unix socket, where it has one for executors. */
  private readonly socketPath: string | undefined;
  private readonly tls: ClientTls | undefined;
  private readonly headers: Record<string, string>;
  private readonly checkpoint: boolean;
  private readonly backoffMaxMs: number;
  private readonly recoveryTimeoutMs: number;
  private readonly tasks = new Map<string, TaskInfo>();
  private readonly updates = new Map<string, TaskStatus>();
  /** Those that the agent was told of with the latest SUBSCRIBE. */
  private subscribedWith: ReadonlySet<string> = new Set();
  private readonly line: CallLine;
  private stream: OpenStream | undefined;
  private again: Timer | undefined;
  private retry: Timer | undefined;
  private givingUp: Timer | undefined;
  private stopped = false;
  private connected = false;
  private readonly shutdownGraceMs: number;
  /** Of the last resort, for which no program has to stay. */
  private readonly graceClock: Clock;
  private readonly killGroup: () => void;
  private dying: Timer | undefined;

  /** @throws Error naming a variable that is missing */
  constructor({ handlers, variables = process.env, ports: given, killGroup }: ExecutorClientOptions) {
    const ports = given ?? realPorts();
    this.handlers = handlers;
    this.graceClock = given?.clock ?? new RealClock({ holdsProgram: false });
    // As in Mesos: of a cluster in one process nothing is killed.
    const isLocal = variables['MESOS_LOCAL'] !== undefined;
    this.killGroup = isLocal ? () => undefined : (killGroup ?? killOwnGroup);
    this.shutdownGraceMs = durationOf(variables, 'MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD', '5secs');
    this.ports = ports;
    this.executorId = required(variables, 'MESOS_EXECUTOR_ID');
    this.frameworkId = required(variables, 'MESOS_FRAMEWORK_ID');
    this.socketPath = variables['MESOS_DOMAIN_SOCKET'];
    // The agent's Unix socket speaks no TLS.
    this.tls = this.socketPath === undefined ? agentTls(variables) : undefined;
    const agent = `${this.tls === undefined ? 'http' : 'https'}://${required(variables, 'MESOS_AGENT_ENDPOINT')}`;
    this.url = new URL(`${agent}/slave(1)/api/v1/executor`);
    const token = variables['MESOS_EXECUTOR_AUTHENTICATION_TOKEN'];
    this.headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { url, headers, socketPath, tls } = this;
    this.line = new CallLine({ url, headers, socketPath, tls, broken: () => this.tellAgain() });
    this.checkpoint = variables['MESOS_CHECKPOINT'] === '1';
    this.backoffMaxMs = durationOf(variables, 'MESOS_SUBSCRIPTION_BACKOFF_MAX', '2secs');
    this.recoveryTimeoutMs = durationOf(variables, 'MESOS_RECOVERY_TIMEOUT', '15mins');
  }

  /** Updates that the agent has not acknowledged. */
  get unacknowledged(): number {
    return this.updates.size;
  }

  start(): void {
    this.subscribe();
  }

  /** Lets go of the agent; nothing is told any more. Who was told to shut down has to end all the same. */
  stop(): void {
    this.stopped = true;
    this.retry?.cancel();
    this.givingUp?.cancel();
    this.again?.cancel();
    this.stream?.close();
    this.line.finish();
  }

  /** Keeps the update until it is acknowledged, over reconnections. */
  update(update: ExecutorUpdate): void {
    const uuid = this.ports.ids.uuidBytes();
    const status: TaskStatus = {
      timestamp: this.ports.clock.now() / 1000,
      ...update,
      uuid,
      source: TaskStatusSource.SOURCE_EXECUTOR,
      executor_id: { value: this.executorId },
    };
    this.updates.set(keyOf(uuid), status);
    if (this.connected) this.call({ type: ExecutorCallType.UPDATE, update: { status } });
  }

  /** Bytes to the scheduler, without any promise. */
  message(data: Uint8Array): void {
    if (this.connected) this.call({ type: ExecutorCallType.MESSAGE, message: { data } });
  }

  private call(call: Omit<ExecutorCall, 'executor_id' | 'framework_id'>): void {
    const done = ({ status, text }: Answer): void => {
      if (status === 202 || this.stopped) return;
      // Not there, not yet, or too busy: what has to be told is told again, with the next subscription at the latest.
      if (status !== 404 && status !== 503) this.handlers.refused?.(`${status} ${text}`);
      else if (call.type === ExecutorCallType.UPDATE) this.tellAgain();
    };
    this.line.post(this.textOf(call), done);
  }

  /** Updates may be lost with the connection for calls, or not be taken, while the subscription lives: those not acknowledged are told once more. */
  private tellAgain(): void {
    this.again ??= this.ports.clock.setTimer(TELL_AGAIN_MS, () => {
      this.again = undefined;
      if (!this.connected) return;
      for (const status of this.updates.values())
        this.call({ type: ExecutorCallType.UPDATE, update: { status } });
    });
  }

  private textOf(call: Omit<ExecutorCall, 'executor_id' | 'framework_id'>): string {
    const ids = { executor_id: { value: this.executorId }, framework_id: { value: this.frameworkId } };
    return toJsonText('mesos.v1.executor.Call', { ...ids, ...call });
  }

  private subscribe(): void {
    if (this.stopped) return;
    this.subscribedWith = new Set(this.updates.keys());
    const subscribe = {
      unacknowledged_tasks: [...this.tasks.values()],
      unacknowledged_updates: [...this.updates.values()].map((status) => ({ status })),
    };
    const text = this.textOf({ type: ExecutorCallType.SUBSCRIBE, subscribe });
    const events = {
      opened: () => undefined,
      record: (record: Uint8Array) => this.take(record),
      closed: ({ status, text: said }: Answer) => this.closed(status, said),
    };
    const { socketPath, tls } = this;
    this.stream = openStream(this.url, this.headers, text, events, { socketPath, tls });
  }

  private closed(status: number, said: string): void {
    if (this.stopped) return;
    if (status !== 0 && status !== 200 && status !== 404 && status !== 503)
      this.handlers.refused?.(`${status} ${said}`);
    if (this.connected) {
      this.connected = false;
      this.handlers.disconnected?.();
    }
    // An agent that is there, but busy or not ready yet, is not gone.
    const isThere = status === 404 || status === 503;
    if (!this.checkpoint && !isThere) {
      this.giveUp();
      return;
    }
    this.givingUp ??= this.ports.clock.setTimer(this.recoveryTimeoutMs, () => this.giveUp());
    const pause = this.ports.random.next() * this.backoffMaxMs;
    this.retry = this.ports.clock.setTimer(pause, () => this.subscribe());
  }

  /** The agent stays away: the executor is told to end. */
  private giveUp(): void {
    if (this.stopped) return;
    this.stop();
    this.shutDown();
    this.handlers.event({ type: ExecutorEventType.SHUTDOWN });
  }

  private shutDown(): void {
    this.dying ??= this.graceClock.setTimer(this.shutdownGraceMs, this.killGroup);
  }

  private take(record: Uint8Array): void {
    if (this.stopped) return;
    const event = this.read(record);
    if (event === undefined) return;
    if (event.type === ExecutorEventType.HEARTBEAT) return;
    if (event.type === ExecutorEventType.ACKNOWLEDGED && event.acknowledged !== undefined) {
      this.updates.delete(keyOf(event.acknowledged.uuid));
      this.tasks.delete(event.acknowledged.task_id.value);
      return;
    }
    if (event.type === ExecutorEventType.SUBSCRIBED) this.subscribed();
    if (event.type === ExecutorEventType.SHUTDOWN) this.shutDown();
    for (const task of [event.launch?.task, ...(event.launch_group?.task_group.tasks ?? [])])
      if (task !== undefined) this.tasks.set(task.task_id.value, task);
    this.handlers.event(event);
  }

  /** A stream with something else than events in it is of no use. */
  private read(record: Uint8Array): ExecutorEvent | undefined {
    try {
      return fromJsonText('mesos.v1.executor.Event', Buffer.from(record).toString()) as ExecutorEvent;
    } catch (error) {
      this.handlers.refused?.(`the agent sent what is no event: ${(error as Error).message}`);
      this.stream?.close();
      return undefined;
    }
  }

  private subscribed(): void {
    this.connected = true;
    this.givingUp?.cancel();
    this.givingUp = undefined;
    for (const [key, status] of this.updates)
      if (!this.subscribedWith.has(key)) this.call({ type: ExecutorCallType.UPDATE, update: { status } });
  }
}

function required(variables: ExecutorVariables, name: string): string {
  const text = variables[name];
  if (text === undefined || text === '')
    throw new Error(`${name} is not set: an executor is started by an agent, which sets it`);
  return text;
}

/** @throws Error naming the variable */
function durationOf(variables: ExecutorVariables, name: string, otherwise: string): number {
  try {
    return parseDuration(variables[name] ?? otherwise);
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`);
  }
}

function killOwnGroup(): void {
  process.kill(0, 'SIGKILL');
}

function keyOf(uuid: Uint8Array): string {
  return Buffer.from(uuid).toString('hex');
}

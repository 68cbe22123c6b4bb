/**
 * What an agent must not forget: which frameworks, executors and tasks it was given, in one journal.
 *
 * Mesos keeps a folder of small files for the same facts (agent.md §3); one journal with group commit lets hundreds of
 * launches share a sync of the disk. The order of appends is the order of events: a task's record follows that of its
 * executor, which follows that of its framework. Only frameworks with `checkpoint: true` are written.
 */
import { decodeAs, encodeAs } from '../../../proto/codec.ts';
import type {
  DrainConfig,
  ExecutorInfo,
  FrameworkInfo,
  TaskInfo,
} from '../../../proto/generated/types/v1.ts';
import { packPlain, unpackPlain } from '../../../runtime/codec.ts';
import type { Disk } from '../../../runtime/storage/disk.ts';
import { Journal } from '../../../runtime/storage/journal.ts';

/** The journal is rewritten when it is this long and at least four times as long as what still counts. */
const COMPACT_BYTES_MIN = 4 * 1024 * 1024;
const COMPACT_RATIO = 4;

export interface TaskCheckpoint {
  readonly info: TaskInfo;
  /** See `TaskEntry.group`. */
  readonly group: string | undefined;
  /** Set once a kill was handed to the built-in command executor: wall-clock milliseconds at which SIGKILL is due. */
  killDeadlineMs: number | undefined;
}

export interface ExecutorCheckpoint {
  readonly info: ExecutorInfo;
  readonly containerId: string;
  /** The agent made the ExecutorInfo, for a task with a command. */
  readonly forCommandTask: boolean;
  /** Address of the executor's driver, once it registered. */
  pid: string | undefined;
  readonly tasks: Map<string, TaskCheckpoint>;
}

export interface FrameworkCheckpoint {
  info: FrameworkInfo;
  pid: string | undefined;
  readonly executors: Map<string, ExecutorCheckpoint>;
}

/** What the journal said when it was opened: framework id → framework. */
export type Recovered = ReadonlyMap<string, FrameworkCheckpoint>;

/** One line of the journal. Messages are protobuf, so that they can be read by later versions. */
type Fact =
  | { readonly t: 'agent'; readonly id: string }
  | { readonly t: 'framework'; readonly f: string; readonly info: Uint8Array; readonly pid: string }
  | {
      readonly t: 'executor';
      readonly f: string;
      readonly e: string;
      readonly c: string;
      readonly made: boolean;
      readonly info: Uint8Array;
    }
  | { readonly t: 'executorPid'; readonly f: string; readonly e: string; readonly pid: string }
  | {
      readonly t: 'task';
      readonly f: string;
      readonly e: string;
      readonly id: string;
      readonly info: Uint8Array;
      /** Absent for a task of no group. */
      readonly g?: string;
    }
  | { readonly t: 'kill'; readonly f: string; readonly e: string; readonly id: string; readonly at: number }
  | { readonly t: 'taskEnd'; readonly f: string; readonly e: string; readonly id: string }
  | { readonly t: 'executorEnd'; readonly f: string; readonly e: string }
  | { readonly t: 'frameworkEnd'; readonly f: string }
  | { readonly t: 'drain'; readonly config: Uint8Array }
  | { readonly t: 'drainEnd' };

type Done = (error?: Error) => void;

/** What a line is about: no id holds a line break. */
function subject(...words: string[]): string {
  return words.join('\n');
}

function subjectOf(fact: Fact): string {
  switch (fact.t) {
    case 'agent':
      return '';
    case 'framework':
    case 'frameworkEnd':
      return fact.f;
    case 'executor':
    case 'executorEnd':
      return subject(fact.f, fact.e);
    case 'executorPid':
      return subject(fact.f, fact.e, 'pid');
    case 'task':
    case 'taskEnd':
      return subject(fact.f, fact.e, 'task', fact.id);
    case 'kill':
      return subject(fact.f, fact.e, 'kill', fact.id);
    case 'drain':
    case 'drainEnd':
      return subject('', 'drain');
  }
}

/** Subjects that count no more after this fact. */
function endedBy(fact: Fact): string[] {
  switch (fact.t) {
    case 'taskEnd':
      return [subjectOf(fact), subject(fact.f, fact.e, 'kill', fact.id)];
    case 'executorEnd':
      return [subjectOf(fact), subject(fact.f, fact.e, 'pid')];
    case 'frameworkEnd':
    case 'drainEnd':
      return [subjectOf(fact)];
    default:
      return [];
  }
}

export interface CheckpointsOptions {
  readonly disk: Disk;
  /** Folder of the journal, `<work_dir>/meta`. */
  readonly dir: string;
  /** Told once when the disk failed: an agent that cannot write down what it does must stop (failover.md §2.1). */
  readonly onFailure: (error: Error) => void;
}

export class Checkpoints {
  private readonly journal: Journal;
  /** Live lines by subject, for the next compaction. */
  private readonly live = new Map<string, Uint8Array>();
  private liveBytes = 0;
  private compacting = false;
  private replayed = new Map<string, FrameworkCheckpoint>();
  private replayedAgent: string | undefined;
  private replayedDrain: DrainConfig | undefined;

  private constructor(options: CheckpointsOptions) {
    this.journal = Journal.open(options.dir, {
      name: 'checkpoints',
      disk: options.disk,
      onRecord: (bytes: Uint8Array) => this.replay(bytes),
      onFailure: options.onFailure,
    });
  }

  /** @throws what `Journal.open` throws */
  static open(options: CheckpointsOptions): Checkpoints {
    return new Checkpoints(options);
  }

  /** What was kept for the agent of that id; nothing when the journal is another agent's. Asked once, at the start. */
  recovered(agentId: string | undefined): Recovered {
    const found = this.replayed;
    this.replayed = new Map();
    if (agentId !== undefined && agentId === this.replayedAgent) return found;
    this.replayedDrain = undefined;
    this.forgetAll();
    return new Map();
  }

  /** The drain that was not over; asked after `recovered`. */
  get recoveredDrain(): DrainConfig | undefined {
    return this.replayedDrain;
  }

  /** A new agent id: what an earlier agent kept here is void. */
  begin(agentId: string, done: Done): void {
    this.forgetAll();
    const line = packPlain({ t: 'agent', id: agentId } satisfies Fact);
    this.keep('', line);
    this.journal.compact([line], done);
  }

  framework(info: FrameworkInfo, pid: string | undefined, done: Done): void {
    const f = info.id?.value ?? '';
    this.write({ t: 'framework', f, info: encodeAs('mesos.v1.FrameworkInfo', info), pid: pid ?? '' }, done);
  }

  executor(f: string, executor: Omit<ExecutorCheckpoint, 'tasks' | 'pid'>, done: Done): void {
    const e = executor.info.executor_id.value;
    const info = encodeAs('mesos.v1.ExecutorInfo', executor.info);
    this.write({ t: 'executor', f, e, c: executor.containerId, made: executor.forCommandTask, info }, done);
  }

  executorPid(f: string, e: string, pid: string, done: Done): void {
    this.write({ t: 'executorPid', f, e, pid }, done);
  }

  task(f: string, e: string, { info, group }: Pick<TaskCheckpoint, 'info' | 'group'>, done: Done): void {
    const fact = {
      t: 'task',
      f,
      e,
      id: info.task_id.value,
      info: encodeAs('mesos.v1.TaskInfo', info),
    } as const;
    this.write(group === undefined ? fact : { ...fact, g: group }, done);
  }

  /** @param at wall-clock milliseconds at which SIGKILL is due */
  kill(f: string, e: string, id: string, at: number, done: Done): void {
    this.write({ t: 'kill', f, e, id, at }, done);
  }

  /** The scheduler acknowledged the task's end. */
  taskEnded(f: string, e: string, id: string, done: Done): void {
    this.append({ t: 'taskEnd', f, e, id }, done);
  }

  /** The executor is gone, with everything about its tasks acknowledged. */
  executorEnded(f: string, e: string): void {
    this.append({ t: 'executorEnd', f, e });
  }

  frameworkEnded(f: string): void {
    this.append({ t: 'frameworkEnd', f });
  }

  /** The agent drains; a later order replaces an earlier one. */
  drain(config: DrainConfig, done: Done): void {
    this.write({ t: 'drain', config: encodeAs('mesos.v1.DrainConfig', config) }, done);
  }

  drainEnded(): void {
    this.append({ t: 'drainEnd' });
  }

  close(done: () => void): void {
    this.journal.close(done);
  }

  private write(fact: Fact, done: Done): void {
    const line = packPlain(fact);
    this.keep(subjectOf(fact), line);
    this.journal.append(line, done);
  }

  private append(fact: Fact, done: Done = () => undefined): void {
    for (const each of endedBy(fact)) this.drop(each);
    this.journal.append(packPlain(fact), done);
    this.compactWhenLong();
  }

  private compactWhenLong(): void {
    if (this.compacting || this.journal.size < Math.max(COMPACT_BYTES_MIN, this.liveBytes * COMPACT_RATIO))
      return;
    this.compacting = true;
    this.journal.compact([...this.live.values()], () => {
      this.compacting = false;
    });
  }

  /** A line that replaces an earlier one keeps its place: executors follow their framework in a compacted journal too. */
  private keep(subject: string, line: Uint8Array): void {
    this.liveBytes += line.length - (this.live.get(subject)?.length ?? 0);
    this.live.set(subject, line);
  }

  private drop(subject: string): void {
    const line = this.live.get(subject);
    if (line === undefined) return;
    this.live.delete(subject);
    this.liveBytes -= line.length;
  }

  private forgetAll(): void {
    this.live.clear();
    this.liveBytes = 0;
  }

  // ---- replay ---------------------------------------------------------------------------------------------------

  private replay(bytes: Uint8Array): void {
    const fact = unpackPlain(bytes) as Fact;
    this.remember(fact, Uint8Array.from(bytes));
    const { replayed } = this;
    if (fact.t === 'agent') {
      this.replayedAgent = fact.id;
      replayed.clear();
      this.replayedDrain = undefined;
      return;
    }
    if (fact.t === 'drain' || fact.t === 'drainEnd') {
      this.replayedDrain = fact.t === 'drain' ? decodeAs('mesos.v1.DrainConfig', fact.config) : undefined;
      return;
    }
    if (fact.t === 'framework') {
      const info = decodeAs('mesos.v1.FrameworkInfo', fact.info);
      const executors = replayed.get(fact.f)?.executors ?? new Map<string, ExecutorCheckpoint>();
      replayed.set(fact.f, { info, pid: fact.pid === '' ? undefined : fact.pid, executors });
      return;
    }
    if (fact.t === 'frameworkEnd') replayed.delete(fact.f);
    else replayIn(replayed.get(fact.f), fact);
  }

  private remember(fact: Fact, bytes: Uint8Array): void {
    if (fact.t === 'agent') this.forgetAll();
    const over = endedBy(fact);
    if (over.length === 0) this.keep(subjectOf(fact), bytes);
    for (const each of over) this.drop(each);
  }
}

type FactOfExecutor = Exclude<Fact, { t: 'agent' | 'framework' | 'frameworkEnd' | 'drain' | 'drainEnd' }>;

function replayIn(framework: FrameworkCheckpoint | undefined, fact: FactOfExecutor): void {
  if (framework === undefined) return;
  if (fact.t === 'executor') {
    const info = decodeAs('mesos.v1.ExecutorInfo', fact.info);
    const executor = {
      info,
      containerId: fact.c,
      forCommandTask: fact.made,
      pid: undefined,
      tasks: new Map(),
    };
    framework.executors.set(fact.e, executor);
    return;
  }
  if (fact.t === 'executorEnd') {
    framework.executors.delete(fact.e);
    return;
  }
  const executor = framework.executors.get(fact.e);
  if (executor !== undefined) replayInExecutor(executor, fact);
}

function replayInExecutor(
  executor: ExecutorCheckpoint,
  fact: Exclude<FactOfExecutor, { t: 'executor' | 'executorEnd' }>,
): void {
  if (fact.t === 'executorPid') executor.pid = fact.pid;
  else if (fact.t === 'taskEnd') executor.tasks.delete(fact.id);
  else if (fact.t === 'kill') {
    const task = executor.tasks.get(fact.id);
    if (task !== undefined) task.killDeadlineMs = fact.at;
  } else {
    executor.tasks.set(fact.id, {
      info: decodeAs('mesos.v1.TaskInfo', fact.info),
      group: fact.g,
      killDeadlineMs: undefined,
    });
  }
}

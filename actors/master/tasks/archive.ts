/**
 * Ended tasks that the master itself remembers no more, on disk (`--task_archive`): what people look for after days. Nothing is
 * decided by it; without the flag there is none.
 */
import { enumName, type Task, TaskState, toJsonText } from '../../../proto/index.ts';
import type { LineArchive, LinePlace } from '../../../runtime/storage/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from './record.ts';

/** Entries that are looked at in one turn. */
const SLICE = 10_000;

/** What an entry's line begins with: found again without reading the task. */
interface Head {
  /** Seconds since 1970 of its end. */
  readonly ended: number;
  readonly state: string;
  readonly framework_id: string;
  readonly framework_name: string;
  readonly framework_user: string;
  readonly task_id: string;
  readonly task_name: string;
  readonly user?: string | undefined;
}

export interface ArchivedTask extends Head {
  readonly place: LinePlace;
}

export interface ArchiveQuestion {
  readonly frameworkId?: string | undefined;
  readonly taskId?: string | undefined;
  /** Words that must all be in ids, names or state. */
  readonly search: readonly string[];
  readonly sees: (task: ArchivedTask) => boolean;
}

/** The index: what there is, and where. */
export class ArchivedTasks {
  /** Oldest first. */
  private all: ArchivedTask[] = [];
  /** The youngest of each name. */
  private readonly byKey = new Map<string, ArchivedTask>();
  /** Texts that many entries share. */
  private readonly texts = new Map<string, string>();

  /** Lines that are no entry are passed over. */
  take(line: Buffer, place: LinePlace): void {
    let head: Partial<Head> | null;
    try {
      head = JSON.parse(line.toString()) as Partial<Head> | null;
    } catch {
      return;
    }
    if (head === null) return;
    const { ended, state, framework_id, framework_name, framework_user, task_id, task_name, user } = head;
    if (typeof framework_id !== 'string' || typeof task_id !== 'string') return;
    this.add({
      ended: Number(ended ?? 0),
      state: String(state),
      framework_id,
      framework_name: String(framework_name ?? ''),
      framework_user: String(framework_user ?? ''),
      task_id,
      task_name: String(task_name ?? ''),
      user: typeof user === 'string' ? user : undefined,
      place,
    });
  }

  add(task: ArchivedTask): void {
    const kept: ArchivedTask = {
      ...task,
      state: this.shared(task.state),
      framework_id: this.shared(task.framework_id),
      framework_name: this.shared(task.framework_name),
      framework_user: this.shared(task.framework_user),
      task_name: this.shared(task.task_name),
      user: task.user === undefined ? undefined : this.shared(task.user),
    };
    this.all.push(kept);
    this.byKey.set(keyOf(kept), kept);
  }

  /** Whether this very end of it is there already: agents tell of ended tasks again after a failover. */
  has(head: Head): boolean {
    const known = this.byKey.get(keyOf(head));
    return known !== undefined && known.ended === head.ended && known.state === head.state;
  }

  /** Files before this one are gone. */
  forgetBefore(file: number): void {
    const first = this.all.findIndex(({ place }) => place.file >= file);
    const gone = first === -1 ? this.all : this.all.slice(0, first);
    this.all = first === -1 ? [] : this.all.slice(first);
    for (const task of gone) if (this.byKey.get(keyOf(task)) === task) this.byKey.delete(keyOf(task));
    this.texts.clear();
  }

  /**
   * Youngest first, some entries at a time: of hundreds of thousands a search takes a while, and others have their turn at each
   * `yield`. What comes or goes meanwhile is not looked at.
   */
  *find({ frameworkId, taskId, search, sees }: ArchiveQuestion): Generator<undefined, ArchivedTask[]> {
    const { all } = this;
    const words = search.map((word) => new RegExp(word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i'));
    const found: ArchivedTask[] = [];
    for (let end = all.length; end > 0; end -= SLICE) {
      for (const task of all.slice(Math.max(0, end - SLICE), end).reverse()) {
        const fits =
          (frameworkId === undefined || task.framework_id === frameworkId) &&
          (taskId === undefined || task.task_id === taskId) &&
          words.every((word) => contains(task, word)) &&
          sees(task);
        if (fits) found.push(task);
      }
      if (end > SLICE) yield;
    }
    return found;
  }

  private shared(text: string): string {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    this.texts.set(text, text);
    return text;
  }
}

function contains({ task_id, task_name, framework_id, framework_name, state }: ArchivedTask, word: RegExp) {
  return [task_id, task_name, framework_id, framework_name, state].some((text) => word.test(text));
}

function keyOf({ framework_id, task_id }: Head): string {
  return `${framework_id}/${task_id}`;
}

/** An archive that is open, and what is in it. */
export interface OpenArchive {
  readonly lines: LineArchive;
  readonly tasks: ArchivedTasks;
}

export class TaskArchive {
  private readonly parts: MasterParts;
  private readonly open: OpenArchive | undefined;
  /** So that a full disk is told once and not for each task. */
  private isFailing = false;

  constructor(parts: MasterParts, open: OpenArchive | undefined) {
    this.parts = parts;
    this.open = open;
    if (open !== undefined)
      open.lines.onForgotten = parts.actor.defer((oldest: number) => open.tasks.forgetBefore(oldest));
  }

  /** Whether there is one. */
  get isKept(): boolean {
    return this.open !== undefined;
  }

  /** A task that will not change any more. */
  keep(framework: FrameworkRecord, task: TaskRecord): void {
    const { open, parts } = this;
    if (open === undefined) return;
    const message = parts.tasks.snapshot(task).message();
    const head = headOf(framework, message);
    if (open.tasks.has(head)) return;
    const text = `${JSON.stringify(head).slice(0, -1)},"task":${toJsonText('mesos.v1.Task', message)}}`;
    open.lines.append(
      Buffer.from(text),
      parts.actor.defer((result: LinePlace | Error) => {
        if (result instanceof Error) return this.fail(result);
        this.isFailing = false;
        open.tasks.add({ ...head, place: result });
      }),
    );
  }

  /** @param done told of those found, youngest first; maybe at once */
  find(question: ArchiveQuestion, done: (found: readonly ArchivedTask[]) => void): void {
    if (this.open === undefined) done([]);
    else this.search(this.open.tasks.find(question), done);
  }

  private search(
    steps: ReturnType<ArchivedTasks['find']>,
    done: (found: readonly ArchivedTask[]) => void,
  ): void {
    const { actor } = this.parts;
    actor.node.pauses.during('a search of the archive of tasks');
    const step = steps.next();
    if (step.done === true) done(step.value);
    else actor.delay(0, () => this.search(steps, done));
  }

  /**
   * The lines of entries, in their order: those of entries that went meanwhile are left out.
   * @param done called later
   */
  read(tasks: readonly ArchivedTask[], done: (lines: readonly string[]) => void): void {
    const { open } = this;
    const lines: string[] = [];
    const next = (at: number): void => {
      const task = tasks[at];
      if (open === undefined || task === undefined) {
        done(lines);
        return;
      }
      open.lines.read(
        task.place,
        this.parts.actor.defer((line: Buffer | Error) => {
          if (!(line instanceof Error)) lines.push(line.toString());
          next(at + 1);
        }),
      );
    };
    next(0);
  }

  private fail(error: Error): void {
    if (!this.isFailing) this.parts.actor.log.warn('a task could not be archived', { error: error.message });
    this.isFailing = true;
  }
}

function headOf({ id, description }: FrameworkRecord, task: Task): Head {
  return {
    ended: task.statuses?.at(-1)?.timestamp ?? 0,
    state: enumName(TaskState, task.state),
    framework_id: id,
    framework_name: description.info.name,
    framework_user: description.info.user,
    task_id: task.task_id.value,
    task_name: task.name,
    user: task.user,
  };
}

/** The book of a storm: what was asked for, what its framework was told, and what tasks themselves left on disk. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { enumName, TaskState, type TaskStatus } from '../../proto/index.ts';

/** What becomes of a task that is left alone: it finishes, fails, or runs until it is killed. */
export type Kind = 'finish' | 'fail' | 'kill';

interface Told {
  readonly state: TaskState;
  /** Hex; empty for what the master says of its own accord. */
  readonly uuid: string;
  readonly message: string;
}

interface Entry {
  readonly kind: Kind;
  readonly told: Told[];
}

/** How often a task began and came to its own end, by the lines that it wrote. */
export interface Runs {
  readonly began: number;
  readonly ended: number;
}

export interface Tally {
  readonly launched: number;
  readonly finished: number;
  readonly failed: number;
  readonly killed: number;
  /** Handed to an agent that was not there, or killed before they began: told so, and never run. */
  readonly neverRan: number;
  readonly updates: number;
}

export const NO_TALLY: Tally = { launched: 0, finished: 0, failed: 0, killed: 0, neverRan: 0, updates: 0 };

const { TASK_STARTING, TASK_RUNNING, TASK_KILLING, TASK_FINISHED, TASK_FAILED, TASK_KILLED } = TaskState;

/** States in the order that a task goes through them; those not named are ends of tasks that did not run. */
const STEPS: readonly TaskState[] = [TASK_STARTING, TASK_RUNNING, TASK_KILLING];
const rank = (state: TaskState): number => (STEPS.indexOf(state) + STEPS.length + 1) % (STEPS.length + 1);
const isEnd = ({ state }: Told): boolean => !STEPS.includes(state);

/** How a task of each kind ends when it ran. */
const OWN_END: Readonly<Record<Kind, TaskState>> = {
  finish: TASK_FINISHED,
  fail: TASK_FAILED,
  kill: TASK_KILLED,
};

/** The status that failing tasks end with. */
export const FAILING = 7;

export class Ledger {
  /** In the order of their launch. */
  private readonly entries = new Map<string, Entry>();
  private readonly open = new Set<string>();
  /** Wrong at the moment it was told. */
  private readonly problems: string[] = [];

  launched(id: string, kind: Kind): void {
    this.entries.set(id, { kind, told: [] });
    this.open.add(id);
  }

  /** Tasks without an end. */
  get live(): ReadonlySet<string> {
    return this.open;
  }

  kindOf(id: string): Kind | undefined {
    return this.entries.get(id)?.kind;
  }

  lastState(id: string): TaskState | undefined {
    return this.entries.get(id)?.told.at(-1)?.state;
  }

  /** How many tasks are told to be running. */
  get running(): number {
    return [...this.open].filter((id) => this.lastState(id) === TASK_RUNNING).length;
  }

  told({ task_id, state, uuid, message = '' }: TaskStatus): void {
    const id = task_id.value;
    // An answer about a task that the master has forgotten, to a kill that crossed its end.
    if (state === TaskState.TASK_UNKNOWN) return;
    const entry = this.entries.get(id);
    if (entry === undefined) {
      this.problems.push(`${id}: told of a task that nobody launched`);
      return;
    }
    const one: Told = { state, uuid: Buffer.from(uuid ?? []).toString('hex'), message };
    const at = one.uuid === '' ? -1 : entry.told.findIndex((each) => each.uuid === one.uuid);
    if (at >= 0) {
      // Until it is acknowledged the head of a stream comes again; nothing else does.
      if (at < entry.told.length - 1)
        this.problems.push(`${id}: ${name(state)} came again after what follows it`);
      return;
    }
    const last = entry.told.at(-1);
    if (last !== undefined && isEnd(last))
      this.problems.push(`${id}: ${name(state)} after ${name(last.state)}`);
    else if (last !== undefined && rank(one.state) < rank(last.state))
      this.problems.push(`${id}: ${name(state)} after ${name(last.state)}`);
    entry.told.push(one);
    if (isEnd(one)) this.open.delete(id);
  }

  /** Holds the book against the files in `runs`. */
  account(runs: string): { readonly tally: Tally; readonly problems: readonly string[] } {
    const problems = [...this.problems];
    const tally = { ...NO_TALLY, launched: this.entries.size };
    for (const [id, entry] of this.entries) {
      tally.updates += entry.told.length;
      const ran = runsOf(runs, id);
      const problem = problemOf(entry, ran);
      if (problem !== undefined) problems.push(`${id} (${entry.kind}): ${problem}; told ${storyOf(entry)}`);
      const end = entry.told.at(-1)?.state;
      if (ran.began === 0) tally.neverRan++;
      else if (end === TASK_FINISHED) tally.finished++;
      else if (end === TASK_FAILED) tally.failed++;
      else if (end === TASK_KILLED) tally.killed++;
    }
    return { tally, problems };
  }
}

function problemOf({ kind, told }: Entry, { began, ended }: Runs): string | undefined {
  const end = told.at(-1);
  if (end === undefined || !isEnd(end)) return `has no end, began ${began} times`;
  if (began > 1) return `was run ${began} times`;
  if (began === 0) return end.state === TASK_FINISHED ? 'finished without having run' : undefined;
  if (end.state !== OWN_END[kind]) return `ran, but ended as ${name(end.state)}: ${end.message}`;
  if (!told.some(({ state }) => state === TASK_RUNNING)) return 'ran, but was never told to be running';
  if (kind === 'kill') return ended === 0 ? undefined : 'came to its own end, though it was killed';
  if (ended !== 1) return `came to its own end ${ended} times`;
  if (kind === 'fail' && !end.message.endsWith(`status ${FAILING}`))
    return `failed otherwise: ${end.message}`;
  return undefined;
}

function runsOf(folder: string, id: string): Runs {
  const file = path.join(folder, id);
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  return {
    began: lines.filter((line) => line === 'began').length,
    ended: lines.filter((line) => line === 'ended').length,
  };
}

const name = (state: TaskState): string => enumName(TaskState, state);

function storyOf({ told }: Entry): string {
  return (
    told.map(({ state, message }) => name(state) + (message === '' ? '' : ` '${message}'`)).join(', ') ||
    'nothing'
  );
}

import * as fs from 'node:fs';

/** A process as /proc/<pid>/stat shows it. */
export interface ProcessStat {
  readonly pid: number;
  /** One letter; Z for one that has ended and was not reaped yet. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Ticks of 1/100 s, those of ended and reaped children among them. */
  readonly userTicks: number;
  readonly systemTicks: number;
  readonly threads: number;
}

/** Ticks a second in /proc (USER_HZ, the same on every Linux). */
export const TICKS_PER_SECOND = 100;

/** Longer than any stat line, and than the beginning of a command line that is of interest. */
const buffer = Buffer.allocUnsafe(16_384);

/** Whether this system shows its processes in /proc. */
export const HAS_PROC: boolean = fs.existsSync('/proc/self/stat');

/** Pids of all processes. */
export function readPids(): number[] {
  const pids: number[] = [];
  for (const name of fs.readdirSync('/proc')) {
    const first = name.charCodeAt(0);
    if (first >= 48 && first <= 57) pids.push(Number(name));
  }
  return pids;
}

/** @returns undefined when there is no such process (any more) */
export function readProcess(pid: number): ProcessStat | undefined {
  const text = readSmall(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name stands in brackets and may hold anything; numbers begin after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid,
    state: fields[0] ?? '',
    parent: field(4),
    group: field(5),
    session: field(6),
    userTicks: field(14) + field(16),
    systemTicks: field(15) + field(17),
    threads: field(20),
  };
}

/** All processes of the machine, by pid. */
export function readProcesses(): Map<number, ProcessStat> {
  const table = new Map<number, ProcessStat>();
  for (const pid of readPids()) {
    const stat = readProcess(pid);
    if (stat !== undefined) table.set(pid, stat);
  }
  return table;
}

/** Whether the process lives and `word` is among the words of its command line; a zombie has none. */
export function runsWith(pid: number, word: string): boolean {
  const text = readSmall(`/proc/${pid}/cmdline`);
  return text !== undefined && `\0${text}\0`.includes(`\0${word}\0`);
}

/** Resident memory in bytes; 0 when the process is gone. */
export function readResidentBytes(pid: number): number {
  const text = readSmall(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s*(\d+) kB/m.exec(text ?? '')?.[1] ?? 0) * 1024;
}

/** All processes of the machine by whom they belong to: made once, asked for each container. */
export class ProcessFamilies {
  readonly #byParent = new Map<number, ProcessStat[]>();
  readonly #bySession = new Map<number, ProcessStat[]>();
  readonly #byGroup = new Map<number, ProcessStat[]>();

  constructor(table: ReadonlyMap<number, ProcessStat> = new Map()) {
    for (const stat of table.values()) this.add(stat);
  }

  add(stat: ProcessStat): void {
    addTo(this.#byParent, stat.parent, stat);
    addTo(this.#bySession, stat.session, stat);
    addTo(this.#byGroup, stat.group, stat);
  }

  /**
   * The processes of a container: of its sessions, of the descendants of its leader, and of the process groups and
   * sessions that those are in (Mesos' `os::killtree` with groups and sessions). Not the leader itself.
   *
   * @param sessions sessions known to be the container's; those of its descendants are added
   */
  membersOf(leader: number, sessions: Set<number>): ProcessStat[] {
    const members = new Set<number>();
    const found: ProcessStat[] = [];
    const groups = new Set<number>();
    const take = (list: readonly ProcessStat[] | undefined): void => {
      for (const stat of list ?? []) {
        if (members.has(stat.pid)) continue;
        members.add(stat.pid);
        found.push(stat);
      }
    };
    take(this.#byParent.get(leader));
    take(this.#byGroup.get(leader));
    for (const session of sessions) take(this.#bySession.get(session));
    // Grows while it is walked.
    for (const stat of found) {
      take(this.#byParent.get(stat.pid));
      if (stat.pid === leader) continue;
      if (!groups.has(stat.group)) take(this.#byGroup.get(stat.group));
      groups.add(stat.group);
      if (!sessions.has(stat.session)) take(this.#bySession.get(stat.session));
      sessions.add(stat.session);
    }
    return found.filter(({ pid }) => pid !== leader);
  }
}

function addTo(index: Map<number, ProcessStat[]>, key: number, stat: ProcessStat): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [stat]);
  else list.push(stat);
}

/**
 * Which live processes are in which session, read anew only for processes that were not there the time before: a
 * process cannot join a session that others made, so one that was found outside stays outside.
 */
export class SessionIndex {
  readonly #sessions = new Map<number, number>();

  /** Forgets all; to be called when numbers may have been given out twice since the last `refresh`. */
  clear(): void {
    this.#sessions.clear();
  }

  refresh(): void {
    const pids = new Set(readPids());
    for (const pid of this.#sessions.keys()) if (!pids.has(pid)) this.#sessions.delete(pid);
    for (const pid of pids) {
      if (this.#sessions.has(pid)) continue;
      const stat = readProcess(pid);
      if (stat !== undefined && stat.state !== 'Z') this.#sessions.set(pid, stat.session);
    }
  }

  /** The processes of each session asked for; sessions without any are left out. */
  find(sessions: ReadonlySet<number>): Map<number, number[]> {
    const found = new Map<number, number[]>();
    for (const [pid, session] of this.#sessions) {
      if (!sessions.has(session)) continue;
      const list = found.get(session);
      if (list === undefined) found.set(session, [pid]);
      else list.push(pid);
    }
    return found;
  }
}

function readSmall(path: string): string | undefined {
  let fd: number;
  try {
    fd = fs.openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return buffer.toString('utf8', 0, fs.readSync(fd, buffer, 0, buffer.length, null));
  } catch {
    return undefined;
  } finally {
    fs.closeSync(fd);
  }
}

/** Variables of a process; none when it is gone. */
export function readEnvironment(pid: number): Record<string, string> {
  let text: string;
  try {
    text = fs.readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return {};
  }
  const words = text.split('\0').filter((word) => word.indexOf('=') > 0);
  return Object.fromEntries(
    words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]),
  );
}

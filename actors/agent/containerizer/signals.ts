import { constants } from 'node:os';
import {
  HAS_PROC,
  ProcessFamilies,
  readProcess,
  readProcesses,
  runsWith,
  type SessionIndex,
} from './processTable.ts';
import type { ContainerProcess } from './runtimeFiles.ts';

/** The processes of one container, as far as known. */
export interface ProcessTree {
  readonly process: ContainerProcess;
  /** Sessions found to be the container's, its leader's among them. */
  readonly sessions: Set<number>;
}

/** Looks again for processes forked meanwhile, this often at most. */
const ROUNDS_MAX = 5;

/** Whether the shell that waits for the container's command is there. */
export function leaderLives(process: ContainerProcess): boolean {
  return HAS_PROC ? runsWith(process.leader, process.mark) : send(process.leader, 0);
}

/**
 * Sends a signal to every process of each container but its leader, which has to record the end. A stopped process is
 * woken to receive it; after SIGKILL the tree is looked through again until nothing new is found.
 *
 * All containers share each look at the process table. Without /proc the signal goes to the leader's process group.
 *
 * @returns for each tree how many processes got the signal
 */
export function signalTrees(trees: ReadonlyMap<ProcessTree, number>): Map<ProcessTree, number> {
  const counts = new Map<ProcessTree, number>();
  const done = new Set<number>();
  let rounds = 0;
  for (let found = true; found && rounds < ROUNDS_MAX; rounds++) {
    found = false;
    const families = new ProcessFamilies(HAS_PROC ? readProcesses() : new Map());
    for (const [tree, signal] of trees) {
      if (rounds > 0 && signal !== constants.signals.SIGKILL) continue;
      const fresh = targets(families, tree).filter((pid) => !done.has(pid));
      for (const pid of fresh) deliver(pid, signal, done);
      counts.set(tree, (counts.get(tree) ?? 0) + fresh.length);
      found ||= fresh.length > 0;
    }
  }
  return counts;
}

function targets(families: ProcessFamilies, { process, sessions }: ProcessTree): number[] {
  if (!HAS_PROC) return [-process.leader];
  // Once the leader is gone its number may be somebody else's; what is left of the session is found by the sweep.
  if (!leaderLives(process)) return [];
  return families
    .membersOf(process.leader, sessions)
    .filter(({ state }) => state !== 'Z')
    .map(({ pid }) => pid);
}

function deliver(pid: number, signal: number, done: Set<number>): void {
  done.add(pid);
  send(pid, signal);
  if (signal !== constants.signals.SIGKILL) send(pid, constants.signals.SIGCONT);
}

/**
 * Kills what is left in the sessions of containers whose command has ended.
 *
 * @returns the containers of which nothing is left
 */
export function sweepLeftovers<T extends ProcessTree>(trees: Iterable<T>, index: SessionIndex): T[] {
  const list = [...trees];
  if (!HAS_PROC) {
    for (const { process } of list) send(-process.leader, constants.signals.SIGKILL);
    return list;
  }
  index.refresh();
  const members = index.find(new Set(list.flatMap(({ sessions }) => [...sessions])));
  return list.filter((tree) => killLeftovers(tree, members) === 0);
}

function killLeftovers({ process, sessions }: ProcessTree, members: ReadonlyMap<number, number[]>): number {
  let left = 0;
  for (const session of sessions) {
    const pids = members.get(session) ?? [];
    // Another process has the leader's number: then no process of ours was left in that session, or it would be kept.
    if (pids.includes(process.leader) && !runsWith(process.leader, process.mark)) continue;
    for (const pid of pids) {
      if (pid === process.leader || readProcess(pid)?.state === 'Z') continue;
      left++;
      send(pid, constants.signals.SIGKILL);
    }
  }
  return left;
}

/** @returns false when there is no such process (or it is not ours to signal) */
export function send(pid: number, signal: number): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

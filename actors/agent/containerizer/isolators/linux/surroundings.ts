/** The namespaces of a container that runs, for what joins them: a look into it, or containers inside it. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../../../runtime/ports.ts';
import { quoted } from '../../launchScript.ts';
import { readRecord } from '../../runtimeFiles.ts';
import { leaderLives } from '../../signals.ts';
import type { NamespaceKind } from '../isolator.ts';

/** A container makes its view of the file system within this time, or it is stuck. */
const READY_TIMEOUT_MS = 30_000;
const READY_LOOK_MS = 10;

/** Files below `/proc/<pid>/ns`. Processes of a new pid namespace are children of the one that made it. */
const FILES: readonly (readonly [NamespaceKind, string])[] = [
  ['mount', 'mnt'],
  ['ipc', 'ipc'],
  ['net', 'net'],
  ['uts', 'uts'],
  ['pid', 'pid_for_children'],
];

export interface SurroundingsOptions {
  /** Runtime directory of a container. */
  readonly dirOf: (containerId: string) => string;
  readonly clock: Clock;
}

/** What is around a container that is inside another one. */
export interface Surroundings {
  /** Process of the container around it, as the agent sees it. */
  readonly pid: number;
  /** Namespaces that are not the agent's own: kind → file to join it by. */
  readonly namespaces: ReadonlyMap<NamespaceKind, string>;
  /** The container around has a root file system of its own; its command's folder there. */
  readonly directory: string | undefined;
  /** Whether a program of the machine, by its path, is shown in that root (`tools.ts`). */
  readonly shows: (path: string) => boolean;
}

/** Whether the nearest container around this one that was launched for itself has namespaces of its own. */
export function hasSurroundings(containerId: string, { dirOf }: SurroundingsOptions): boolean {
  return ancestorOf(containerId, dirOf) !== undefined;
}

/**
 * Waits until the container around this one has made its namespaces.
 *
 * @returns undefined when it has none of its own
 * @throws Error when it ended or is stuck
 */
export async function surroundingsOf(
  containerId: string,
  { dirOf, clock }: SurroundingsOptions,
): Promise<Surroundings | undefined> {
  const id = ancestorOf(containerId, dirOf);
  if (id === undefined) return undefined;
  const dir = dirOf(id);
  const { process } = readRecord(dir);
  if (process === undefined) throw new Error('the container around it is not running');
  const deadline = clock.monotonic() + READY_TIMEOUT_MS;
  for (;;) {
    // Looked at first: what is ready then was made by a container that lives.
    const isAlive = leaderLives(process);
    const directory = readDirectory(dir);
    if (!isAlive) throw new Error('the container around it has ended');
    if (directory !== undefined) {
      const pid = insider(process.pid);
      const tools = fs.readFileSync(join(dir, 'inside'), 'utf8').match(/^tools .*$/gm) ?? [];
      const shows = (path: string) => tools.some((line) => line.includes(` ${quoted(path, 'path')}`));
      const root = directory === '' ? undefined : directory;
      return { pid, namespaces: ownNamespaces(pid), directory: root, shows };
    }
    if (clock.monotonic() > deadline) throw new Error('the container around it does not come to its start');
    await new Promise<void>((resolve) => void clock.setTimer(READY_LOOK_MS, resolve));
  }
}

/** Containers that look into others are in the namespaces of these. */
function ancestorOf(containerId: string, dirOf: (id: string) => string): string | undefined {
  for (let at = containerId.lastIndexOf('.'); at > 0; at = containerId.lastIndexOf('.', at - 1)) {
    const id = containerId.slice(0, at);
    if (fs.existsSync(join(dirOf(id), 'inside'))) return id;
  }
  return undefined;
}

/** @returns undefined until it is there as a whole */
function readDirectory(dir: string): string | undefined {
  const path = join(dir, 'ready');
  if (!fs.existsSync(path)) return undefined;
  const text = fs.readFileSync(path, 'utf8');
  return text.endsWith('\n') ? text.slice(0, -1) : undefined;
}

/** Before a terminal's shell there is the program that makes it, outside. */
function insider(pid: number): number {
  if (namespaceOf(pid, 'mnt') !== namespaceOf('self', 'mnt')) return pid;
  const [child = ''] = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
  if (child === '') throw new Error('the container around it has ended');
  return insider(Number(child));
}

function namespaceOf(pid: number | 'self', file: string): string {
  return fs.readlinkSync(`/proc/${pid}/ns/${file}`);
}

function ownNamespaces(pid: number): Map<NamespaceKind, string> {
  const own = new Map<NamespaceKind, string>();
  for (const [kind, file] of FILES) {
    if (namespaceOf(pid, file) !== namespaceOf('self', file)) own.set(kind, `/proc/${pid}/ns/${file}`);
  }
  return own;
}

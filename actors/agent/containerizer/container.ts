import type { Clock, Timer } from '../../../runtime/ports.ts';
import type { AgentPaths } from '../paths.ts';
import type { ExitStatus } from './exitStatus.ts';
import type { Limitation } from './isolators/isolator.ts';
import type { ProcessTree } from './signals.ts';

/**
 * What happens to a container. Called from the event loop, never from within a call of the containerizer. A
 * container sees `failed`, or `started`, `exited` and `destroyed` in this order, each once.
 */
export interface ContainerSink {
  /** The command's process is there; `pid` is the process that became the command. */
  started(containerId: string, pid: number): void;
  /** The command has ended. Processes it left behind are being killed. */
  exited(containerId: string, status: ExitStatus): void;
  /** The container broke a limit and is being ended for it; told before `exited`. */
  limited?(containerId: string, limitation: Limitation): void;
  /** No process of the container is left. */
  destroyed(containerId: string): void;
  /** The command was never started, and will not be; `message` says why in one line. */
  failed(containerId: string, message: string): void;
}

export interface ContainerizerOptions {
  readonly paths: AgentPaths;
  readonly clock: Clock;
  /** The shell that the launcher's own scripts run in; any POSIX one. */
  readonly shell?: string;
  /** False: do not even try the spawner, start each container from Node. */
  readonly spawner?: boolean;
  /** Processes that are kept to run short commands one after another, at most; default 32, 0 for none. */
  readonly leadersMax?: number;
  /** What runs for longer than this, in milliseconds, is no short command; default 3000. */
  readonly longMs?: number;
  /** Something of an earlier agent's that cannot be used. */
  readonly onWarning?: (text: string) => void;
}

interface Known {
  readonly id: string;
  readonly dir: string;
  readonly sink: ContainerSink;
  /** Launched by an agent process before this one. */
  readonly recovered: boolean;
  readonly since: number;
}

export interface Starting extends Known {
  readonly phase: 'starting';
  readonly attempts: number;
  /** Signal to deliver as soon as there is a process, and how long after it SIGKILL follows. */
  readonly signal?: number;
  readonly graceMs?: number;
}

export interface Running extends Known, ProcessTree {
  readonly phase: 'running';
  /** The running kill: when SIGKILL follows, and how often it did. */
  kill?: { readonly at: number; readonly timer: Timer; readonly tries: number };
}

export interface Ended extends Known, ProcessTree {
  readonly phase: 'ended';
}

/** A container that has not been destroyed yet; what can be done with it is a matter of its phase. */
export type Container = Starting | Running | Ended;

/**
 * Sorts ended containers by what has become of their leaders. A leader that an earlier agent process gave another container
 * (`LeaderPool`) had nothing left of the one before: who killed what is in its session now would kill the other.
 *
 * @returns `passedOn`: nothing of these is left; `own`: their sessions may be looked through. Neither as long as
 *   another one may just be beginning in the same session.
 */
export function byLeader(ended: readonly Ended[], all: readonly Container[]) {
  const isUnclear = all.some(({ phase, recovered }) => phase === 'starting' && recovered);
  const recovered = isUnclear ? [] : ended.filter((container) => container.recovered);
  const busy = new Set(
    recovered.length === 0
      ? []
      : all.filter((one) => one.phase === 'running').map(({ process }) => leaderOf(process)),
  );
  const passedOn = recovered.filter(({ process }) => busy.has(leaderOf(process)));
  const others = isUnclear ? ended.filter((container) => !container.recovered) : ended;
  return { passedOn, own: others.filter((container) => !passedOn.includes(container)) };
}

const leaderOf = ({ leader, mark }: ProcessTree['process']): string => `${leader} ${mark}`;

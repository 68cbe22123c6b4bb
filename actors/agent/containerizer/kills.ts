import { constants } from 'node:os';
import type { Clock, Timer } from '../../../runtime/ports.ts';
import type { Container } from './container.ts';
import { leaderLives, type ProcessTree, send, signalTrees } from './signals.ts';

const { SIGKILL, SIGTERM } = constants.signals;

/** SIGKILL is repeated at this interval until the container has ended (processes forked meanwhile). */
const DESTROY_RETRY_MS = 250;

/** After this many of them the leader is killed as well: then its status is unknown, but it is gone. */
const DESTROY_RETRIES_MAX = 20;

/** Signals to containers. Those of one turn share each look at the process table. */
export class Kills {
  readonly #containers: Map<string, Container>;
  readonly #clock: Clock;
  /** Not sent yet, by container. */
  readonly #signals = new Map<string, number>();
  #timer: Timer | undefined;

  /** @param containers the containerizer's, by id; a signal to one that is just starting is noted there */
  constructor(containers: Map<string, Container>, clock: Clock) {
    this.#containers = containers;
    this.#clock = clock;
  }

  kill(containerId: string, signal: number): void {
    const container = this.#containers.get(containerId);
    if (container?.phase === 'starting') {
      const stronger = container.signal === SIGKILL ? container.signal : signal;
      this.#containers.set(containerId, { ...container, signal: stronger });
    } else if (container?.phase === 'running') {
      if (this.#signals.get(containerId) !== SIGKILL) this.#signals.set(containerId, signal);
      this.#timer ??= this.#clock.setTimer(0, () => this.#send());
    }
  }

  terminate(containerId: string, graceMs: number): void {
    const container = this.#containers.get(containerId);
    const present = container?.phase === 'running' ? container.kill : undefined;
    if (present === undefined) this.kill(containerId, SIGTERM);
    else if (present.at <= this.#clock.monotonic() + graceMs) return;
    this.killAfter(containerId, graceMs);
  }

  destroy(containerId: string): void {
    this.kill(containerId, SIGKILL);
    this.killAfter(containerId, DESTROY_RETRY_MS);
  }

  /** After `delayMs` SIGKILL, and again and again until the container has ended. */
  killAfter(containerId: string, delayMs: number, tries = 0): void {
    const container = this.#containers.get(containerId);
    if (container?.phase === 'starting') {
      const graceMs = Math.min(delayMs, container.graceMs ?? delayMs);
      this.#containers.set(containerId, { ...container, graceMs });
    }
    if (container?.phase !== 'running') return;
    container.kill?.timer.cancel();
    const timer = this.#clock.setTimer(delayMs, () => {
      if (tries >= DESTROY_RETRIES_MAX && leaderLives(container.process))
        send(container.process.leader, SIGKILL);
      this.kill(containerId, SIGKILL);
      this.killAfter(containerId, DESTROY_RETRY_MS, tries + 1);
    });
    container.kill = { at: this.#clock.monotonic() + delayMs, timer, tries };
  }

  close(): void {
    this.#timer?.cancel();
    this.#signals.clear();
    for (const container of this.#containers.values())
      if (container.phase === 'running') container.kill?.timer.cancel();
  }

  #send(): void {
    this.#timer = undefined;
    const trees = new Map<ProcessTree, number>();
    for (const [id, signal] of this.#signals) {
      const container = this.#containers.get(id);
      if (container?.phase === 'running') trees.set(container, signal);
    }
    this.#signals.clear();
    signalTrees(trees);
  }
}

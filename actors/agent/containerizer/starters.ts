import { LeaderPool, type LeaderPoolOptions } from './leaderPool.ts';
import { DetachedStarter, type Report, SpawnerProcess, type Starter } from './starter.ts';

export interface StartersOptions extends LeaderPoolOptions {
  /** False: start from Node what finds no leader. */
  readonly spawner: boolean;
}

export interface StartersEvents {
  report(report: Report): void;
  /** What had these was killed: they may or may not have begun. */
  lost(containerIds: readonly string[], why: string): void;
}

/**
 * All ways to start a container: by a leader that is free; else by the spawner, which is replaced when it dies; else,
 * where there is no spawner, from Node.
 */
export class Starters {
  readonly #options: StartersOptions;
  readonly #events: StartersEvents;
  readonly #pool: LeaderPool;
  /** Not given to a leader and not heard of yet: container id → runtime directory. */
  readonly #waiting = new Map<string, string>();
  #overflow: Starter;
  #closed = false;

  constructor(options: StartersOptions, events: StartersEvents) {
    this.#options = options;
    this.#events = events;
    const report = (one: Report): void => events.report(one);
    this.#pool = new LeaderPool(options, { report, died: () => {}, unsupported: () => {} });
    this.#overflow = options.spawner ? this.#spawner() : this.#detached();
  }

  /** Pid of the spawner, where there is one. */
  get spawnerPid(): number | undefined {
    return this.#overflow instanceof SpawnerProcess ? this.#overflow.pid : undefined;
  }

  start(containerId: string, dir: string): void {
    if (this.#pool.start(containerId, dir)) return;
    this.#waiting.set(containerId, dir);
    this.#overflow.start(containerId, dir);
  }

  /** Nothing of the container is left. */
  released(containerId: string): void {
    this.#waiting.delete(containerId);
    this.#pool.released(containerId);
  }

  /** Ends all starters; containers live on and nothing is reported any more. */
  close(): void {
    this.#closed = true;
    this.#pool.close();
    this.#overflow.close();
  }

  #spawner(): Starter {
    return new SpawnerProcess(this.#options, {
      report: (report) => this.#report(report),
      died: (text) => this.#spawnerDied(text),
      unsupported: () => this.#replaceSpawner(),
    });
  }

  #detached(): Starter {
    const report = (one: Report): void => this.#report(one);
    return new DetachedStarter(this.#options, { report, died: () => {}, unsupported: () => {} });
  }

  #report(report: Report): void {
    this.#waiting.delete(report.containerId);
    this.#events.report(report);
  }

  #spawnerDied(text: string): void {
    if (this.#closed) return;
    this.#overflow = this.#spawner();
    const lost = [...this.#waiting.keys()];
    this.#waiting.clear();
    this.#events.lost(lost, text);
  }

  /** What the spawner was given goes to another starter: it has begun nothing. */
  #replaceSpawner(): void {
    if (this.#closed) return;
    this.#overflow = this.#detached();
    for (const [containerId, dir] of this.#waiting) this.#overflow.start(containerId, dir);
  }
}

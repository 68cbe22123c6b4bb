/**
 * Where Marathon keeps its state: values by key, written in order. Whoever acts upon a change acts when it is durable:
 * `flushed` runs a callback when everything written before is.
 *
 * | key | value |
 * |---|---|
 * | `framework` | id given by the master |
 * | `service/<id>` | the app or pod as it is now |
 * | `version/<id>@<version>` | the same, as it was |
 * | `group/<id>` | what is known of a group |
 * | `change/<version>` | which services and groups a write changed, for versions of groups |
 * | `instance/<id>` | an instance |
 * | `deployment/<id>` | the plan of a deployment that is not over |
 * | `deployment-step/<id>` | the step that it has come to, after the first |
 * | `failure/<id>` | the last failure of a service |
 * | `ended/<task id>` | an instance that is over, one of the last of its service |
 * | `callback/<url>` | a subscriber of events |
 * | `timed/<id>` | a change that undoes itself |
 */
export interface StateStore {
  /** Everything that was there when the store was opened. */
  readonly loaded: ReadonlyMap<string, unknown>;
  put(key: string, value: unknown): void;
  remove(key: string): void;
  /** Runs `then` when all before is durable, in the order of the calls: at once when nothing is under way. */
  flushed(then: () => void): void;
  /** The same, but as soon as writes are refused for want of room or rights `then` is told why, and does not wait for their end. */
  settled(then: (heldUp: string | undefined) => void): void;
  /** Why nothing can be written now; undefined when it can. */
  readonly heldUp: string | undefined;
  close(done: () => void): void;
}

/** A store over something outside, opened before its owner has an event loop. */
export interface OpenStore extends StateStore {
  /** The owner has an event loop now: what the outside answers comes as its events. */
  deferBy(defer: (run: () => void) => void): void;
}

/** Calls waiting for what was written before them. */
export class FlushQueue {
  #written = 0;
  #durable = 0;
  #waiting: { readonly after: number; readonly run: () => void }[] = [];

  /** Something was handed to the disk. @returns its number, for `done` */
  wrote(): number {
    return ++this.#written;
  }

  /** What has this number, and all before, is durable. */
  done(number: number): void {
    this.#durable = Math.max(this.#durable, number);
    let failure: { readonly error: unknown } | undefined;
    while ((this.#waiting[0]?.after ?? Number.POSITIVE_INFINITY) <= this.#durable)
      try {
        this.#waiting.shift()?.run();
      } catch (error) {
        // Whoever waits behind it is not to wait for ever.
        failure ??= { error };
      }
    if (failure !== undefined) throw failure.error;
  }

  add(run: () => void): void {
    if (this.#waiting.length === 0 && this.#durable === this.#written) run();
    else this.#waiting.push({ after: this.#written, run });
  }
}

/** Keeps nothing beyond the process. */
export class MemoryStore implements StateStore {
  readonly loaded: ReadonlyMap<string, unknown> = new Map();
  readonly heldUp = undefined;

  put(): void {}

  remove(): void {}

  flushed(then: () => void): void {
    then();
  }

  settled(then: (heldUp: string | undefined) => void): void {
    then(undefined);
  }

  close(done: () => void): void {
    done();
  }
}

/** Asking again whenever something changes: one question at a time, whatever the answers take. */

interface LooksProps<T> {
  ask(): Promise<T>;
  answered(value: T): void;
  failed(error: unknown): void;
}

export interface Looks {
  /** Asks about a change, if it was not asked about yet; after the answer that is waited for, if there is one. */
  look(change: unknown): void;
  /** Asks about the same once more. */
  again(): void;
  /** What is answered later counts no more. */
  end(): void;
}

/** No change is this. */
const NOTHING = Symbol('nothing');

/** Every answer counts, also one that changes have overtaken: where they come faster than answers none would else. */
export function looksOf<T>({ ask, answered, failed }: LooksProps<T>): Looks {
  let wanted: unknown = NOTHING;
  let [isAsking, isCurrent] = [false, true];
  const run = async (): Promise<void> => {
    const about = wanted;
    isAsking = true;
    try {
      const value = await ask();
      if (isCurrent) answered(value);
    } catch (error) {
      if (isCurrent) failed(error);
    }
    isAsking = false;
    if (isCurrent && about !== wanted) void run();
  };
  return {
    look(change) {
      if (change === wanted) return;
      wanted = change;
      if (!isAsking) void run();
    },
    again() {
      if (isCurrent && !isAsking) void run();
    },
    end() {
      isCurrent = false;
    },
  };
}

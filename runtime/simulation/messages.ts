/** Picking single messages out of a simulation, to lose them or to wait for them. */
import type { Pid } from '../pid.ts';
import type { Delivery } from './place.ts';

/** Which messages are meant; what is left out may be anything. A string for a PID is its `id` or its whole text. */
export interface MessageFilter {
  readonly name?: string;
  readonly from?: Pid | string;
  readonly to?: Pid | string;
  readonly where?: (body: unknown) => boolean;
}

/** Messages that are being lost. */
export interface Dropping {
  /** Lost so far. */
  readonly count: number;
  stop(): void;
}

/** Waiting for one message. */
interface Catching {
  readonly caught: Delivery | undefined;
  stop(): void;
}

export function describeFilter({ name, from, to }: MessageFilter): string {
  return `${name ?? 'of any name'} from ${from ?? 'anybody'} to ${to ?? 'anybody'}`;
}

function matches(filter: MessageFilter, { name, from, to, body }: Delivery): boolean {
  if (filter.name !== undefined && filter.name !== name) return false;
  return is(filter.from, from) && is(filter.to, to) && (filter.where?.(body) ?? true);
}

function is(wanted: Pid | string | undefined, pid: Pid | undefined): boolean {
  if (wanted === undefined) return true;
  if (typeof wanted === 'string') return pid !== undefined && (pid.id === wanted || pid.text === wanted);
  return wanted.equals(pid);
}

export class MessageTaps {
  private readonly drops = new Set<{ readonly filter: MessageFilter; left: number; count: number }>();
  private readonly catches = new Set<{ readonly filter: MessageFilter; caught: Delivery | undefined }>();

  drop(filter: MessageFilter, times: number): Dropping {
    const drop = { filter, left: times, count: 0, stop: () => void this.drops.delete(drop) };
    this.drops.add(drop);
    return drop;
  }

  listen(filter: MessageFilter): Catching {
    const tap: { filter: MessageFilter; caught: Delivery | undefined; stop: () => void } = {
      filter,
      caught: undefined,
      stop: () => void this.catches.delete(tap),
    };
    this.catches.add(tap);
    return tap;
  }

  /** @returns true when the message is to be lost */
  pass(delivery: Delivery): boolean {
    for (const drop of this.drops) {
      if (!matches(drop.filter, delivery)) continue;
      drop.count++;
      if (--drop.left <= 0) this.drops.delete(drop);
      return true;
    }
    for (const tap of this.catches) if (matches(tap.filter, delivery)) tap.caught ??= delivery;
    return false;
  }
}

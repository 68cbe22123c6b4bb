/** What operators were told is durable must be in the registry of every later leader; numbers as in failover.md §5. */
import type { Master } from '../../../actors/master/master.ts';
import { partsOf } from './audit.ts';

/** Says what the registry has for a key, as a text. */
type Reading = (parts: Master['parts']) => string;

interface Promised {
  readonly reading: Reading;
  /** What may be found there: what holds, and what was ordered and never answered. */
  may: string[];
  /** Orders under way, and to whom they were given. */
  readonly open: Map<Order, Master>;
}

/** Something that an operator ordered, until it is answered. */
export interface Order {
  /** It is durable, or refused. */
  answer(applied: boolean): void;
}

export class Promises {
  readonly problems: string[] = [];
  private readonly kept = new Map<string, Promised>();
  private readonly waiting = new Map<Order, { readonly master: Master; readonly what: string }>();

  /** @param reading of the same key always the same */
  order(master: Master, key: string, value: string, reading: Reading): Order {
    const { parts } = master;
    const promised = this.kept.get(key) ?? { reading, may: [reading(parts)], open: new Map<Order, Master>() };
    this.kept.set(key, promised);
    promised.may.push(value);
    const order: Order = {
      answer: (applied) => {
        this.waiting.delete(order);
        if (!promised.open.delete(order)) return;
        // Of several under way nobody knows the order: the last of them decides.
        if (applied && promised.open.size === 0) promised.may = [value];
        else if (!applied) promised.may.splice(promised.may.lastIndexOf(value), 1);
      },
    };
    promised.open.set(order, master);
    this.waiting.set(order, { master, what: `${key} ${value}` });
    return order;
  }

  /** 4 and 6: what this leader has read is what was promised. */
  look(master: Master): string | undefined {
    const parts = partsOf(master);
    if (parts === undefined) return undefined;
    for (const [key, promised] of this.kept) {
      const found = promised.reading(parts);
      if (!promised.may.includes(found))
        return `6: ${key}: '${found}' is found, promised was '${promised.may.join("' or '")}'`;
      // What a former leader has not done by now it will never do.
      for (const [order, other] of promised.open) if (other !== master) promised.open.delete(order);
      if (promised.open.size === 0) promised.may = [found];
    }
    return undefined;
  }

  /** 46: what was ordered of a master that still leads has been answered. */
  unanswered(leader: Master | undefined): string | undefined {
    for (const { master, what } of this.waiting.values())
      if (master === leader) return `46: ${what} was ordered and never answered`;
    return undefined;
  }
}

/**
 * Which messages a process handles. The names are shared by all processes that installed the same in the same order (mostly:
 * those of one class), so that a process with a handler costs little more than the handler itself.
 */
/** Other names after the same ones, kept for sharing at most; a process that makes names up shares with nobody. */
const KEPT_MAX = 64;

/** A list of names and, for each, where its handler stands among a process' slots. */
export class HandlerNames {
  /** Those whose bodies the handlers read themselves. */
  readonly sealed: ReadonlySet<string>;
  private readonly slots: ReadonlyMap<string, number>;
  private readonly longer = new Map<string, HandlerNames>();
  private readonly sealing = new Map<string, HandlerNames>();
  // Messages come in runs of the same name: comparing with the last one is cheaper than looking it up.
  private lastName: string | undefined;
  private lastSlot: number | undefined;

  constructor(slots: ReadonlyMap<string, number> = new Map(), sealed: ReadonlySet<string> = new Set()) {
    this.slots = slots;
    this.sealed = sealed;
  }

  /** Place of the handler; that of its count follows. */
  slotOf(name: string): number | undefined {
    if (name === this.lastName) return this.lastSlot;
    this.lastName = name;
    this.lastSlot = this.slots.get(name);
    return this.lastSlot;
  }

  /** These names and one more. */
  with(name: string): HandlerNames {
    const known = this.longer.get(name);
    if (known !== undefined) return known;
    const made = new HandlerNames(new Map([...this.slots, [name, 2 * this.slots.size]]), this.sealed);
    if (this.longer.size < KEPT_MAX) this.longer.set(name, made);
    return made;
  }

  /** The same names, one of which is sealed. */
  withSealed(name: string): HandlerNames {
    const known = this.sealing.get(name);
    if (known !== undefined) return known;
    const made = new HandlerNames(this.slots, new Set([...this.sealed, name]));
    if (this.sealing.size < KEPT_MAX) this.sealing.set(name, made);
    return made;
  }

  get all(): Iterable<readonly [name: string, slot: number]> {
    return this.slots;
  }
}

/** What every process begins with. */
export const NO_NAMES = new HandlerNames();

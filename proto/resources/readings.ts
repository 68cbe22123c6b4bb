/** Bags made of messages that the codec shares (`sharing.ts`): the tasks of one app ask for the same, and have one bag between them. */
import type { Resource } from '../generated/types/v1.ts';

interface Reading<Bag> {
  readonly messages: readonly Resource[];
  readonly bag: Bag;
}

/** What bags were made of, by the first message: frozen ones only, as others may change. */
export class Readings<Bag> {
  private readonly byFirst = new WeakMap<Resource, Reading<Bag>>();
  private readonly read: (messages: readonly Resource[]) => Bag;

  constructor(read: (messages: readonly Resource[]) => Bag) {
    this.read = read;
  }

  of(messages: readonly Resource[]): Bag {
    const [first] = messages;
    if (first === undefined || !Object.isFrozen(first)) return this.read(messages);
    const known = this.byFirst.get(first);
    if (known !== undefined && sameItems(known.messages, messages)) return known.bag;
    const bag = this.read(messages);
    if (messages.every(Object.isFrozen)) this.byFirst.set(first, { messages: [...messages], bag });
    return bag;
  }
}

function sameItems(one: readonly Resource[], other: readonly Resource[]): boolean {
  return one.length === other.length && one.every((each, i) => each === other[i]);
}

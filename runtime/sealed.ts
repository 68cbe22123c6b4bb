/**
 * A message whose body is not read before its handler wants it: for messages that are repeated while they wait, of which only the
 * last one counts. One that came from this very node has its body already.
 */
export class Sealed<T = unknown> {
  private read: (() => T | undefined) | undefined;
  private body: T | undefined;

  /** @param read the body, or undefined for one that does not parse, which is counted and logged then */
  constructor(read: () => T | undefined) {
    this.read = read;
  }

  /** The body; undefined when it does not parse. */
  open(): T | undefined {
    if (this.read !== undefined) {
      this.body = this.read();
      this.read = undefined;
    }
    return this.body;
  }

  static of(body: unknown): Sealed {
    return body instanceof Sealed ? body : new Sealed(() => body);
  }
}

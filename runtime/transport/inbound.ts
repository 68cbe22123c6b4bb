/** Which processes of other nodes watch processes here, and over which links they asked. A watch ends with its last link. */
import type { Pid } from '../pid.ts';

/** One watch: told once, however many links it was asked over. */
interface Watch<L> {
  readonly localId: string;
  readonly watcher: Pid;
  readonly links: Set<L>;
}

export class InboundWatches<L extends object> {
  private readonly watches = new Map<string, Watch<L>>();
  private readonly byLink = new Map<L, Set<string>>();

  add(link: L, localId: string, watcher: Pid): void {
    const key = keyOf(localId, watcher);
    let watch = this.watches.get(key);
    if (watch === undefined) {
      watch = { localId, watcher, links: new Set() };
      this.watches.set(key, watch);
    }
    watch.links.add(link);
    const keys = this.byLink.get(link) ?? new Set<string>();
    keys.add(key);
    this.byLink.set(link, keys);
  }

  /** Ends a watch. @returns the links it was asked over; none when there is no such watch */
  take(localId: string, watcher: Pid): ReadonlySet<L> {
    const key = keyOf(localId, watcher);
    const links = this.watches.get(key)?.links ?? new Set<L>();
    this.watches.delete(key);
    for (const link of links) this.forget(link, key);
    return links;
  }

  /** Ends a watch as far as it was asked over this link. @returns whether nothing is left of it */
  remove(link: L, localId: string, watcher: Pid): boolean {
    return this.removeKey(link, keyOf(localId, watcher)) !== undefined;
  }

  /** The link ended. @returns the watches that ended with it */
  drop(link: L): readonly { readonly localId: string; readonly watcher: Pid }[] {
    const ended = [];
    for (const key of [...(this.byLink.get(link) ?? [])]) {
      const watch = this.removeKey(link, key);
      if (watch !== undefined) ended.push(watch);
    }
    return ended;
  }

  private removeKey(link: L, key: string): Watch<L> | undefined {
    const watch = this.watches.get(key);
    if (watch?.links.delete(link) !== true) return undefined;
    this.forget(link, key);
    if (watch.links.size > 0) return undefined;
    this.watches.delete(key);
    return watch;
  }

  private forget(link: L, key: string): void {
    const keys = this.byLink.get(link);
    if (keys?.delete(key) === true && keys.size === 0) this.byLink.delete(link);
  }
}

function keyOf(localId: string, watcher: Pid): string {
  return `${localId} ${watcher.text}`;
}

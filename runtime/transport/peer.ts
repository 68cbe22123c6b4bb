import { type Address, addressText, Pid } from '../pid.ts';
import type { Control } from './frame.ts';
import type { PeerLink } from './peerLink.ts';

/** Another node, as long as a link to it or a watch over one of its processes exists. */
export class Peer {
  readonly address: Address;
  /** `host:port` */
  readonly text: string;
  /** The link used for sending. */
  link: PeerLink | undefined;
  incarnation: string | undefined;
  /** Process id there → ids of the processes here that watch it. */
  private readonly watched = new Map<string, Set<string>>();

  constructor(address: Address) {
    this.address = { host: address.host, port: address.port };
    this.text = addressText(address);
  }

  /** Neither linked nor watched. */
  get idle(): boolean {
    return this.link === undefined && this.watched.size === 0;
  }

  /** @returns false when that process watches already */
  watch(id: string, watcherId: string): boolean {
    const watchers = this.watched.get(id) ?? new Set<string>();
    if (watchers.has(watcherId)) return false;
    watchers.add(watcherId);
    this.watched.set(id, watchers);
    return true;
  }

  /** @returns false when there was no such watch */
  unwatch(id: string, watcherId: string): boolean {
    const watchers = this.watched.get(id);
    if (watchers?.delete(watcherId) !== true) return false;
    if (watchers.size === 0) this.watched.delete(id);
    return true;
  }

  /** What a process here watches over there. */
  *watchedBy(watcherId: string): Iterable<Pid> {
    for (const [id, watchers] of this.watched) if (watchers.has(watcherId)) yield this.pid(id);
  }

  /** Ends all watches. @returns what each was over, and whose it was */
  takeWatches(): readonly (readonly [pid: Pid, watcherId: string])[] {
    const taken = [...this.watched].flatMap(([id, watchers]) =>
      [...watchers].map((watcherId) => [this.pid(id), watcherId] as const),
    );
    this.watched.clear();
    return taken;
  }

  /** Asks for every watch once more, over the link that took another one's place. */
  watchAgain(link: PeerLink): void {
    for (const [id, watchers] of this.watched) {
      for (const from of watchers) link.sendControl({ op: 'link', from, to: id } satisfies Control);
    }
  }

  private pid(id: string): Pid {
    return new Pid(id, this.address.host, this.address.port);
  }
}

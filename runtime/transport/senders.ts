import { type Address, Pid } from '../pid.ts';

/** PIDs made and kept for one link; senders beyond get theirs anew with each message. */
const KEPT_MAX = 10_000;

/** The PIDs of those who send over a link, made once. */
export class Senders<L extends object> {
  private readonly byLink = new Map<L, Map<string, Pid>>();
  // Messages come in runs from the same sender: the last one is at hand.
  private last: { readonly link: L; readonly id: string; readonly pid: Pid } | undefined;

  /** The process of that id at that address; undefined for an empty id. */
  of(link: L, address: Address | undefined, id: string): Pid | undefined {
    if (id === '' || address === undefined) return undefined;
    if (this.last?.link === link && this.last.id === id) return this.last.pid;
    let pids = this.byLink.get(link);
    if (pids === undefined) {
      pids = new Map();
      this.byLink.set(link, pids);
    }
    let pid = pids.get(id);
    if (pid === undefined) {
      pid = new Pid(id, address.host, address.port);
      if (pids.size < KEPT_MAX) pids.set(id, pid);
    }
    this.last = { link, id, pid };
    return pid;
  }

  drop(link: L): void {
    this.byLink.delete(link);
    if (this.last?.link === link) this.last = undefined;
  }
}

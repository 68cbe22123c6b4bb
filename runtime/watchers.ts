import type { Pid } from './pid.ts';

const NOBODY: readonly Pid[] = [];

/** Who is told when a process of this node ends: local processes and those of other nodes. */
export class Watchers {
  private readonly byTarget = new Map<string, Map<string, Pid>>();
  private readonly byWatcher = new Map<string, Set<string>>();

  add(targetId: string, watcher: Pid): void {
    const watchers = this.byTarget.get(targetId) ?? new Map<string, Pid>();
    watchers.set(watcher.text, watcher);
    this.byTarget.set(targetId, watchers);
    const targets = this.byWatcher.get(watcher.text) ?? new Set<string>();
    targets.add(targetId);
    this.byWatcher.set(watcher.text, targets);
  }

  remove(targetId: string, watcher: Pid): void {
    const watchers = this.byTarget.get(targetId);
    if (watchers?.delete(watcher.text) === true && watchers.size === 0) this.byTarget.delete(targetId);
    const targets = this.byWatcher.get(watcher.text);
    if (targets?.delete(targetId) === true && targets.size === 0) this.byWatcher.delete(watcher.text);
  }

  /** Who watches a process. */
  of(targetId: string): string[] {
    return [...(this.byTarget.get(targetId)?.keys() ?? [])];
  }

  /** Ids of the processes of this node that somebody watches. */
  targetsOf(watcher: Pid): string[] {
    return [...(this.byWatcher.get(watcher.text) ?? [])];
  }

  removeWatcher(watcher: Pid): void {
    if (this.byWatcher.size === 0) return;
    for (const targetId of [...(this.byWatcher.get(watcher.text) ?? [])]) this.remove(targetId, watcher);
  }

  /** Removes and returns the watchers of a process that ended. */
  take(targetId: string): readonly Pid[] {
    const watching = this.byTarget.get(targetId);
    if (watching === undefined) return NOBODY;
    const watchers = [...watching.values()];
    for (const watcher of watchers) this.remove(targetId, watcher);
    return watchers;
  }
}

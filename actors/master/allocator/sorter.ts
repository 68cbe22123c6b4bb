/** Sorters say in which order clients (roles, or the frameworks of a role) are served. */

import type { Resources } from '../../../proto/resources/index.ts';
import type { Random } from '../../../runtime/ports.ts';
import { ClientTree } from './clientTree.ts';
import type { Totals } from './share.ts';
import { dominantShare } from './share.ts';

/** How a sorter orders: by dominant share, or by chance in proportion to the weights. */
export type SorterName = 'drf' | 'random';

export interface SorterContext {
  readonly totals: Totals;
  /** Resource names that do not count in shares. */
  readonly excluded: ReadonlySet<string>;
  readonly random: Random;
}

/** What every sorter knows of its clients; a subclass brings the order. */
export abstract class Sorter {
  protected readonly tree = new ClientTree();
  protected readonly context: SorterContext;

  constructor(context: SorterContext) {
    this.context = context;
  }

  /** The active clients in the order in which they are to be served. Not to be changed by the caller. */
  abstract sort(): readonly string[];

  /** The same, one after the other: whoever needs only the first ones does not wait for the rest. */
  order(): Iterable<string> {
    return this.sort();
  }

  /** Called after every change. */
  protected abstract changed(): void;

  get isEmpty(): boolean {
    return this.tree.size === 0;
  }

  clients(): IterableIterator<string> {
    return this.tree.clients();
  }

  has(client: string): boolean {
    return this.tree.leaf(client) !== undefined;
  }

  isActive(client: string): boolean {
    return this.tree.leaf(client)?.isActive ?? false;
  }

  /** Adds an inactive client that holds nothing. */
  add(client: string): void {
    this.tree.add(client);
    this.changed();
  }

  remove(client: string): void {
    this.tree.remove(client);
    this.changed();
  }

  activate(client: string): void {
    this.tree.setActive(client, true);
    this.changed();
  }

  deactivate(client: string): void {
    this.tree.setActive(client, false);
    this.changed();
  }

  /** @param weight above 0 */
  setWeight(path: string, weight: number): void {
    this.tree.setWeight(path, weight);
    this.changed();
  }

  /** Books an allocation; it is counted, also if it comes back unused. */
  allocated(client: string, agentId: string, resources: Resources): void {
    this.tree.hold(client, agentId, resources, true);
    this.changed();
  }

  unallocated(client: string, agentId: string, resources: Resources): void {
    this.tree.release(client, agentId, resources);
    this.changed();
  }

  /** What a client holds turned into something else (an operation); not counted as an allocation. */
  update(client: string, agentId: string, from: Resources, to: Resources): void {
    this.tree.release(client, agentId, from);
    this.tree.hold(client, agentId, to, false);
    this.changed();
  }

  /** Whether the client holds nothing. */
  holdsNothing(client: string): boolean {
    return this.tree.leaf(client)?.holding.isEmpty ?? true;
  }

  /** How often something was allocated to the client. */
  count(client: string): number {
    return this.tree.leaf(client)?.holding.count ?? 0;
  }

  /** The dominant share of a path with everything below it, not divided by its weight; 0 when unknown. */
  dominantShare(path: string): number {
    const node = this.tree.node(path);
    return node === undefined ? 0 : dominantShare(node.holding, this.context.totals, this.context.excluded);
  }
}

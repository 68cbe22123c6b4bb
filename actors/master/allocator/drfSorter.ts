/**
 * Dominant resource fairness: lower share (divided by weight) first, then fewer allocations so far, then path. Siblings
 * are compared at each level of the tree; the order is its active leaves from left to right.
 *
 * Sorting is incremental: a sibling whose holding changed is taken out and put in at its new place. Only a change of the
 * totals or of the clients sorts anew.
 */

import type { TreeNode } from './clientTree.ts';
import { dominantShare } from './share.ts';
import { Sorter } from './sorter.ts';

export class DrfSorter extends Sorter {
  override sort(): readonly string[] {
    return [...this.order()];
  }

  /** Works out only as much of the order as is asked for. */
  override order(): Iterable<string> {
    this.refresh(this.tree.root);
    return this.list(this.tree.root);
  }

  /** Nothing is kept beside what the nodes know. */
  protected override changed(): void {}

  /** A node below is refreshed when the listing comes to it: what is booked meanwhile elsewhere does not concern it. */
  private *list(node: TreeNode): Generator<string> {
    for (const child of node.order ?? []) {
      if (child.isLeaf) {
        if (child.isActive) yield child.clientPath;
        continue;
      }
      this.refresh(child);
      yield* this.list(child);
    }
  }

  private refresh(node: TreeNode): void {
    const { version } = this.context.totals;
    if (node.version !== version || node.order === undefined) this.sortChildren(node);
    else if (node.moved.size > 0) this.replaceMoved(node, node.order);
    node.version = version;
  }

  private sortChildren(node: TreeNode): void {
    const order = [...node.children.values()];
    for (const child of order) this.weigh(child);
    node.order = order.sort(compareNodes);
    node.moved.clear();
  }

  private replaceMoved(node: TreeNode, order: TreeNode[]): void {
    for (const child of node.moved) {
      const place = order.indexOf(child);
      if (place >= 0) order.splice(place, 1);
    }
    for (const child of node.moved) {
      this.weigh(child);
      order.splice(placeOf(child, order), 0, child);
    }
    node.moved.clear();
  }

  private weigh(node: TreeNode): void {
    node.share = dominantShare(node.holding, this.context.totals, this.context.excluded) / node.weight;
  }
}

function compareNodes(a: TreeNode, b: TreeNode): number {
  if (a.share !== b.share) return a.share - b.share;
  if (a.holding.count !== b.holding.count) return a.holding.count - b.holding.count;
  return a.path < b.path ? -1 : 1;
}

/** Where to put a node into sorted siblings (binary search). */
function placeOf(node: TreeNode, order: readonly TreeNode[]): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const other = order[middle];
    if (other !== undefined && compareNodes(other, node) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

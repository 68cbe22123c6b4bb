/**
 * Weighted shuffle: the order is that of drawing without replacement, each client in proportion to its weight
 * (keys u^(1/w), Efraimidis and Spirakis). The weight of a leaf is the product over its path of weight / sum of the
 * weights of the siblings that have an active leaf below them. Every call shuffles anew.
 */

import type { TreeNode } from './clientTree.ts';
import { Sorter } from './sorter.ts';

interface Ticket {
  readonly client: string;
  readonly key: number;
}

export class RandomSorter extends Sorter {
  override sort(): readonly string[] {
    const tickets: Ticket[] = [];
    this.draw(this.tree.root, 1, tickets);
    return tickets.sort((a, b) => b.key - a.key).map((ticket) => ticket.client);
  }

  /** Nothing is kept between two sorts. */
  protected override changed(): void {}

  private draw(node: TreeNode, weight: number, tickets: Ticket[]): void {
    const children = [...node.children.values()].filter(hasActiveLeaf);
    const sum = children.reduce((total, child) => total + child.weight, 0);
    for (const child of children) {
      const part = (weight * child.weight) / sum;
      if (child.isLeaf) tickets.push({ client: child.clientPath, key: this.key(part) });
      else this.draw(child, part, tickets);
    }
  }

  /** The logarithm of u^(1/w): the same order, without underflow. */
  private key(weight: number): number {
    return Math.log(1 - this.context.random.next()) / weight;
  }
}

function hasActiveLeaf(node: TreeNode): boolean {
  if (node.isLeaf) return node.isActive;
  for (const child of node.children.values()) if (hasActiveLeaf(child)) return true;
  return false;
}

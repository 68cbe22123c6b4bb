/**
 * The clients of a sorter (roles, or the frameworks of a role) as a tree of paths: client `a/b` is a leaf below node `a`.
 *
 * A role that is a client and has clients below it keeps its own part in a virtual leaf named `.`. A node holds the
 * sum of its subtree.
 */

import type { Resources } from '../../../proto/resources/index.ts';
import { Holding } from './share.ts';

/** The name of a virtual leaf. */
const VIRTUAL = '.';

export class TreeNode {
  readonly name: string;
  /** From the root, with `/.` at the end for a virtual leaf; the last tie-break of the order. */
  readonly path: string;
  readonly parent: TreeNode | undefined;
  readonly children = new Map<string, TreeNode>();
  holding = new Holding();
  /** Whether it stands for a client; otherwise it only has children. */
  isLeaf = false;
  /** Whether a leaf is listed. */
  isActive = false;
  weight = 1;
  /** Share divided by weight, as of the last sort. */
  share = 0;
  /** The children as last sorted; undefined when all of it is stale. */
  order: TreeNode[] | undefined = undefined;
  /** The totals by which `order` was made. */
  version = -1;
  /** Children whose place in `order` is stale. */
  readonly moved = new Set<TreeNode>();

  constructor(name: string, parent: TreeNode | undefined) {
    this.name = name;
    this.parent = parent;
    this.path = parent === undefined || parent.path === '' ? name : `${parent.path}/${name}`;
  }

  /** The client's path: a virtual leaf stands for its parent. */
  get clientPath(): string {
    return this.name === VIRTUAL && this.parent !== undefined ? this.parent.path : this.path;
  }
}

export class ClientTree {
  readonly root = new TreeNode('', undefined);
  private readonly leaves = new Map<string, TreeNode>();
  private readonly weights = new Map<string, number>();

  get size(): number {
    return this.leaves.size;
  }

  /** The paths of all clients, active or not. */
  clients(): IterableIterator<string> {
    return this.leaves.keys();
  }

  /** The leaf of a client. */
  leaf(path: string): TreeNode | undefined {
    return this.leaves.get(path);
  }

  /** A node by its path: the inner node where there is one, otherwise the leaf. */
  node(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.root;
    for (const name of path.split('/')) node = node?.children.get(name);
    return node;
  }

  /** Adds an inactive client. One that is there already stays as it is. */
  add(path: string): void {
    if (this.leaves.has(path)) return;
    let node = this.root;
    for (const name of path.split('/')) node = node.children.get(name) ?? this.addChild(node, name);
    if (node.children.size > 0) node = this.addChild(node, VIRTUAL);
    node.isLeaf = true;
    this.leaves.set(path, node);
  }

  private addChild(parent: TreeNode, name: string): TreeNode {
    if (parent.isLeaf) this.makeInner(parent);
    const child = new TreeNode(name, parent);
    child.weight = this.weights.get(child.path) ?? 1;
    parent.children.set(name, child);
    parent.order = undefined;
    return child;
  }

  /** What the leaf held moves to a virtual leaf below it. */
  private makeInner(node: TreeNode): void {
    node.isLeaf = false;
    const virtual = this.addChild(node, VIRTUAL);
    virtual.isLeaf = true;
    virtual.isActive = node.isActive;
    virtual.holding = node.holding.clone();
    this.leaves.set(node.path, virtual);
  }

  /** Removes a client with what it holds; nodes that are left without purpose go too. */
  remove(path: string): void {
    const leaf = this.leaves.get(path);
    if (leaf === undefined) return;
    this.leaves.delete(path);
    leaf.isLeaf = false;
    let node = leaf;
    while (node.parent !== undefined) {
      const { parent } = node;
      parent.holding.subtractAll(leaf.holding);
      if (node.children.size === 0 && !node.isLeaf) this.detach(node, parent);
      else this.foldBack(node);
      this.touchNode(node);
      node = parent;
    }
  }

  private detach(node: TreeNode, parent: TreeNode): void {
    parent.children.delete(node.name);
    parent.moved.delete(node);
    parent.order = undefined;
  }

  /** A node with nothing below but its virtual leaf becomes a leaf again. */
  private foldBack(node: TreeNode): void {
    const virtual = node.children.get(VIRTUAL);
    if (virtual === undefined || node.children.size > 1) return;
    this.detach(virtual, node);
    node.isLeaf = true;
    node.isActive = virtual.isActive;
    this.leaves.set(node.path, node);
  }

  /** Lists the client, or no longer. Unknown clients are left alone. */
  setActive(path: string, active: boolean): void {
    const leaf = this.leaves.get(path);
    if (leaf !== undefined) leaf.isActive = active;
  }

  /** The weight of a path, for the node that is there or comes later. */
  setWeight(path: string, weight: number): void {
    this.weights.set(path, weight);
    const node = this.node(path);
    if (node === undefined) return;
    node.weight = weight;
    this.touchNode(node);
  }

  /** Adds to what a client and all nodes above it hold. */
  hold(path: string, agentId: string, resources: Resources, counted: boolean): void {
    for (let node = this.leaves.get(path); node !== undefined; node = node.parent) {
      node.holding.add(agentId, resources);
      if (counted) node.holding.count++;
      this.touchNode(node);
    }
  }

  /** Takes from what a client and all nodes above it hold. */
  release(path: string, agentId: string, resources: Resources): void {
    for (let node = this.leaves.get(path); node !== undefined; node = node.parent) {
      node.holding.subtract(agentId, resources);
      this.touchNode(node);
    }
  }

  private touchNode(node: TreeNode): void {
    if (node.parent?.order !== undefined && node.parent.children.get(node.name) === node) {
      node.parent.moved.add(node);
    }
  }
}

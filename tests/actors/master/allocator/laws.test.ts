import type { ExecutionContext } from 'ava';
import test from 'ava';
import fc from 'fast-check';
import { Allocator } from '../../../../actors/master/allocator/index.ts';
import { isRoleOrSubroleOf, Limits, Quantities, Resources } from '../../../../proto/resources/index.ts';
import { bag } from '../../../proto/resources/notation.ts';
import { agentCalled, type FlatOffer, inRoles, listOffers } from './setup.ts';
import { seeded } from './transcript.ts';

const ROLES = ['a', 'b', 'a/x', 'c', 'q'] as const;
const TOTALS = [
  'cpus:4;mem:1024',
  'cpus:8;mem:4096;disk:100;ports:[1-100]',
  'cpus:2;mem:512;cpus(a):2;mem(a):64',
  'cpus(b):2;disk(b)[v:/d]:16;disk(b)[s:/d]<SHARED>:8;cpus:1;cpus{REV}:3',
  'cpus(a/x):4;mem(a/x):128;mem:256;disks:{x,y}',
  'cpus:1;mem:64;gpus:2',
] as const;
/** Limits and guarantees of top-level roles; `a` has children, whose allocations count only from the next cycle on. */
const LIMITS = { q: { cpus: 5, mem: 700 }, b: { cpus: 6 } } as const;

type Step =
  | { readonly op: 'agent'; readonly total: number }
  | { readonly op: 'framework'; readonly role: number; readonly second: number }
  | { readonly op: 'cycle' | 'removeAgent' | 'removeFramework' | 'toggle' | 'weight'; readonly pick: number }
  | { readonly op: 'decline'; readonly pick: number; readonly seconds: number }
  | { readonly op: 'finish'; readonly pick: number; readonly part: number }
  | { readonly op: 'resize'; readonly pick: number; readonly total: number };

const pick = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constant('agent' as const), total: fc.nat(TOTALS.length - 1) }),
  fc.record({ op: fc.constant('framework' as const), role: fc.nat(4), second: fc.nat(4) }),
  { weight: 4, arbitrary: fc.record({ op: fc.constant('cycle' as const), pick }) },
  fc.record({ op: fc.constantFrom('removeAgent' as const, 'removeFramework' as const), pick }),
  fc.record({ op: fc.constantFrom('toggle' as const, 'weight' as const), pick }),
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('decline' as const), pick, seconds: fc.constantFrom(0, 1, 60) }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('finish' as const), pick, part: fc.nat(3) }) },
  fc.record({ op: fc.constant('resize' as const), pick, total: fc.nat(TOTALS.length - 1) }),
);

/** A cluster with the books that a master would keep, to hold against the allocator's. */
class Cluster {
  readonly allocator: Allocator;
  readonly agents: string[] = [];
  readonly frameworks: string[] = [];
  /** What is offered or held, as far as we were told. */
  held: FlatOffer[] = [];
  private readonly resized = new Set<string>();
  private readonly t: ExecutionContext;
  private nowMs = 0;
  private next = 0;
  private readonly suppressed = new Set<string>();

  constructor(t: ExecutionContext, seed: number) {
    this.t = t;
    this.allocator = new Allocator({ random: seeded(seed) });
    this.allocator.setQuota('q', {
      guarantees: Quantities.of({ cpus: 3, mem: 500 }),
      limits: Limits.of(LIMITS.q),
    });
    this.allocator.setQuota('b', { guarantees: Quantities.NONE, limits: Limits.of(LIMITS.b) });
    for (const total of TOTALS.keys()) this.addAgent(total);
    for (const role of ROLES) this.addFramework([role]);
  }

  do(step: Step): void {
    switch (step.op) {
      case 'agent':
        this.addAgent(step.total);
        break;
      case 'framework':
        this.addFramework([ROLES[step.role] ?? 'a', ROLES[step.second] ?? 'b']);
        break;
      case 'cycle':
        this.cycle();
        break;
      case 'decline':
        this.giveBack(step.pick, 0, step.seconds);
        break;
      case 'finish':
        this.giveBack(step.pick, step.part, undefined);
        break;
      case 'resize':
        this.resize(step.pick, step.total);
        break;
      case 'weight':
        this.allocator.updateWeights({ [ROLES[step.pick % 5] ?? 'a']: 1 + (step.pick % 3) });
        break;
      case 'toggle':
        this.toggle(this.frameworks[step.pick % (this.frameworks.length || 1)]);
        break;
      case 'removeAgent':
        this.removeAgent(step.pick);
        break;
      case 'removeFramework':
        this.removeFramework(step.pick);
        break;
    }
  }

  private addAgent(total: number): void {
    const id = `S${this.next++}`;
    this.agents.push(id);
    this.allocator.addAgent(id, agentCalled(id), bag(TOTALS[total] ?? ''));
  }

  private addFramework(roles: string[]): void {
    const id = `F${this.next++}`;
    this.frameworks.push(id);
    this.allocator.addFramework(id, inRoles(roles.join(',')));
  }

  private cycle(): void {
    this.nowMs += 1000;
    const before = new Map(['q', 'b'].map((role) => [role, this.allocator.consumed(role)]));
    const offers = listOffers(this.allocator.allocate(this.nowMs));
    this.held.push(...offers);
    for (const offer of offers) this.checkReservations(offer);
    for (const [role, consumed] of before) this.checkLimit(role as 'q' | 'b', consumed);
  }

  private checkReservations({ role, resources }: FlatOffer): void {
    for (const { kind } of resources.entries) {
      this.t.is(kind.allocationRole, role);
      if (kind.reservations.length > 0)
        this.t.true(isRoleOrSubroleOf(role, kind.role), `${resources} to ${role}`);
    }
  }

  /** A cycle takes no role over its limit; one that was over it already gets nothing unreserved on top. */
  private checkLimit(role: 'q' | 'b', before: Quantities): void {
    const now = this.allocator.consumed(role);
    const limits = Limits.of(LIMITS[role]);
    for (const [name, limit] of limits.milli) {
      this.t.true(now.getMilli(name) <= Math.max(limit, before.getMilli(name)), `${role} ${name} ${now}`);
    }
  }

  private giveBack(pick: number, part: number, seconds: number | undefined): void {
    const [offer] = this.held.splice(pick % (this.held.length || 1), 1);
    if (offer === undefined) return;
    const back = part === 0 ? offer.resources : Resources.ofEntries(offer.resources.entries.slice(0, part));
    const rest = offer.resources.minus(back);
    if (!rest.isEmpty) this.held.push({ ...offer, resources: rest });
    this.allocator.recoverResources(offer.frameworkId, offer.agentId, back, seconds, this.nowMs);
  }

  private resize(pick: number, total: number): void {
    const id = this.agents[pick % (this.agents.length || 1)];
    if (id === undefined) return;
    this.resized.add(id);
    this.allocator.updateAgent(id, { total: bag(TOTALS[total] ?? '') });
  }

  private removeAgent(pick: number): void {
    const [id] = this.agents.splice(pick % (this.agents.length || 1), 1);
    if (id === undefined) return;
    this.allocator.removeAgent(id);
    this.held = this.held.filter((offer) => offer.agentId !== id);
  }

  private removeFramework(pick: number): void {
    const [id] = this.frameworks.splice(pick % (this.frameworks.length || 1), 1);
    if (id !== undefined) this.allocator.removeFramework(id);
  }

  private toggle(id: string | undefined): void {
    if (id === undefined) return;
    if (this.suppressed.delete(id)) {
      this.allocator.revive(id);
      return;
    }
    this.suppressed.add(id);
    this.allocator.suppress(id);
  }

  /** On every agent: held + available = total, and held is what we hold. */
  check(): void {
    for (const id of this.agents) {
      const held = Resources.sum([...this.allocator.held(id).values()]);
      const ours = Resources.sum(
        this.held.filter((offer) => offer.agentId === id).map(({ resources }) => resources),
      );
      this.t.true(held.equals(ours), `${id}: ${held} is not ${ours}`);
      if (this.resized.has(id)) continue;
      const total = this.allocator.total(id);
      const inUse = held.unallocated().nonShared();
      this.t.true(total.contains(inUse), `${id}: ${total} does not hold ${inUse}`);
      this.t.true(inUse.plus(this.allocator.available(id)).equals(total), id);
    }
  }
}

test('after any sequence of events books agree, reservations go to their role and limits hold', (t) => {
  fc.assert(
    fc.property(fc.nat(), fc.array(step, { maxLength: 60, size: 'max' }), (seed, steps) => {
      const cluster = new Cluster(t, seed);
      for (const one of steps) {
        cluster.do(one);
        cluster.check();
      }
    }),
    { numRuns: 150 },
  );
});

test('when all is given back nothing is left in any book', (t) => {
  fc.assert(
    fc.property(fc.nat(), fc.array(step, { maxLength: 40, size: 'max' }), (seed, steps) => {
      const cluster = new Cluster(t, seed);
      for (const one of steps) cluster.do(one);
      for (const { frameworkId, agentId, resources } of cluster.held) {
        cluster.allocator.recoverResources(frameworkId, agentId, resources, undefined, 0);
      }
      t.true(cluster.allocator.allocatedQuantities().isEmpty);
      for (const role of ROLES) t.is(cluster.allocator.dominantShare(role), 0);
      for (const id of [...cluster.frameworks]) cluster.allocator.removeFramework(id);
      t.deepEqual(cluster.allocator.roles(), []);
      for (const id of [...cluster.agents]) cluster.allocator.removeAgent(id);
      t.true(cluster.allocator.totalQuantities().isEmpty);
      for (const role of ROLES) t.true(cluster.allocator.consumed(role).isEmpty);
    }),
    { numRuns: 100 },
  );
});

test('the same seed gives the same offers', (t) => {
  fc.assert(
    fc.property(fc.nat(), fc.array(step, { maxLength: 30, size: 'max' }), (seed, steps) => {
      const [one, other] = [new Cluster(t, seed), new Cluster(t, seed)];
      for (const each of steps) {
        one.do(each);
        other.do(each);
      }
      const lines = (cluster: Cluster): string[] =>
        cluster.held.map((offer) => `${offer.agentId} ${offer.frameworkId} ${offer.role} ${offer.resources}`);
      t.deepEqual(lines(one), lines(other));
    }),
    { numRuns: 30 },
  );
});

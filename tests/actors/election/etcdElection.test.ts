/** The election under seeds: candidates that are cut off, stand still, come and go, over a simulated etcd. */
import test from 'ava';
import type { ElectionHost } from '../../../actors/election/election.ts';
import { EtcdElection } from '../../../actors/election/etcdElection.ts';
import { EtcdStore } from '../../../actors/election/store/etcdStore.ts';
import { versionOf } from '../../../actors/election/store/version.ts';
import type { EtcdClient, OpenEtcd } from '../../../runtime/etcd/client.ts';
import { type Clock, SeededRandom, type Timer, VirtualClock } from '../../../runtime/index.ts';
import { createLogger } from '../../../runtime/logging/index.ts';
import { SimulatedEtcd } from '../../../runtime/simulation/etcd.ts';

const SESSION_MS = 10_000;
const PREFIX = '/m/';

/** A program's own view of time: while it stands still its timers wait, though the world's clock goes on. */
class OwnClock implements Clock {
  private readonly world: VirtualClock;
  private held: (() => void)[] = [];
  private still = false;
  private dead = false;

  constructor(world: VirtualClock) {
    this.world = world;
  }

  now(): number {
    return this.world.now();
  }

  monotonic(): number {
    return this.world.monotonic();
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    let live = true;
    const run = (): void => {
      if (live && !this.dead) callback();
      live = false;
    };
    this.world.setTimer(delayMs, () => (this.still ? void this.held.push(run) : run()));
    return {
      cancel: () => {
        const was = live;
        live = false;
        return was;
      },
    };
  }

  stop(): void {
    this.still = true;
  }

  go(): void {
    this.still = false;
    for (const run of this.held.splice(0)) run();
  }

  kill(): void {
    this.dead = true;
  }
}

interface Candidate {
  readonly id: string;
  readonly election: EtcdElection;
  readonly clock: OwnClock;
  open: boolean;
  elected: number;
  lost: string | undefined;
  leader: string | undefined;
  readonly store: EtcdStore;
}

function world(seed: number) {
  const clock = new VirtualClock();
  const random = new SeededRandom(seed);
  // Its leases end a little early: clocks do not go alike.
  const etcd = new SimulatedEtcd(clock, 0.95);
  const log = createLogger({
    clock,
    level: 'error',
    sink: { write: () => undefined, flush: () => undefined },
  });
  let count = 0;
  const candidate = (change = (client: EtcdClient): EtcdClient => client): Candidate => {
    const own = new OwnClock(clock);
    const id = `master-${++count}`;
    const path = { clock: own, open: () => made.open, latencyMs: () => random.next() * 20 };
    const open: OpenEtcd = (done) => done(change(etcd.client(path)));
    const host: ElectionHost = {
      log,
      delay: (delayMs, run) => own.setTimer(delayMs, run),
      defer:
        (run) =>
        (...args) =>
          void own.setTimer(0, () => run(...args)),
    };
    const election = new EtcdElection({
      open,
      prefix: PREFIX,
      sessionMs: SESSION_MS,
      clock: own,
      random,
      log,
    });
    const store = new EtcdStore({ open, prefix: PREFIX, fence: () => election.claim, writer: id });
    const made: Candidate = {
      ...{ id, election, clock: own, store, open: true, elected: 0, lost: undefined, leader: undefined },
    };
    election.contend({ id, ip: 1, port: count, pid: `master@10.0.0.1:${count}` }, host, {
      elected: () => {
        made.elected++;
      },
      lost: (reason) => {
        made.lost = reason;
      },
      leader: (info) => {
        made.leader = info?.id;
      },
    });
    return made;
  };
  /** Lets time pass, with what promises bring in between. */
  const pass = async (ms: number, look: () => void = () => undefined): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 50) {
      await null;
      clock.advance(50);
      look();
    }
  };
  return { clock, random, etcd, candidate, pass };
}

test('the first candidate leads, the next one when that ends, and all know it', async (t) => {
  const { candidate, pass } = world(1);
  const one = candidate();
  await pass(1000);
  const two = candidate();
  await pass(1000);
  t.like(one, { elected: 1, leader: 'master-1' });
  t.like(two, { elected: 0, leader: 'master-1' });
  t.true(one.election.holds);
  t.false(two.election.holds);
  let withdrawn = false;
  one.election.withdraw(() => {
    withdrawn = true;
  });
  await pass(1000);
  t.true(withdrawn);
  t.like(two, { elected: 1, leader: 'master-2' });
  t.false(one.election.holds);
});

test('a leader that is cut off stops before another one is let in', async (t) => {
  const { candidate, pass } = world(2);
  const one = candidate();
  await pass(500);
  const two = candidate();
  await pass(2000);
  one.open = false;
  let gap = 0;
  await pass(30_000, () => {
    if (!one.election.holds && !two.election.holds) gap += 50;
    t.false(one.election.holds && two.election.holds);
  });
  t.is(one.lost, 'etcd did not extend the lease in time');
  t.is(two.elected, 1);
  t.true(gap > 0 && gap <= 2000, `nobody led for ${gap} ms`);
});

test('a leader that stood still does not hold when it goes on, before anything was told to it', async (t) => {
  const { candidate, pass } = world(3);
  const one = candidate();
  await pass(1000);
  one.clock.stop();
  await pass(8000);
  t.true(one.election.holds, 'its lease still lives');
  await pass(4000);
  t.false(one.election.holds);
  t.is(one.lost, undefined);
  one.clock.go();
  await pass(100);
  t.truthy(one.lost);
  t.is(one.elected, 1);
});

test('a leader whose key is taken away stops', async (t) => {
  const { candidate, pass, etcd, clock } = world(4);
  const one = candidate();
  await pass(1000);
  const operator = etcd.client({ clock, open: () => true, latencyMs: () => 1 });
  operator.transact({ compare: [], changes: [{ deleteBelow: `${PREFIX}election/` }] }, () => {});
  await pass(500);
  t.is(one.lost, 'the own key is gone from etcd');
  t.false(one.election.holds);
});

test('answers to a candidacy that is over change nothing of the next one', async (t) => {
  const { candidate, pass, etcd, clock } = world(5);
  const leases: string[] = [];
  let entered = 0;
  const one = candidate((client) => ({
    ...client,
    // The second lease is granted late, and the first attempt to stand in line fails long after its lease has ended.
    grantLease: (ttlMs, done) =>
      client.grantLease(ttlMs, (lease) => {
        if (!(lease instanceof Error)) leases.push(lease.id);
        if (leases.length === 2) one.clock.setTimer(12_000, () => done(lease));
        else done(lease);
      }),
    transact: (transaction, done) => {
      const enters = transaction.changes.some((change) => 'put' in change && change.lease !== undefined);
      if (enters && ++entered === 1) one.clock.setTimer(14_000, () => done(new Error('too late')));
      else client.transact(transaction, done);
    },
  }));
  await pass(5_000);
  const [lease = ''] = leases;
  etcd.client({ clock, open: () => true, latencyMs: () => 1 }).revokeLease(lease, () => undefined);
  await pass(55_000);
  t.like(one, { elected: 1, lost: undefined });
  t.true(one.election.holds);
  t.is(etcd.find(`${PREFIX}election/`).length, 1);
  t.true(leases.length >= 2 && entered >= 2);
});

/** Two minutes of chance. @returns what went wrong, and how often somebody was elected */
async function storm(seed: number): Promise<{ problems: string[]; elections: number; writes: number }> {
  const { candidate, pass, random, etcd } = world(seed);
  const problems: string[] = [];
  const alive: Candidate[] = [candidate(), candidate(), candidate()];
  const everyone = [...alive];
  let writes = 0;
  let lastVersion = 0;
  const act = (): void => {
    const one = alive[Math.floor(random.next() * alive.length)];
    if (one === undefined) return;
    const dice = random.next();
    if (dice < 0.25) one.open = !one.open;
    else if (dice < 0.4) one.clock.stop();
    else if (dice < 0.6) one.clock.go();
    else if (dice < 0.65 || one.lost !== undefined) {
      one.clock.kill();
      alive.splice(alive.indexOf(one), 1);
      const next = candidate();
      alive.push(next);
      everyone.push(next);
    }
  };
  const begun = new Set<Candidate>();
  const look = (): void => {
    const holders = alive.filter(({ election }) => election.holds);
    if (holders.length > 1) problems.push(`two hold: ${holders.map(({ id }) => id).join(', ')}`);
    for (const one of alive) {
      if (one.elected === 0 || begun.has(one)) continue;
      begun.add(one);
      one.store.fetch((result) => {
        const write = (): void =>
          one.store.commit([{ key: 'slaves/x', value: new TextEncoder().encode(one.id) }], (error) => {
            if (error === undefined) {
              writes++;
              one.clock.setTimer(300, write);
            }
          });
        if (!(result instanceof Error)) write();
      });
    }
    const stored = etcd.find(`${PREFIX}registry/version`)[0];
    if (stored === undefined) return;
    const { version } = versionOf(stored.value);
    if (version < lastVersion) problems.push(`the version went back from ${lastVersion} to ${version}`);
    lastVersion = version;
  };
  for (let second = 0; second < 120; second++) {
    if (random.next() < 0.5) act();
    await pass(1000, look);
  }
  for (const one of alive) {
    one.open = true;
    one.clock.go();
  }
  for (const lost of alive.filter(({ lost }) => lost !== undefined)) {
    lost.clock.kill();
    alive[alive.indexOf(lost)] = candidate();
  }
  await pass(40_000, look);
  if (alive.filter(({ election }) => election.holds).length !== 1) problems.push('nobody leads in the end');
  const names = new Set(alive.filter(({ lost }) => lost === undefined).map(({ leader }) => leader));
  if (names.size !== 1) problems.push(`they disagree on who leads: ${[...names].join(', ')}`);
  return { problems, elections: everyone.reduce((sum, { elected }) => sum + elected, 0), writes };
}

test('under many seeds never do two lead, never does the registry go back, and in the end one leads', async (t) => {
  let elections = 0;
  let writes = 0;
  for (let seed = 1; seed <= 25; seed++) {
    const outcome = await storm(seed);
    t.deepEqual(outcome.problems, [], `seed ${seed}`);
    elections += outcome.elections;
    writes += outcome.writes;
  }
  t.true(elections > 60, `${elections} elections`);
  t.true(writes > 600, `${writes} writes`);
});

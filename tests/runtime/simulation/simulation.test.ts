/** The simulated world itself: single messages, crashes, paths, clocks, disks, invariants. */
import test from 'ava';
import { type ExitReason, type Pid, Process } from '../../../runtime/index.ts';
import { InvariantBroken, Simulation, type SimulationOptions } from '../../../runtime/simulation/index.ts';

interface Words {
  say: string;
}

class Speaker extends Process<Words> {
  readonly heard: string[] = [];
  override initialize(): void {
    this.install('say', (word) => this.heard.push(word));
  }
  tell(to: Pid, word: string): void {
    this.send(to, 'say', word);
  }
  watch(pid: Pid): void {
    this.link(pid);
  }
  override exited(pid: Pid, reason: ExitReason): void {
    this.heard.push(`${pid.id} ${reason}`);
  }
  later(ms: number): void {
    this.delay(ms, () => this.heard.push(`timer ${this.clock.now() - 1_700_000_000_000}`));
  }
}

function two(options: SimulationOptions = {}) {
  const sim = new Simulation(options);
  const speakers = new Map<string, Speaker>();
  for (const name of ['a', 'b']) {
    sim.start(name, (place) => {
      const speaker = new Speaker(name);
      place.node().spawn(speaker);
      speakers.set(name, speaker);
    });
  }
  sim.settle();
  const get = (name: string): Speaker => {
    const speaker = speakers.get(name);
    if (speaker === undefined) throw new Error(`no ${name}`);
    return speaker;
  };
  return { sim, get };
}

test('one named message between two PIDs is lost, those around it are not', (t) => {
  const { sim, get } = two();
  const dropping = sim.drop({ name: 'say', from: 'a', to: get('b').self, where: (word) => word === '2' });
  for (const word of ['1', '2', '3', '2']) get('a').tell(get('b').self, word);
  sim.advance(10);
  t.deepEqual(get('b').heard, ['1', '3', '2']);
  t.is(dropping.count, 1);
});

test('a message is seen when it is sent, before it is handled and after', (t) => {
  const { sim, get } = two();
  const seen: string[] = [];
  const heard = () => get('b').heard.length;
  sim.observeSending(({ from, body }) => seen.push(`${from?.id} sends ${String(body)}, ${heard()} heard`));
  sim.observeHandling(({ to, body }) => {
    seen.push(`${to.id} is to hear ${String(body)}, ${heard()} heard`);
    return () => seen.push(`${heard()} heard`);
  });
  get('a').tell(get('b').self, 'hello');
  sim.crash('a');
  sim.advance(10);
  t.deepEqual(seen, ['a sends hello, 0 heard'], 'it was lost');
  sim.restart('a');
  sim.settle();
  seen.length = 0;
  get('a').tell(get('b').self, 'hello');
  sim.advance(10);
  t.deepEqual(seen, ['a sends hello, 0 heard', 'b is to hear hello, 0 heard', '1 heard']);
});

test('a message is awaited, and what never comes is named', (t) => {
  const { sim, get } = two();
  get('a').tell(get('b').self, 'hello');
  t.is(sim.await({ name: 'say', to: 'b' }).body, 'hello');
  t.throws(() => sim.await({ name: 'say', to: 'b' }, 100), { message: /in vain for a message say .* to b/ });
});

test('a crash is told, and the next node at that address has no memory of the last', (t) => {
  const { sim, get } = two();
  get('a').watch(get('b').self);
  sim.advance(10);
  const former = get('b');
  former.later(5);
  sim.crash('b');
  sim.advance(10);
  t.deepEqual(get('a').heard, ['b node-gone']);
  t.deepEqual(former.heard, [], 'the timers of a dead node do not fire');
  sim.restart('b');
  get('a').tell(get('b').self, 'again');
  sim.advance(10);
  t.deepEqual(get('b').heard, ['again']);
  t.is(sim.machine('b').starts, 2);
});

test('a power cut is told by nobody: the heartbeat notices, or the machine when it is back', (t) => {
  const { sim, get } = two();
  get('a').watch(get('b').self);
  sim.advance(10);
  sim.crash('b', { powerCut: true });
  sim.advance(15_000);
  t.deepEqual(get('a').heard, []);
  sim.restart('b');
  sim.advance(6_000);
  t.deepEqual(get('a').heard, ['b node-gone'], 'the new node resets the connection it does not know');
});

test('a cut path holds back one direction and loses nothing when it heals', (t) => {
  const { sim, get } = two();
  get('a').tell(get('b').self, '1');
  sim.advance(10);
  sim.cut('a', 'b');
  get('a').tell(get('b').self, '2');
  get('b').tell(get('a').self, 'back');
  sim.advance(1000);
  t.deepEqual([get('a').heard, get('b').heard], [['back'], ['1']]);
  sim.heal('a', 'b');
  get('a').tell(get('b').self, '3');
  sim.advance(10);
  t.deepEqual(get('b').heard, ['1', '2', '3']);
});

test('a connection that broke at one side only is found out by its use', (t) => {
  const { sim, get } = two();
  get('b').watch(get('a').self);
  sim.advance(10);
  sim.break('a', 'b', { oneSided: true });
  sim.advance(100);
  t.deepEqual(get('b').heard, []);
  get('b').tell(get('a').self, 'lost');
  sim.advance(100);
  t.deepEqual(get('b').heard, ['a node-gone']);
});

test('a node that stands still hears everything afterwards; its timers were due meanwhile', (t) => {
  const { sim, get } = two();
  get('b').later(50);
  sim.pause('b');
  get('a').tell(get('b').self, 'wake up');
  sim.advance(1000);
  t.deepEqual(get('b').heard, []);
  sim.resume('b');
  sim.advance(10);
  t.deepEqual(get('b').heard, ['timer 1000', 'wake up']);
});

test('a clock jumps without hurrying a timer', (t) => {
  const { sim, get } = two();
  get('b').later(50);
  sim.machine('b').jumpClock(60_000);
  sim.advance(49);
  t.deepEqual(get('b').heard, []);
  sim.advance(1);
  t.deepEqual(get('b').heard, ['timer 60050']);
});

test('a slow path delays, and order is kept when it becomes fast again', (t) => {
  const { sim, get } = two({ jitterMs: 3 });
  get('a').tell(get('b').self, '1');
  sim.advance(20);
  sim.delay('a', 'b', 500);
  get('a').tell(get('b').self, '2');
  sim.advance(10);
  sim.delay('a', 'b', 0);
  get('a').tell(get('b').self, '3');
  sim.advance(100);
  t.deepEqual(get('b').heard, ['1']);
  sim.advance(500);
  t.deepEqual(get('b').heard, ['1', '2', '3']);
});

test('an invariant that breaks ends the run at that step', (t) => {
  const { sim, get } = two();
  sim.invariant('silence', () => (get('b').heard.length > 1 ? get('b').heard.join() : undefined));
  get('a').tell(get('b').self, '1');
  sim.advance(10);
  get('a').tell(get('b').self, '2');
  const broken = t.throws(() => sim.advance(1000), { instanceOf: InvariantBroken });
  t.is(broken?.message, 'silence: 1,2 (at 0.010 s)');
});

test('a disk forgets in a power cut what was not synced, and only then', (t) => {
  const lengths: number[] = [];
  const sim = new Simulation({ seed: 3 });
  sim.start('a', (place) => {
    place.node();
    place.disk.makeDirectory('/d');
    lengths.push(place.disk.readFile('/d/f')?.length ?? -1);
    const file = place.disk.openFile('/d/f', { truncate: false });
    file.write([new Uint8Array(100)], () => {
      file.sync(() => file.write([new Uint8Array(1000)], () => {}));
    });
    place.disk.syncDirectory('/d', () => {});
  });
  sim.advance(10);
  sim.crash('a');
  sim.restart('a');
  sim.advance(10);
  sim.crash('a', { powerCut: true });
  sim.restart('a');
  const [first, crashed, cut = 0] = lengths;
  t.deepEqual([first, crashed], [-1, 1100]);
  t.true(cut >= 1200 && cut <= 2200, `${cut}`);
});

test('a disk fails and is slow when told to', (t) => {
  const told: string[] = [];
  const sim = new Simulation();
  const machine = sim.start('a', (place) => {
    place.node();
    const file = place.disk.openFile('/f', { truncate: false });
    sim.at(1, () => file.write([new Uint8Array(1)], () => told.push(`slow ${sim.elapsedMs}`)));
    sim.at(200, () => file.sync((error) => told.push(error?.message ?? 'well')));
  });
  machine.storage.delayMs = 50;
  sim.advance(100);
  machine.storage.failure = 'EIO: i/o error';
  sim.advance(200);
  t.deepEqual(told, ['slow 51', 'EIO: i/o error']);
});

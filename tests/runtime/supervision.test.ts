/** Supervised processes: what a new instance inherits, when it is given up, who is told. */
import test from 'ava';
import { type ExitReason, type Node, type Pid, Process, type Supervision } from '../../runtime/index.ts';
import { simulatedWorld } from '../support/world.ts';

interface Words {
  say: string;
  boom: undefined;
}

const heard: string[] = [];
test.beforeEach(() => {
  heard.splice(0);
});

class Worker extends Process<Words> {
  readonly instance: number;
  readonly failing: boolean;
  constructor(instance: number, failing = false) {
    super('worker');
    this.instance = instance;
    this.failing = failing;
  }
  override initialize(): void {
    heard.push(`${this.instance} begins`);
    this.install('say', (word) => heard.push(`${this.instance} ${word}`));
    this.install('boom', () => {
      throw new Error('on purpose');
    });
    this.delay(50, () => heard.push(`${this.instance} timer`));
    if (this.failing) throw new Error('on purpose');
  }
  override finalize(): void {
    heard.push(`${this.instance} finalized`);
  }
  watch(pid: Pid): void {
    this.link(pid);
  }
  override exited(pid: Pid): void {
    heard.push(`${this.instance} exited ${pid.id}`);
  }
  later(run: () => void): void {
    this.dispatch(run);
  }
}

class Watcher extends Process {
  override exited(pid: Pid, reason: ExitReason): void {
    heard.push(`${this.id}: ${pid.id} ${reason}`);
  }
  watch(pid: Pid): void {
    this.link(pid);
  }
}

function supervised(options: Partial<Supervision> = {}, failing = false) {
  const world = simulatedWorld();
  const node = world.node(1);
  const instances = [new Worker(1)];
  const factory = () => {
    const next = new Worker(instances.length + 1, failing);
    instances.push(next);
    return next;
  };
  const intensity = { restarts: 2, withinMs: 1000 };
  const [first] = instances;
  if (first === undefined) throw new Error('no first instance');
  const pid = node.spawn(first, { supervise: { restart: 'on-error', intensity, factory, ...options } });
  world.settle();
  return { ...world, one: node, pid, first };
}

const boom = (node: Node, pid: Pid) => node.deliver(pid, 'boom', undefined, undefined);
const say = (node: Node, pid: Pid, word: string) => node.deliver(pid, 'say', word, undefined);

test.serial(
  'another instance takes over with the messages that wait, without timers and dispatches of the former',
  (t) => {
    const { one, pid, first, run } = supervised();
    boom(one, pid);
    say(one, pid, 'waits');
    first.later(() => heard.push('never'));
    run(10);
    first.later(() => heard.push('never'));
    first.terminate();
    run(100);
    t.deepEqual(heard, ['1 begins', '1 finalized', '2 begins', '2 waits', '2 timer']);
    t.is(one.handlerErrors, 1);
    t.is(one.find('worker')?.supervised?.restarts, 1);
  },
);

test.serial('too many failures in too short a time end it, and watchers near and far are told', (t) => {
  const { one, pid, run, node } = supervised();
  const [near, far] = [new Watcher('near'), new Watcher('far')];
  one.spawn(near);
  node(3).spawn(far);
  near.watch(pid);
  far.watch(pid);
  run(10);
  for (let i = 0; i < 3; i++) boom(one, pid);
  run(10);
  t.deepEqual(heard.slice(-2).sort(), ['far: worker failed', 'near: worker failed']);
  t.is(one.find('worker'), undefined);
});

test.serial('failures far apart are none too many', (t) => {
  const { one, pid, run } = supervised();
  for (let i = 0; i < 10; i++) {
    boom(one, pid);
    run(600);
  }
  t.is(one.find('worker')?.supervised?.restarts, 10);
});

test.serial('the supervisor hears of a failure without a link; one that is linked hears once', (t) => {
  for (const linked of [false, true]) {
    heard.splice(0);
    const world = simulatedWorld();
    const node = world.node(1);
    const watcher = new Watcher('above');
    const above = node.spawn(watcher);
    const factory = () => new Worker(2);
    const intensity = { restarts: 0, withinMs: 1 };
    const supervise = { restart: 'on-error', intensity, factory, supervisor: above } as const;
    const pid = node.spawn(new Worker(1), { supervise });
    if (linked) watcher.watch(pid);
    boom(node, pid);
    world.run(10);
    t.deepEqual(heard, ['1 begins', '1 finalized', 'above: worker failed']);
  }
});

test.serial('instances that cannot even begin are failures too', (t) => {
  const { one, pid, run } = supervised({}, true);
  boom(one, pid);
  run(10);
  t.is(one.find('worker'), undefined);
  t.deepEqual(
    heard.filter((line) => line.endsWith('begins')),
    ['1 begins', '2 begins', '3 begins'],
  );
});

test.serial('`always` follows an end of its own, but not an end from outside', async (t) => {
  const { one, pid, first, settle } = supervised({ restart: 'always' });
  first.terminate();
  settle();
  t.deepEqual(heard, ['1 begins', '1 finalized', '2 begins']);
  one.terminate(pid);
  const ended = one.wait(pid);
  settle();
  await ended;
  t.is(one.find('worker'), undefined);
});

test.serial('an end of its own is an end with `on-error`', (t) => {
  const { one, first, settle } = supervised();
  first.terminate();
  settle();
  t.is(one.find('worker'), undefined);
});

test.serial('links of the former instance are not inherited', (t) => {
  const { one, pid, first, settle } = supervised();
  const other = new Watcher('other');
  one.spawn(other);
  first.watch(other.self);
  boom(one, pid);
  settle();
  other.terminate();
  settle();
  t.false(heard.some((line) => line.includes('exited')));
});

test.serial(
  'a factory that throws, or makes something else, is a failure; a wrong intensity is refused',
  (t) => {
    const factories: (() => Process)[] = [
      () => {
        throw new Error('on purpose');
      },
      () => new Watcher('other'),
    ];
    for (const factory of factories) {
      const { one, pid, settle } = supervised({ factory });
      boom(one, pid);
      settle();
      t.is(one.find('worker'), undefined);
    }
    t.throws(() => supervised({ intensity: { restarts: -1, withinMs: 10 } }), {
      message: /supervise\.intensity/,
    });
  },
);

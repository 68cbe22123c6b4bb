import test from 'ava';
import { createMachine, setup } from 'xstate';
import {
  type ChartError,
  ChartTable,
  type InspectionEvent,
  type Transition,
  type Unhandled,
} from '../../statecharts/engine.ts';
import { doorMachine } from './support/door.ts';
import { Timers } from './support/timers.ts';

function doors(options: ConstructorParameters<typeof ChartTable<typeof doorMachine>>[1] = {}) {
  return new ChartTable(doorMachine, { clock: new Timers(), ...options });
}

test('an instance starts in the first state with the context of its input', (t) => {
  const table = doors();
  const result = table.start('a', { code: 7 });
  t.deepEqual(result, { changed: true, handled: true, value: 'shut.free', previous: '', actions: [] });
  t.deepEqual(table.context('a'), { code: 7, openings: 0 });
  t.is(table.size, 1);
});

test('a step says what changed and names the actions in order', (t) => {
  const table = doors();
  table.start('a', { code: 7 });
  t.deepEqual(table.step('a', { type: 'OPENED' }), {
    changed: true,
    handled: true,
    value: 'open',
    previous: 'shut.free',
    actions: ['light', 'ring', 'light'],
  });
  t.true(table.hasTag('a', 'passable'));
  t.true(table.matches('a', 'open'));
});

test('results are shared and cannot be changed', (t) => {
  const table = doors();
  const result = table.start('a', { code: 7 });
  t.true(Object.isFrozen(result));
  t.true(Object.isFrozen(result.actions));
  t.is(table.start('b', { code: 8 }), result);
});

test('starting an id twice is refused', (t) => {
  const table = doors();
  table.start('a', { code: 7 });
  t.throws(() => table.start('a', { code: 7 }), { message: 'chart door: a is already started' });
  t.is(table.size, 1);
});

test('actions see parameters, event, and the context as it stood at their place', (t) => {
  const seen: unknown[] = [];
  const table = doors({
    actions: {
      light: ({ id, params, context }) => seen.push([id, params, context.openings]),
      ring: ({ event, context }) => seen.push(['ring', event.type, context.openings]),
    },
  });
  table.start('a', { code: 7 });
  table.step('a', { type: 'OPENED' });
  t.deepEqual(seen, [
    ['a', { colour: 'before' }, 0],
    ['ring', 'OPENED', 1],
    ['a', { colour: 'green' }, 1],
  ]);
});

test('guards are asked anew with every event', (t) => {
  const table = doors();
  table.start('a', { code: 1 });
  table.start('b', { code: 2 });
  for (const id of ['a', 'b']) table.step(id, { type: 'LOCKED', code: id === 'a' ? 10 : 20 });
  t.false(table.step('a', { type: 'UNLOCKED', code: 20 }).handled);
  t.true(table.step('b', { type: 'UNLOCKED', code: 20 }).handled);
  t.true(table.step('a', { type: 'UNLOCKED', code: 10 }).handled);
  t.deepEqual(table.counts(), { 'shut.free': 2 });
});

test('a guard with parameters reads the context', (t) => {
  const table = doors();
  table.start('a', { code: 1 });
  for (let opening = 1; opening <= 3; opening++) {
    table.step('a', { type: 'OPENED' });
    table.step('a', { type: 'CLOSED' });
  }
  t.is(table.step('a', { type: 'OPENED' }).value, 'broken');
  t.true(table.done('a'));
});

test('an event that the state does not know is counted and reported, and changes nothing', (t) => {
  const reports: Unhandled[] = [];
  const table = doors({ onUnhandled: (report) => reports.push(report) });
  table.start('a', { code: 1 });
  const event = { type: 'CLOSED' } as const;
  t.deepEqual(table.step('a', event), {
    changed: false,
    handled: false,
    value: 'shut.free',
    previous: 'shut.free',
    actions: [],
  });
  t.deepEqual(reports, [{ chart: 'door', id: 'a', event, value: 'shut.free', reason: 'unexpected' }]);
  t.is(table.unhandled, 1);
});

test('an event to nobody and one to a finished instance are told apart', (t) => {
  const reasons: string[] = [];
  const table = doors({ onUnhandled: ({ id, reason }) => reasons.push(`${id} ${reason}`) });
  table.start('a', { code: 1 });
  table.step('a', { type: 'BROKEN' });
  t.is(table.step('a', { type: 'BROKEN' }).value, 'broken');
  t.is(table.step('nobody', { type: 'BROKEN' }).value, '');
  t.deepEqual(reasons, ['a done', 'nobody unknown-id']);
});

test('event types of no machine at all do not pile up', (t) => {
  const table = new ChartTable(createMachine({ id: 'still', initial: 'a', states: { a: {} } }));
  table.start('x');
  for (let i = 0; i < 100; i++) t.false(table.step('x', { type: `NOISE_${i}` }).handled);
  t.is(table.unhandled, 100);
});

test('an event that a state names without effect is expected', (t) => {
  const table = doors();
  table.start('a', { code: 1 });
  table.step('a', { type: 'LOCKED', code: 5 });
  const { handled, changed } = table.step('a', { type: 'CLOSED' });
  t.deepEqual([handled, changed, table.unhandled], [true, false, 0]);
});

test('a throwing action is reported; the others run and the instance has moved', (t) => {
  const errors: ChartError[] = [];
  let rung = 0;
  const table = doors({
    actions: {
      light: () => {
        throw new Error('no bulb');
      },
      ring: () => {
        rung++;
      },
    },
    onError: (error) => errors.push(error),
  });
  table.start('a', { code: 1 });
  table.step('a', { type: 'OPENED' });
  t.is(table.value('a'), 'open');
  t.is(rung, 1);
  t.deepEqual(
    errors.map(({ chart, id, event, where, error }) => [chart, id, event.type, where, String(error)]),
    [
      ['door', 'a', 'OPENED', 'action light', 'Error: no bulb'],
      ['door', 'a', 'OPENED', 'action light', 'Error: no bulb'],
    ],
  );
});

test('a throwing guard is reported and leaves the instance where it is', (t) => {
  const errors: string[] = [];
  const machine = setup({
    types: {} as { events: { type: 'GO'; bad: boolean } },
    guards: {
      sound: ({ event }) => {
        if (event.bad) throw new Error('cannot say');
        return true;
      },
    },
  }).createMachine({
    id: 'shaky',
    initial: 'a',
    states: { a: { on: { GO: { guard: 'sound', target: 'b' } } }, b: {} },
  });
  const table = new ChartTable(machine, { onError: ({ where }) => errors.push(where) });
  table.start('x');
  t.false(table.step('x', { type: 'GO', bad: true }).handled);
  t.is(table.value('x'), 'a');
  t.deepEqual(errors, ['guard']);
  t.is(table.step('x', { type: 'GO', bad: false }).value, 'b');
  t.is(table.unhandled, 0);
});

test('a throwing listener is reported, too', (t) => {
  const where: string[] = [];
  const fail = () => {
    throw new Error('deaf');
  };
  const table = doors({ onTransition: fail, onUnhandled: fail, onError: (error) => where.push(error.where) });
  table.start('a', { code: 1 });
  t.is(table.step('a', { type: 'OPENED' }).value, 'open');
  t.false(table.step('a', { type: 'UNLOCKED', code: 1 }).handled);
  t.deepEqual(where, ['onTransition', 'onUnhandled']);
});

test('an action may step the same table', (t) => {
  const table: ChartTable<typeof doorMachine> = doors({
    actions: {
      ring: ({ id }) => {
        if (id === 'a') table.step('b', { type: 'OPENED' });
      },
    },
  });
  table.start('a', { code: 1 });
  table.start('b', { code: 1 });
  table.step('a', { type: 'OPENED' });
  t.deepEqual([table.value('a'), table.value('b')], ['open', 'open']);
});

test('a timer moves its instance after its delay and is cancelled when the state is left', (t) => {
  const clock = new Timers();
  const table = doors({ clock });
  table.start('a', { code: 1 });
  table.start('b', { code: 1 });
  table.step('a', { type: 'OPENED' });
  table.step('b', { type: 'OPENED' });
  t.is(clock.pending, 4);
  table.step('b', { type: 'CLOSED' });
  t.is(clock.pending, 2);
  clock.advance(999);
  t.is(table.value('a'), 'open');
  clock.advance(1);
  t.is(table.value('a'), 'shut.free');
  t.is(clock.pending, 0);
});

test('re-entering a state starts its timers anew', (t) => {
  const clock = new Timers();
  const table = doors({ clock });
  table.start('a', { code: 1 });
  table.step('a', { type: 'OPENED' });
  clock.advance(900);
  table.step('a', { type: 'OPENED' });
  clock.advance(900);
  t.is(table.value('a'), 'open');
  clock.advance(100);
  t.is(table.value('a'), 'shut.free');
});

test('delays come from the machine unless the owner gives them', (t) => {
  const clock = new Timers();
  const rung: string[] = [];
  const table = doors({
    clock,
    delays: { CLOSER: ({ id }) => (id === 'slow' ? 100_000 : 10) },
    actions: { ring: ({ id, event }) => event.type !== 'OPENED' && rung.push(id) },
  });
  table.start('slow', { code: 1 });
  table.start('quick', { code: 1 });
  for (const id of ['slow', 'quick']) table.step(id, { type: 'OPENED' });
  clock.advance(5000);
  t.deepEqual([table.value('slow'), table.value('quick')], ['open', 'shut.free']);
  t.deepEqual(rung, ['slow']);
});

test('a delay that cannot be told is reported, and no timer is set', (t) => {
  const clock = new Timers();
  const errors: string[] = [];
  const table = doors({
    clock,
    delays: { CLOSER: () => Number.NaN },
    onError: ({ where, error }) => errors.push(`${where}: ${error}`),
  });
  table.start('a', { code: 1 });
  table.step('a', { type: 'OPENED' });
  t.deepEqual(errors, ['delay CLOSER: Error: a delay must be a number of milliseconds, not NaN']);
  t.is(clock.pending, 1);
});

test('a stopped instance is gone, its timers with it', (t) => {
  const clock = new Timers();
  const table = doors({ clock });
  table.start('a', { code: 1 });
  table.step('a', { type: 'OPENED' });
  t.true(table.stop('a'));
  t.false(table.stop('a'));
  t.is(clock.pending, 0);
  t.deepEqual([table.size, table.value('a'), table.counts()], [0, undefined, {}]);
});

test('counts follow every move', (t) => {
  const table = doors();
  for (let i = 0; i < 10; i++) table.start(`d${i}`, { code: i });
  for (let i = 0; i < 4; i++) table.step(`d${i}`, { type: 'OPENED' });
  table.step('d9', { type: 'BROKEN' });
  table.step('d0', { type: 'OPENED' });
  table.stop('d1');
  t.deepEqual(table.counts(), { open: 3, 'shut.free': 5, broken: 1 });
  t.is(table.countTag('passable'), 3);
  t.is(table.countIn('shut'), 5);
  t.deepEqual([...table.ids()].length, 9);
});

test('can tells without doing', (t) => {
  const table = doors();
  table.start('a', { code: 1 });
  t.true(table.can('a', { type: 'OPENED' }));
  t.false(table.can('a', { type: 'CLOSED' }));
  t.false(table.can('nobody', { type: 'OPENED' }));
  t.deepEqual([table.value('a'), table.unhandled, table.steps], ['shut.free', 0, 0]);
});

test('onTransition hears of every handled event, timers too', (t) => {
  const clock = new Timers();
  const heard: Transition[] = [];
  const table = doors({ clock, name: 'doors', onTransition: (transition) => heard.push(transition) });
  table.start('a', { code: 1 });
  table.step('a', { type: 'OPENED' });
  table.step('a', { type: 'UNLOCKED', code: 1 });
  clock.advance(1000);
  t.deepEqual(
    heard.map(({ chart, id, event, previous, value }) => [chart, id, event.type, previous, value]),
    [
      ['doors', 'a', 'OPENED', 'shut.free', 'open'],
      ['doors', 'a', 'xstate.after.CLOSER.door.open', 'open', 'shut.free'],
    ],
  );
});

test('a watcher sees actors, events and snapshots until it leaves', (t) => {
  const seen: InspectionEvent[] = [];
  const table = doors();
  table.start('a', { code: 1 });
  const leave = table.watch((event) => seen.push(event), true);
  table.start('b', { code: 1 });
  table.step('a', { type: 'OPENED' });
  table.step('a', { type: 'LOCKED', code: 3 });
  table.stop('b');
  leave();
  leave();
  table.step('a', { type: 'CLOSED' });
  t.deepEqual(
    seen.map((event) => `${event.type} ${event.sessionId}${'event' in event ? ` ${event.event.type}` : ''}`),
    [
      '@xstate.actor door/a',
      '@xstate.actor door/b',
      '@xstate.event door/a OPENED',
      '@xstate.snapshot door/a OPENED',
      '@xstate.event door/a LOCKED',
      '@xstate.snapshot door/b xstate.stop',
    ],
  );
  t.deepEqual(JSON.parse(JSON.stringify(seen.at(3))), {
    type: '@xstate.snapshot',
    sessionId: 'door/a',
    rootId: 'door/a',
    name: 'door',
    event: { type: 'OPENED' },
    snapshot: { value: 'open', status: 'active', context: { code: 1, openings: 1 } },
  });
});

test('what is wrong with the options is said at once', (t) => {
  t.throws(() => new ChartTable(doorMachine), {
    message: 'chart door: its machine has delays, so it needs a clock',
  });
  // What the types refuse may still come from a table of names.
  const make = (options: object) => doors({ clock: new Timers(), ...options });
  t.throws(() => make({ actions: { sing: () => undefined } }), {
    message: 'chart door: its machine names no action sing',
  });
  t.throws(() => make({ delays: { FOREVER: 1 } }), {
    message: 'chart door: its machine names no delay FOREVER',
  });
});

test('machines that a table cannot walk are refused with the place', (t) => {
  const refused = (config: Parameters<typeof createMachine>[0], message: RegExp) =>
    t.throws(() => new ChartTable(createMachine({ id: 'm', initial: 'a', ...config })), { message });
  refused({ states: { a: { on: { GO: { actions: () => undefined } } } } }, /unnamed action function in m\.a/);
  refused({ states: { a: { on: { GO: { guard: () => true } } } } }, /unnamed guard in m\.a/);
  refused({ states: { a: { on: { '*': 'a' } } } }, /wildcard \* in m\.a/);
  refused({ states: { a: { invoke: { src: 'x' } } } }, /invocation in m\.a/);
  refused({ states: { a: {}, h: { type: 'history' } } }, /history state m\.h/);
});

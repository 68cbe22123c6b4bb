import test from 'ava';
import {
  type ChartError,
  type InspectionEvent,
  LiveChart,
  type Unhandled,
} from '../../statecharts/engine.ts';
import { doorMachine } from './support/door.ts';
import { Timers } from './support/timers.ts';

type Options = Partial<ConstructorParameters<typeof LiveChart<typeof doorMachine>>[1]>;

function door(options: Options = {}) {
  return new LiveChart(doorMachine, { clock: new Timers(), input: { code: 7 }, ...options });
}

test('it starts with its input and answers events as a table does', (t) => {
  const chart = door();
  t.is(chart.value, 'shut.free');
  t.deepEqual(chart.send({ type: 'OPENED' }), {
    changed: true,
    handled: true,
    value: 'open',
    previous: 'shut.free',
    actions: ['light', 'ring', 'light'],
  });
  t.deepEqual(chart.context, { code: 7, openings: 1 });
  t.true(chart.hasTag('passable') && chart.matches('open') && !chart.done);
});

test('unknown and late events are reported', (t) => {
  const reports: Unhandled[] = [];
  const chart = door({ onUnhandled: (report) => reports.push(report) });
  t.false(chart.can({ type: 'CLOSED' }));
  t.false(chart.send({ type: 'CLOSED' }).handled);
  chart.send({ type: 'BROKEN' });
  t.true(chart.done);
  t.false(chart.send({ type: 'BROKEN' }).handled);
  t.deepEqual(
    reports.map(({ reason, value }) => `${reason} ${value}`),
    ['unexpected shut.free', 'done broken'],
  );
  t.is(chart.unhandled, 2);
});

test('a throwing action neither kills the chart nor hides', (t) => {
  const errors: ChartError[] = [];
  const chart = door({
    actions: {
      ring: () => {
        throw new Error('no bell');
      },
    },
    onError: (error) => errors.push(error),
  });
  t.is(chart.send({ type: 'OPENED' }).value, 'open');
  t.is(chart.send({ type: 'CLOSED' }).value, 'shut.free');
  t.deepEqual(
    errors.map(({ id, where }) => `${id} ${where}`),
    ['door action ring'],
  );
});

test('an event sent by an action waits its turn', (t) => {
  const moves: string[] = [];
  const chart: LiveChart<typeof doorMachine> = door({
    actions: { ring: () => chart.send({ type: 'CLOSED' }) },
    onTransition: ({ event, previous, value }) => moves.push(`${previous} ${event.type} ${value}`),
  });
  t.is(chart.send({ type: 'OPENED' }).value, 'open');
  t.is(chart.value, 'shut.free');
  t.deepEqual(moves, ['shut.free OPENED open', 'open CLOSED shut.free']);
});

test('timers run on the given clock and are reported by name', (t) => {
  const clock = new Timers();
  const moves: string[] = [];
  const chart = door({ clock, onTransition: ({ event, value }) => moves.push(`${event.type} ${value}`) });
  chart.send({ type: 'OPENED' });
  clock.advance(999);
  t.is(chart.value, 'open');
  clock.advance(1);
  t.is(chart.value, 'shut.free');
  t.deepEqual(moves, ['OPENED open', 'xstate.after.CLOSER.door.open shut.free']);
  t.is(clock.pending, 0);
});

test('the owner may set the delays', (t) => {
  const clock = new Timers();
  const chart = door({ clock, delays: { CLOSER: ({ context }) => context.openings * 10 } });
  chart.send({ type: 'OPENED' });
  clock.advance(10);
  t.is(chart.value, 'shut.free');
});

test('stopping ends its timers; later events are reported', (t) => {
  const clock = new Timers();
  const reasons: string[] = [];
  const chart = door({ clock, onUnhandled: ({ reason }) => reasons.push(reason) });
  chart.send({ type: 'OPENED' });
  chart.stop();
  t.is(clock.pending, 0);
  t.false(chart.send({ type: 'CLOSED' }).handled);
  t.deepEqual(reasons, ['done']);
});

test('a watcher first sees the present state, then what happens', (t) => {
  const seen: InspectionEvent[] = [];
  const chart = door({ name: 'gate', id: 'north' });
  const leave = chart.watch((event) => seen.push(event));
  chart.send({ type: 'OPENED' });
  leave();
  chart.send({ type: 'CLOSED' });
  t.deepEqual(
    seen.map(({ type, sessionId }) => `${type} ${sessionId}`),
    ['@xstate.actor gate/north', '@xstate.event gate/north', '@xstate.snapshot gate/north'],
  );
});

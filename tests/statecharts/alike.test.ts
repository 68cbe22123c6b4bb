/** Whatever happens, a stepped instance and a live xstate actor of the same machine do the same. */
import test from 'ava';
import fc from 'fast-check';
import { catalogue } from '../../statecharts/catalogue.ts';
import { ChartTable, LiveChart } from '../../statecharts/engine.ts';
import { doorMachine } from './support/door.ts';
import { Timers } from './support/timers.ts';

const door = {
  name: 'door',
  machine: doorMachine,
  inputs: [{ code: 1 }],
  events: [
    { type: 'OPENED' },
    { type: 'CLOSED' },
    { type: 'LOCKED', code: 1 },
    { type: 'LOCKED', code: 2 },
    { type: 'UNLOCKED', code: 1 },
    { type: 'BROKEN' },
  ],
};

for (const { name, machine, inputs, events } of [...catalogue, door]) {
  test(`${name}: table and live actor agree on any sequence of events and pauses`, (t) => {
    const pause = fc.integer({ min: 1, max: 700_000 });
    const happening = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...events) },
      { weight: 1, arbitrary: pause },
    );
    const run = fc.property(
      fc.constantFrom(...inputs),
      fc.array(happening, { maxLength: 30 }),
      (input, happenings) => {
        const ofTable: unknown[] = [];
        const ofLive: unknown[] = [];
        const [tableClock, liveClock] = [new Timers(), new Timers()];
        const table = new ChartTable(machine, {
          clock: tableClock,
          onTransition: ({ event, value, actions }) => ofTable.push([event.type, value, actions]),
        });
        table.start('x', input);
        const live = new LiveChart(machine, {
          input,
          clock: liveClock,
          onTransition: ({ event, value, actions }) => ofLive.push([event.type, value, actions]),
        });
        for (const happening of happenings) {
          if (typeof happening === 'number') {
            tableClock.advance(happening);
            liveClock.advance(happening);
          } else {
            table.step('x', happening);
            live.send(happening);
          }
        }
        t.deepEqual(ofTable, ofLive);
        t.deepEqual(table.context('x'), live.context);
        t.is(table.value('x'), live.value);
        t.is(table.unhandled, live.unhandled);
        t.is(tableClock.pending, liveClock.pending);
      },
    );
    fc.assert(run, { numRuns: 60 });
  });
}

/** Watching how many are where, and went where. */
import test from 'ava';
import { VirtualClock } from '../../../runtime/index.ts';
import { FLOWS_MS, FlowWatch } from '../../../runtime/inspect/flowWatch.ts';
import { Inspector } from '../../../runtime/inspect/inspector.ts';
import { ChartTable, LiveChart } from '../../../statecharts/engine.ts';
import { linkMachine } from '../../../statecharts/link.ts';

interface Told {
  readonly chart: string;
  readonly definition?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly flows: readonly {
    readonly from: string;
    readonly to: string;
    readonly event: string;
    readonly count: number;
  }[];
}

function watching(pattern: string) {
  const clock = new VirtualClock();
  const inspector = new Inspector(clock);
  const told: Told[] = [];
  const sink = { bufferedBytes: 0, send: (text: string) => void told.push(JSON.parse(text) as Told) };
  const table = new ChartTable(linkMachine, { clock });
  inspector.register('node', table);
  return { clock, inspector, told, table, sink, watch: new FlowWatch(inspector, clock, pattern, sink) };
}

test('counts and flows are told at once, then when they change', (t) => {
  const { clock, told, table, watch } = watching('*');
  t.is(told.length, 1);
  t.is((JSON.parse(told[0]?.definition ?? '') as { id: string }).id, 'link');
  clock.advance(FLOWS_MS * 3);
  t.is(told.length, 1, 'nothing changed');
  for (let n = 0; n < 1000; n++) table.start(`${n}`);
  for (let n = 0; n < 600; n++) table.step(`${n}`, { type: 'CONNECTED' });
  table.stop('0');
  clock.advance(FLOWS_MS);
  t.is(told.length, 2);
  t.is(told[1]?.definition, undefined, 'told once');
  t.deepEqual(told[1]?.counts, { connecting: 400, handshaking: 599 });
  t.deepEqual(told[1]?.flows, [
    { from: '', to: 'connecting', event: 'xstate.init', count: 1000 },
    { from: 'connecting', to: 'handshaking', event: 'CONNECTED', count: 600 },
  ]);
  watch.stop();
  table.start('after');
  clock.advance(FLOWS_MS * 2);
  t.is(told.length, 2);
});

test('a live chart has flows too; a pattern chooses actors or charts; who does not read is told later', (t) => {
  const { clock, inspector, told, sink } = watching('other/own');
  t.is(told.length, 0);
  const live = new LiveChart(linkMachine, { name: 'own', clock });
  inspector.register('other', live);
  live.send({ type: 'CONNECTED' });
  sink.bufferedBytes = 1e9;
  clock.advance(FLOWS_MS);
  t.is(told.length, 0);
  sink.bufferedBytes = 0;
  clock.advance(FLOWS_MS);
  t.like(told[0], { chart: 'other/own', counts: { handshaking: 1 } });
  t.deepEqual(told[0]?.flows, [{ from: 'connecting', to: 'handshaking', event: 'CONNECTED', count: 1 }]);
});

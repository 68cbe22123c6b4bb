/** Every machine of the catalogue is walked; what no walk finds or takes is a defect. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { type CatalogueEntry, catalogue } from '../../statecharts/catalogue.ts';
import {
  ChartTable,
  type Exploration,
  explore,
  type StateInfo,
  statesOf,
  transitionsIn,
} from '../../statecharts/engine.ts';
import { repositoryRoot } from '../proto/repository.ts';

function walked(entry: CatalogueEntry): Exploration {
  return explore(entry.machine, entry);
}

/** Can `state` be left, by a transition of its own, of a state around it or inside it? */
function hasWayOut(entry: CatalogueEntry, state: StateInfo): boolean {
  return transitionsIn(entry.machine).some(({ source, targets }) => {
    const concerns = `${state.path}.`.startsWith(`${source}.`) || source.startsWith(`${state.path}.`);
    return (
      concerns && targets.some((target) => target !== state.path && !target.startsWith(`${state.path}.`))
    );
  });
}

for (const entry of catalogue) {
  const { name, machine } = entry;
  const parallelRoot = machine.root.type === 'parallel';

  test(`${name}: every state is reached`, (t) => {
    const { reached, cut } = walked(entry);
    t.deepEqual(
      statesOf(machine)
        .map(({ path }) => path)
        .filter((path) => !reached.has(path)),
      [],
    );
    t.false(cut, 'the walk came to its end');
  });

  test(`${name}: every transition is taken`, (t) => {
    const { untaken, taken } = walked(entry);
    t.deepEqual(
      untaken.map(({ source, event, guard }) => `${source} on ${event} ${guard ?? ''}`),
      [],
    );
    t.is(taken.length > 0, true);
  });

  test(`${name}: every event sample is known to some state, every known event has a sample`, (t) => {
    const known = new Set(transitionsIn(machine).map(({ event }) => event));
    const facts = [...known].filter((event) => !event.startsWith('xstate.'));
    t.deepEqual([...new Set(entry.events.map(({ type }) => type))].sort(), facts.sort());
  });

  test(`${name}: every state has one plain sentence`, (t) => {
    for (const { path, description } of statesOf(machine)) {
      t.regex(description ?? '', /^[A-Z][^\n]+\.$/, path);
    }
    t.regex(entry.description, /^An? .+\.$|^The .+\.$/);
  });

  test(`${name}: only final states cannot be left`, (t) => {
    const regions = new Set(parallelRoot ? Object.keys(machine.root.states) : []);
    const stuck = statesOf(machine).filter(
      (state) => !state.final && !regions.has(state.path) && !hasWayOut(entry, state),
    );
    t.deepEqual(stuck, []);
  });

  test(`${name}: final states are terminal; a terminal state leads only to terminal ones, unless it may return`, (t) => {
    const states = new Map(statesOf(machine).map((state) => [state.path, state]));
    const isTerminal = (path: string) => states.get(path)?.tags.includes('terminal') ?? false;
    for (const { path, final } of states.values()) t.is(final && !isTerminal(path), false, path);
    for (const { source, targets } of transitionsIn(machine)) {
      if (!isTerminal(source) || states.get(source)?.tags.includes('returnable')) continue;
      t.true(targets.every(isTerminal), source);
    }
    t.true([...states.keys()].some(isTerminal));
  });

  test(`${name}: endless loops are bounded`, (t) => {
    t.true(Number(machine.options.maxIterations) <= 100);
  });

  test(`${name}: the table walks as xstate does`, (t) => {
    const { edges } = walked(entry);
    t.true(edges.length > 0);
    const asTable = tableEdges(entry);
    const asXstate = edges.map(({ from, event, to }) => `${from} ${JSON.stringify(event)} ${to}`);
    t.deepEqual([...asTable].sort(), [...new Set(asXstate)].sort());
  });
}

/** The same walk over a table: every path of events is tried on a fresh instance. */
function tableEdges({ machine, inputs, events, within }: CatalogueEntry): Set<string> {
  const clock = { setTimer: () => ({ cancel: () => true }) };
  const table = new ChartTable(machine, { clock });
  const timers = transitionsIn(machine)
    .map(({ event }) => event)
    .filter((event) => event.startsWith('xstate.'));
  const samples = [...events, ...[...new Set(timers)].map((type) => ({ type }))];
  const edges = new Set<string>();
  const seen = new Set<string>();
  const queue: { input: unknown; path: { type: string }[] }[] = inputs.map((input) => ({ input, path: [] }));
  const replay = (input: unknown, path: readonly { type: string }[]) => {
    table.stop('walker');
    table.start('walker', input);
    for (const event of path) table.step('walker', event);
    return `${table.value('walker')} ${JSON.stringify(table.context('walker'))}`;
  };
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    const { input, path } = at;
    const key = replay(input, path);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const event of samples) {
      replay(input, path);
      const { handled, previous, value } = table.step('walker', event);
      if (!handled) continue;
      edges.add(`${previous} ${JSON.stringify(event)} ${value}`);
      if (within(table.context('walker'))) queue.push({ input, path: [...path, event] });
    }
  }
  return edges;
}

test('every machine of the folder is in the catalogue, under its own name and file', (t) => {
  const others = ['catalogue.ts', 'drawing.ts', 'engine.ts', 'index.ts'];
  const files = readdirSync(path.join(repositoryRoot, 'statecharts')).filter((file) => file.endsWith('.ts'));
  t.deepEqual(
    catalogue.map(({ file }) => file).sort(),
    files.filter((file) => !others.includes(file)).sort(),
  );
  t.deepEqual(
    catalogue.map(({ name }) => `${name}.ts`),
    catalogue.map(({ file }) => file),
  );
});

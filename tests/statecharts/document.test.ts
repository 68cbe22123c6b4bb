import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { createMachine } from 'xstate';
import { chartsDocument } from '../../scripts/statechartsDocument.ts';
import { catalogue } from '../../statecharts/catalogue.ts';
import { repositoryRoot } from '../support/processes.ts';

test('docs/statecharts.md shows the machines as they are (`npm run draw` makes it anew)', (t) => {
  const page = readFileSync(path.join(repositoryRoot, 'docs', 'statecharts.md'), 'utf8');
  t.is(page, chartsDocument(catalogue));
});

test('a machine is drawn with its levels, regions, guards and delays', (t) => {
  const machine = createMachine({
    id: 'example',
    initial: 'off',
    states: {
      off: { description: 'Dark.', on: { TURN: [{ guard: 'allowed', target: 'on' }] } },
      on: {
        type: 'parallel',
        after: { 1000: 'off' },
        states: { light: {}, 'warm-up': { initial: 'cold', states: { cold: { always: 'hot' }, hot: {} } } },
      },
    },
  });
  const page = chartsDocument([{ name: 'example', description: 'An example.', file: 'example.ts', machine }]);
  t.is(
    page.slice(page.indexOf('stateDiagram-v2'), page.indexOf('\n```\n\n|')),
    [
      'stateDiagram-v2',
      '  [*] --> off',
      '  off: off',
      '  state "on" as on {',
      '    on_light: light',
      '    --',
      '    state "warm-up" as on_warm_up {',
      '      [*] --> on_warm_up_cold',
      '      on_warm_up_cold: cold',
      '      on_warm_up_hot: hot',
      '    }',
      '  }',
      '  off --> on: TURN [allowed]',
      '  on --> off: after 1000',
      '  on_warm_up_cold --> on_warm_up_hot: always',
    ].join('\n'),
  );
  t.true(page.includes('| `off` | Dark. |'));
});

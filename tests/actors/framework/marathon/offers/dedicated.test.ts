/** Agents that are dedicated: only who names their attribute runs there (spec: other-frameworks.md, row 16). */
import test from 'ava';
import type { AppShape } from '../support/shapes.ts';
import { MarathonWorld } from '../support/world.ts';

const AGENTS = [{ attributes: 'dedicated:web' }, { attributes: 'rack:1' }];
const APP = { cmd: 'sleep', cpus: 0.1, mem: 64, instances: 4 };

function hostsOf(world: MarathonWorld, id: string): string[] {
  const { tasks } = world.call<{ app: AppShape }>('GET', `/v2/apps/${id}`).body.app;
  return [...new Set(tasks.map(({ host }) => host))].sort();
}

test('apps and pods that do not name the attribute stay away; those that do have the agent', (t) => {
  const world = new MarathonWorld({ agents: AGENTS, flags: ['--dedicated_attribute=dedicated'] });
  world.call('POST', '/v2/apps', { ...APP, id: 'any' });
  world.call('POST', '/v2/apps', { ...APP, id: 'web', constraints: [['dedicated', 'IS', 'web']] });
  world.call('POST', '/v2/apps', { ...APP, id: 'db', constraints: [['dedicated', 'IS', 'db']] });
  world.call('POST', '/v2/pods', {
    id: 'pod',
    containers: [{ name: 'one', exec: { command: { shell: 'sleep' } }, resources: { cpus: 0.1, mem: 32 } }],
  });
  world.run(20_000);
  t.deepEqual(hostsOf(world, 'any'), ['agent-2']);
  t.deepEqual(hostsOf(world, 'web'), ['agent-1']);
  t.deepEqual(hostsOf(world, 'db'), [], 'dedicated to others');
  t.deepEqual(
    world.marathon.instances.of('/pod').map(({ place }) => place?.hostname),
    ['agent-2'],
  );
});

test('without the flag an attribute of that name is like any other', (t) => {
  const world = new MarathonWorld({ agents: [{ attributes: 'dedicated:web' }] });
  world.call('POST', '/v2/apps', { ...APP, id: 'any' });
  world.settle();
  t.deepEqual(hostsOf(world, 'any'), ['agent-1']);
});

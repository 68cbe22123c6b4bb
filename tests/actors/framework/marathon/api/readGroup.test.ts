/** Groups that define something more than once: nobody knows which was meant. */
import test from 'ava';
import { MarathonWorld } from '../support/world.ts';

const APP = { id: 'a', cmd: 'sleep', cpus: 0.1, mem: 64 };
const POD = {
  id: 'a',
  containers: [{ name: 'c', exec: { command: { shell: 'sleep' } }, resources: { cpus: 0.1, mem: 64 } }],
};

test('an id that occurs twice in a group is refused, wherever, and nothing is changed', (t) => {
  const world = new MarathonWorld();
  t.is(world.call('PUT', '/v2/groups/g', { apps: [{ ...APP, id: 'kept' }] }).status, 201);
  const cases: readonly (readonly [body: object, path: string, id: string])[] = [
    [{ apps: [APP, { ...APP, cmd: 'other' }] }, '/apps(1)/id', '/g/a'],
    [{ apps: [APP, { ...APP, id: '/g/a' }] }, '/apps(1)/id', '/g/a'],
    [{ apps: [APP], pods: [POD] }, '/pods(0)/id', '/g/a'],
    [{ pods: [POD, POD] }, '/pods(1)/id', '/g/a'],
    [
      {
        groups: [
          { id: 'x', apps: [APP] },
          { id: 'x', apps: [{ ...APP, id: 'b' }] },
        ],
      },
      '/groups(1)/id',
      '/g/x',
    ],
    [{ groups: [{ id: 'x', apps: [APP, APP] }] }, '/groups(0)/apps(1)/id', '/g/x/a'],
  ];
  for (const [body, path, id] of cases) {
    const { status, body: answer } = world.call<object>('PUT', '/v2/groups/g?force=true', body);
    t.is(status, 422, path);
    t.like(answer, { details: [{ path, errors: [`${id} is defined more than once`] }] });
  }
  t.is(world.call('GET', '/v2/apps//g/kept').status, 200);
  const apart = {
    groups: [
      { id: 'x', apps: [APP] },
      { id: 'y', apps: [APP] },
    ],
  };
  t.is(world.call('PUT', '/v2/groups/g?force=true', apart).status, 200);
});

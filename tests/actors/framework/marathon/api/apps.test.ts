/** Writes of apps that say one thing twice, or take one thing back for another (spec: marathon.md §2.4, §2.5). */
import test from 'ava';
import { MarathonWorld } from '../support/world.ts';

interface Shape {
  readonly app: {
    readonly cpus: number;
    readonly instances: number;
    readonly cmd?: string;
    readonly args?: readonly string[];
  };
}

const APP = { cmd: 'sleep', cpus: 0.1, mem: 64 };

test('of an app that occurs twice in a list the second change is one of the first one’s result', (t) => {
  const world = new MarathonWorld();
  t.is(
    world.call('PUT', '/v2/apps', [
      { ...APP, id: '/a' },
      { id: 'a', instances: 2 },
    ]).status,
    200,
  );
  t.like(world.call<Shape>('GET', '/v2/apps/a').body.app, { cmd: 'sleep', instances: 2 });
  world.settle();
  const twice = [
    { id: 'a', cpus: 0.2 },
    { id: 'a', instances: 3 },
  ];
  t.is(world.call('PATCH', '/v2/apps', twice).status, 200);
  t.like(world.call<Shape>('GET', '/v2/apps/a').body.app, { cpus: 0.2, instances: 3 });
  world.settle();
  t.is(world.running('/a').length, 3);
  t.is(
    world.call('PATCH', '/v2/apps', [
      { id: 'a', instances: 4 },
      { id: 'a', cpus: -1 },
    ]).status,
    422,
  );
  t.like(world.call<Shape>('GET', '/v2/apps/a').body.app, { cpus: 0.2, instances: 3 });
});

test('a command that is null where there are args is taken back, and the other way round; alone, null says nothing', (t) => {
  const world = new MarathonWorld();
  const put = (body: object) => world.call('PUT', '/v2/apps/a?force=true', body).status;
  const now = () => {
    const { cmd, args } = world.call<Shape>('GET', '/v2/apps/a').body.app;
    return { cmd, args };
  };
  t.is(put(APP), 201);
  t.is(put({ cmd: null, args: ['sleep', '9'] }), 200);
  t.deepEqual(now(), { cmd: undefined, args: ['sleep', '9'] });
  t.is(put({ cmd: 'sleep 8', args: null }), 200);
  t.deepEqual(now(), { cmd: 'sleep 8', args: undefined });
  t.is(put({ cmd: null, args: null }), 200);
  t.is(put({ cmd: null }), 200);
  t.deepEqual(now(), { cmd: 'sleep 8', args: undefined });
  t.is(put({ args: ['sleep'] }), 422, 'both');
});

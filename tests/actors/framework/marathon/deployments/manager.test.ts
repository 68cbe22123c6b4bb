/** Deployments over the death of their Marathon (spec: marathon.md §15.8). */
import test from 'ava';
import { Deployments } from '../../../../../actors/framework/marathon/deployments/manager.ts';
import { EventBus } from '../../../../../actors/framework/marathon/events/bus.ts';
import { MemoryStore } from '../../../../../actors/framework/marathon/store/store.ts';
import { VirtualClock } from '../../../../../runtime/index.ts';
import { MarathonWorld } from '../support/world.ts';

const CHECK = { gracePeriodSeconds: 300, intervalSeconds: 1, timeoutSeconds: 1 };
const APP = { cmd: 'sleep', cpus: 0.1, mem: 32, instances: 2, healthChecks: [CHECK] };
const ILL = { connected: false, error: 'refused' } as const;
const WELL = { connected: true, status: 200 } as const;

test('what a deployment launched for a service that is new runs on when Marathon begins anew in its middle', (t) => {
  const world = new MarathonWorld({ probe: () => ILL });
  world.call('POST', '/v2/apps', { ...APP, id: 'web' });
  world.until('both run', () => world.running('/web').length === 2);
  const before = world.running('/web');
  world.crash();
  world.restart();
  t.deepEqual(world.running('/web'), before);
  world.probe = () => WELL;
  world.settle();
  t.deepEqual(world.running('/web'), before);
});

test('so do services of its layers that are done, while the next one waits', (t) => {
  const world = new MarathonWorld({ probe: () => WELL });
  const db = { ...APP, id: 'db' };
  world.call('PUT', '/v2/groups', { id: '/', apps: [db, { ...APP, id: 'web', dependencies: ['/db'] }] });
  world.until('the first layer is there', () => world.running('/db').length === 2);
  world.probe = ({ port }) => (ports(world, '/db').includes(port) ? WELL : ILL);
  world.until('the second one begins', () => world.running('/web').length === 2);
  const before = [...world.running('/db'), ...world.running('/web')];
  world.crash();
  world.restart();
  t.deepEqual([...world.running('/db'), ...world.running('/web')], before);
  world.probe = () => WELL;
  world.settle();
  t.deepEqual([...world.running('/db'), ...world.running('/web')], before);
});

test('one that is paused stays where it was, with what it launched, and goes on when it is told to', (t) => {
  const world = new MarathonWorld({ probe: () => ILL });
  const { headers } = world.call('POST', '/v2/apps', { ...APP, id: 'web' });
  const deploymentId = headers['Marathon-Deployment-Id'] ?? '';
  world.until('both run', () => world.running('/web').length === 2);
  const before = world.running('/web');
  t.is(world.call('POST', `/v2/deployments/${deploymentId}/pause`).status, 200);
  world.crash();
  world.restart();
  t.deepEqual(world.running('/web'), before);
  t.true(world.marathon.deployments.get(deploymentId)?.paused);
  world.probe = () => WELL;
  world.call('POST', `/v2/deployments/${deploymentId}/resume`);
  world.settle();
  t.deepEqual(world.running('/web'), before);
});

test('one that is paused before its first step was done goes on when it is told to', (t) => {
  const later: (() => void)[] = [];
  const store = new MemoryStore();
  const ignored = (): void => undefined;
  const deployments = new Deployments({
    store,
    events: new EventBus(new VirtualClock(), 'test', (run) => run()),
    delay: (delayMs, run) => {
      if (delayMs === 0) later.push(run);
      return { cancel: () => true };
    },
    ...{ changed: ignored, locked: ignored, unlocked: ignored, stopped: ignored, revert: ignored },
    failed: (where) => t.fail(where),
  });
  const step = [{ verb: 'Start', id: '/web', pod: false }] as const;
  const deployment = deployments.start({
    id: 'd',
    version: 'v',
    steps: [step, step],
    original: { '/web': null },
    target: { '/web': null },
  });
  const turn = (): void => {
    for (const run of later.splice(0)) run();
  };
  deployments.pause(deployment);
  turn();
  t.deepEqual([deployment.paused, deployment.step], [true, 0]);
  deployments.resume(deployment);
  turn();
  t.is(deployment.step, 1);
});

function ports({ marathon }: MarathonWorld, service: string): number[] {
  return marathon.instances.of(service).flatMap(({ hostPorts }) => hostPorts);
}

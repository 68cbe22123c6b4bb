/** Upgrades under seeds, while Marathon and the master die at any moment: what must hold all the time (spec: marathon.md §16, §35 check 13). */
import test from 'ava';
import { boundsOf } from '../../../../actors/framework/marathon/deployments/upgrade.ts';
import { SeededRandom } from '../../../../runtime/index.ts';
import { MarathonWorld } from './support/world.ts';

interface Row {
  readonly instances: number;
  readonly minimumHealthCapacity: number;
  readonly maximumOverCapacity: number;
}

const ROWS: readonly Row[] = [
  { instances: 6, minimumHealthCapacity: 0, maximumOverCapacity: 1 },
  { instances: 6, minimumHealthCapacity: 0, maximumOverCapacity: 0 },
  { instances: 6, minimumHealthCapacity: 0.6, maximumOverCapacity: 0.6 },
  { instances: 6, minimumHealthCapacity: 0.6, maximumOverCapacity: 0 },
  { instances: 6, minimumHealthCapacity: 1, maximumOverCapacity: 1 },
  { instances: 6, minimumHealthCapacity: 1, maximumOverCapacity: 0 },
  { instances: 1, minimumHealthCapacity: 1, maximumOverCapacity: 0 },
];

/** What does not hold of the app now; undefined when all does. */
function broken(world: MarathonWorld, { instances: wanted, ...strategy }: Row): string | undefined {
  const { instances, deployments } = world.marathon;
  const all = instances.of('/app');
  const bounds = boundsOf({ ...strategy, instances: wanted, resident: false }, Number.POSITIVE_INFINITY);
  const most = Math.max(wanted, bounds.maxAlive);
  const alive = all.filter((each) => instances.alive(each)).length;
  const serving = all.filter((each) => instances.state(each) === 'running').length;
  if (alive > most) return `${alive} alive, at most ${most}`;
  if (serving < bounds.minHealthy) return `${serving} serve, at least ${bounds.minHealthy}`;
  const having = [...deployments.all()].filter(({ affected }) => affected.includes('/app'));
  return having.length > 1 ? `${having.length} deployments have the app` : undefined;
}

function play(row: Row, seed: number): string | undefined {
  const { instances, ...upgradeStrategy } = row;
  const world = new MarathonWorld({ seed, agents: [{}, {}, {}] });
  const chance = new SeededRandom(seed);
  const checks = [{ protocol: 'TCP', intervalSeconds: 0.5, gracePeriodSeconds: 5, timeoutSeconds: 1 }];
  world.call('POST', '/v2/apps', {
    id: 'app',
    cmd: 'sleep',
    cpus: 0.1,
    mem: 32,
    instances,
    upgradeStrategy,
    healthChecks: checks,
  });
  world.settle();
  const before = world.running('/app');
  world.call('PUT', '/v2/apps/app', { env: { A: '1' } });
  let crashes = 2;
  for (let ranMs = 0; ranMs < 120_000; ranMs += 50) {
    world.run(50);
    const problem = broken(world, row);
    if (problem !== undefined) return `after ${ranMs} ms: ${problem}`;
    if (world.marathon.deployments.size === 0) break;
    if (crashes === 0 || chance.next() > 0.03) continue;
    crashes--;
    if (chance.next() < 0.7) {
      world.crash();
      world.restart();
    } else {
      world.simulation.crash('master');
      world.run(500);
      world.simulation.restart('master');
    }
  }
  const after = world.running('/app');
  if (world.marathon.deployments.size > 0) return 'it never ended';
  if (after.length !== instances || after.some((id) => before.includes(id)))
    return `it ended with ${after.join()}`;
  return undefined;
}

for (const row of ROWS)
  test(`${row.instances} instances with ${row.minimumHealthCapacity} and ${row.maximumOverCapacity}`, (t) => {
    for (let seed = 1; seed <= 2; seed++) t.is(play(row, seed), undefined, `seed ${seed}`);
  });

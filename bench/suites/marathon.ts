/**
 * Marathon over the real master and a hundred simulated agents, all in one thread: what it costs to define 1,000 apps and have them
 * run, to scale one of them to 2,000, to list all of them with 10,000 tasks, and to ask 10,000 of them a minute how they are. The
 * simulated clock does not count. Times are of the processor: what other programs do meanwhile does not count either.
 */
import { MarathonWorld } from '../../tests/actors/framework/marathon/support/world.ts';
import { type Figure, publish } from '../support/figures.ts';
import { checkShare } from '../support/marathonChecks.ts';

const APPS = 1_000;
const INSTANCES = 2_000;
const AGENTS = 100;
const EACH = 10;

const AGENT = { resources: 'cpus:100;mem:100000;disk:1000;ports:[31000-31999]' };
const FLAGS = ['--max_running_deployments=2000', '--launch_tokens=100000'];

const figures: Figure[] = [];

/** Runs it. @returns seconds of processor time that it took */
function cost(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

function note(name: string, unit: string, value: number): void {
  figures.push({ suite: 'marathon', name, unit, value });
}

const world = new MarathonWorld({ agents: Array.from({ length: AGENTS }, () => AGENT), flags: FLAGS });
const running = (): number => world.marathon.instances.countIn('running');

const created = cost(() => {
  for (let i = 0; i < APPS; i++)
    world.open('POST', '/v2/apps', { id: `app-${i}`, cmd: 'sleep', cpus: 0.01, mem: 1 });
  world.until('all run', () => running() === APPS && world.marathon.deployments.size === 0);
});
note('1,000 apps created, deployed and running', 's', created);

const scaled = cost(() => {
  world.call('PUT', '/v2/apps/app-0', { instances: INSTANCES });
  world.until('all run', () => running() === APPS - 1 + INSTANCES);
});
note('one app scaled from 1 to 2,000', 's', scaled);

const grown = cost(() => {
  world.call('PUT', '/v2/apps/app-0', { instances: 1 });
  world.until('they are gone', () => running() === APPS && world.marathon.deployments.size === 0);
  const all = Array.from({ length: APPS }, (_, i) => ({ id: `/app-${i}`, instances: EACH }));
  world.call('PUT', '/v2/apps', all);
  world.until('all run', () => running() === APPS * EACH && world.marathon.deployments.size === 0, 600_000);
});
note('1,000 apps scaled to 10 each', 's', grown);

let bytes = 0;
for (const [name, path] of [
  ['GET /v2/apps of 1,000 apps with 10,000 tasks', '/v2/apps'],
  ['the same with embed=apps.tasks', '/v2/apps?embed=apps.tasks'],
  ['GET /v2/tasks', '/v2/tasks'],
  ['GET /v2/groups', '/v2/groups'],
] as const) {
  const ms = Array.from({ length: 5 }, () => {
    let text = '';
    const seconds = cost(() => {
      text = world.call('GET', path).text;
    });
    bytes = text.length;
    return seconds * 1000;
  });
  note(name, 'ms', ms.sort((a, b) => a - b)[2] ?? 0);
}
note('bytes of the last answer', 'bytes', bytes);

note('10,000 health checks a minute', '% of a core', await checkShare());
publish(figures);

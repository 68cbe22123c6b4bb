/**
 * Marathon over the real master and a hundred simulated agents, all in one thread: what it costs to define 1,000 apps and have them
 * run, to scale one of them to 2,000, and to list all of them with their tasks. Time of the wall; the simulated clock does not count.
 */
import { MarathonWorld } from '../../tests/actors/framework/marathon/support/world.ts';
import { type Figure, publish } from '../support/figures.ts';

const APPS = 1_000;
const INSTANCES = 2_000;
const AGENTS = 100;

const AGENT = { resources: 'cpus:100;mem:100000;disk:1000;ports:[31000-31999]' };
const FLAGS = ['--max_running_deployments=2000', '--launch_tokens=100000'];

const figures: Figure[] = [];

/** Notes how many a second were done. */
function timed(name: string, unit: string, size: number, run: () => void): void {
  const startedMs = performance.now();
  run();
  figures.push({
    suite: 'marathon',
    name,
    unit,
    value: (size * 1000) / (performance.now() - startedMs),
  });
}

const world = new MarathonWorld({ agents: Array.from({ length: AGENTS }, () => AGENT), flags: FLAGS });
const running = (): number => world.marathon.instances.countIn('running');

timed('apps created, deployed and running', 'apps/s', APPS, () => {
  for (let i = 0; i < APPS; i++)
    world.open('POST', '/v2/apps', { id: `app-${i}`, cmd: 'sleep', cpus: 0.01, mem: 1 });
  world.until('all run', () => running() === APPS && world.marathon.deployments.size === 0);
});

timed('instances of one app scaled up', 'instances/s', INSTANCES, () => {
  world.call('PUT', '/v2/apps/app-0', { instances: INSTANCES });
  world.until('all run', () => running() === APPS - 1 + INSTANCES);
});

let bytes = 0;
timed('GET /v2/apps of 1,000 apps', 'answers/s', 1, () => {
  bytes = world.call('GET', '/v2/apps').text.length;
});
figures.push({ suite: 'marathon', name: 'bytes of that answer', unit: 'bytes', value: bytes });
timed('GET /v2/apps with their tasks', 'answers/s', 1, () => {
  world.call('GET', '/v2/apps?embed=apps.tasks');
});

publish(figures);

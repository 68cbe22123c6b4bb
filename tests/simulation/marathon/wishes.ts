/** Clients of a simulated Marathon: they define, change, scale, roll back and kill at any time, and hear of it or not. */
import type { Marathon } from '../../../actors/framework/marathon/marathon.ts';
import type { Node } from '../../../runtime/index.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { inject } from '../../support/http.ts';

export const SERVICES = ['/a', '/b', '/g/c'];
/** No agent satisfies its constraint: it waits for ever, and says why. */
export const NOWHERE = '/nowhere';
const CAPACITIES = [0, 0.5, 0.6, 1];
const PAUSE_MS = 6_000;

export interface WishOptions {
  readonly node: () => Node | undefined;
  readonly marathon: () => Marathon | undefined;
  /** Told of an instance that somebody wants dead, whatever that means to its service. */
  readonly killed: (instanceId: string) => void;
  /** Whether anything is wished for now. */
  readonly wishing: () => boolean;
}

type Body = Readonly<Record<string, unknown>>;

/** Begins to wish. */
export function startWishes(simulation: Simulation, { node, marathon, killed, wishing }: WishOptions): void {
  const { chance } = simulation;
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(chance.next() * list.length)];
  const ask = (method: string, path: string, body?: Body): void => {
    const at = node();
    if (at === undefined) return;
    inject(at, path, {
      method,
      headers: { host: 'm:8080' },
      ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
    });
  };
  const strategy = (): Body => ({
    minimumHealthCapacity: pick(CAPACITIES) ?? 1,
    maximumOverCapacity: pick(CAPACITIES) ?? 1,
  });
  const checks = [
    {
      protocol: 'TCP',
      intervalSeconds: 1,
      gracePeriodSeconds: 10,
      timeoutSeconds: 2,
      maxConsecutiveFailures: 3,
    },
  ];
  const define = (id: string, more: Body = {}): void =>
    ask('PUT', `/v2/apps${id}`, {
      id,
      cmd: 'sleep',
      cpus: 0.1,
      mem: 32,
      instances: 3,
      healthChecks: checks,
      upgradeStrategy: strategy(),
      ...more,
    });
  let version = 0;
  const wish = (): void => {
    const id = pick(SERVICES) ?? '/a';
    const force = chance.next() < 0.3 ? '?force=true' : '';
    const what = chance.next();
    if (what < 0.35)
      ask('PUT', `/v2/apps${id}${force}`, { env: { V: String(++version) }, upgradeStrategy: strategy() });
    else if (what < 0.55) ask('PUT', `/v2/apps${id}${force}`, { instances: Math.floor(chance.next() * 7) });
    else if (what < 0.62) ask('POST', `/v2/apps${id}/restart${force}`);
    else if (what < 0.7) define(id, { dependencies: id === '/b' ? ['/a'] : [] });
    else if (what < 0.75) ask('DELETE', `/v2/apps${id}`);
    else if (what < 0.85) {
      const [deployment] = [...(marathon()?.deployments.all() ?? [])];
      if (deployment !== undefined) ask('DELETE', `/v2/deployments/${deployment.id}${force}`);
    } else if (what < 0.95) {
      const instance = pick(marathon()?.instances.of(id) ?? []);
      const how = pick(['', '?replaceFirst=true', '?scale=true']) ?? '';
      if (instance === undefined) return;
      killed(instance.id);
      ask('DELETE', `/v2/apps${id}/tasks/${instance.taskId}${how}`);
    } else ask('PUT', '/v2/groups/g', { scaleBy: 1.5 });
  };
  const next = (): void => {
    if (wishing()) wish();
    simulation.at(PAUSE_MS * (0.2 + chance.next()), next);
  };
  simulation.at(4_000, () => {
    for (const id of SERVICES) define(id);
    define(NOWHERE, { constraints: [['rack', 'LIKE', 'none']] });
  });
  simulation.at(8_000, next);
}

/** What everybody is to have, when wishes end: defined anew, in case a wish of before removed it or was never heard. */
export function lastWishes(node: Node | undefined): void {
  if (node === undefined) return;
  for (const [index, id] of SERVICES.entries())
    inject(node, `/v2/apps${id}?force=true`, {
      method: 'PUT',
      headers: { host: 'm:8080' },
      body: Buffer.from(
        JSON.stringify({ id, cmd: 'sleep', cpus: 0.1, mem: 32, instances: index + 2, env: { V: 'last' } }),
      ),
    });
}

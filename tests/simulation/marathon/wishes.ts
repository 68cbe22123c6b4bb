/** Clients of a simulated Marathon: they define, change, scale, roll back and kill at any time, and hear of it or not. */
import type { Marathon } from '../../../actors/framework/marathon/marathon.ts';
import type { Node } from '../../../runtime/index.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { inject } from '../../support/http.ts';
import {
  APPS,
  appOf,
  type Body,
  NOWHERE,
  type Pick,
  POD,
  podOf,
  policy,
  SERVICES,
  strategy,
} from './definitions.ts';

const PAUSE_MS = 5_000;

export interface WishOptions {
  readonly node: () => Node | undefined;
  readonly marathon: () => Marathon | undefined;
  /** Told of an instance that somebody wants dead, whatever that means to its service. */
  readonly killed: (instanceId: string) => void;
  /** Whether anything is wished for now. */
  readonly wishing: () => boolean;
}

type Wish = (on: Wisher) => void;

interface Wisher extends WishOptions {
  readonly pick: Pick;
  readonly chance: () => number;
  /** A value that no version had. */
  readonly fresh: () => string;
  /** An app, and `?force=true` now and then. */
  readonly id: string;
  readonly force: string;
  readonly ask: (method: string, path: string, body?: Body) => void;
}

const update: Wish = ({ ask, id, force, fresh, pick }) =>
  ask('PUT', `/v2/apps${id}${force}`, {
    env: { V: fresh() },
    upgradeStrategy: strategy(pick),
    update: policy(pick),
  });

const scale: Wish = ({ ask, id, force, chance }) =>
  ask('PUT', `/v2/apps${id}${force}`, { instances: Math.floor(chance() * 7) });

/** To a number that nothing is to have in the end. */
const scaleForAWhile: Wish = ({ ask, id }) =>
  ask('PUT', `/v2/apps${id}?expireAfterSeconds=20`, { instances: 6 });

const restart: Wish = ({ ask, id, force }) => ask('POST', `/v2/apps${id}/restart${force}`);

const define: Wish = ({ ask, id, pick }) =>
  ask('PUT', `/v2/apps${id}`, { ...appOf(id, pick), dependencies: id === '/b' ? ['/a'] : [] });

const remove: Wish = ({ ask, id }) => ask('DELETE', `/v2/apps${id}`);

const changePod: Wish = ({ ask, force, fresh, pick, chance }) =>
  ask('PUT', `/v2/pods${POD}${force}`, podOf(pick, Math.floor(chance() * 4), fresh()));

/** Rolls back; with force, leaves it where it is. */
const cancel: Wish = ({ ask, marathon, force, pick }) => {
  const deployment = pick([...(marathon()?.deployments.all() ?? [])]);
  if (deployment !== undefined) ask('DELETE', `/v2/deployments/${deployment.id}${force}`);
};

const steer: Wish = ({ ask, marathon, pick }) => {
  const deployment = pick([...(marathon()?.deployments.all() ?? [])]);
  const how = pick(['pause', 'resume', 'resume', 'promote', 'abort']) ?? 'resume';
  if (deployment !== undefined) ask('POST', `/v2/deployments/${deployment.id}/${how}`);
};

const kill: Wish = ({ ask, marathon, id, pick, killed }) => {
  const instance = pick(marathon()?.instances.of(id) ?? []);
  const how = pick(['', '?replaceFirst=true', '?scale=true']) ?? '';
  if (instance === undefined) return;
  killed(instance.id);
  ask('DELETE', `/v2/apps${id}/tasks/${instance.taskId}${how}`);
};

const killPod: Wish = ({ ask, marathon, pick, killed }) => {
  const instance = pick(marathon()?.instances.of(POD) ?? []);
  if (instance === undefined) return;
  killed(instance.id);
  ask('DELETE', `/v2/pods${POD}::instances/${instance.id}`);
};

const grow: Wish = ({ ask }) => ask('PUT', '/v2/groups/g', { scaleBy: 1.5 });

/** What is wished for, and how often of a hundred times. */
const WISHES: readonly (readonly [share: number, wish: Wish])[] = [
  [27, update],
  [14, scale],
  [4, scaleForAWhile],
  [6, restart],
  [7, define],
  [4, remove],
  [10, changePod],
  [8, cancel],
  [8, steer],
  [7, kill],
  [2, killPod],
  [3, grow],
];

/** Begins to wish. */
export function startWishes(simulation: Simulation, options: WishOptions): void {
  const chance = (): number => simulation.chance.next();
  const pick: Pick = (list) => list[Math.floor(chance() * list.length)];
  const ask = (method: string, path: string, body?: Body): void => send(options.node(), method, path, body);
  let version = 0;
  const fresh = (): string => String(++version);
  const wish = (): void => {
    const id = pick(APPS) ?? '/a';
    const force = chance() < 0.3 ? '?force=true' : '';
    let left = chance() * 100;
    for (const [share, wish] of WISHES) {
      left -= share;
      if (left >= 0) continue;
      wish({ ...options, pick, chance, fresh, id, force, ask });
      return;
    }
  };
  const next = (): void => {
    if (options.wishing()) wish();
    simulation.at(PAUSE_MS * (0.2 + chance()), next);
  };
  simulation.at(4_000, () => {
    for (const id of APPS) ask('PUT', `/v2/apps${id}`, appOf(id, pick));
    ask('POST', '/v2/pods', podOf(pick, 2, 'first'));
    ask('PUT', `/v2/apps${NOWHERE}`, { ...appOf(NOWHERE, pick), constraints: [['rack', 'LIKE', 'none']] });
  });
  simulation.at(8_000, next);
}

function send(node: Node | undefined, method: string, path: string, body?: Body): void {
  if (node === undefined) return;
  inject(node, path, {
    method,
    headers: { host: 'm:8080' },
    ...(body !== undefined && { body: Buffer.from(JSON.stringify(body)) }),
  });
}

/** What everybody is to have, when wishes end: defined anew, in case a wish of before removed it or was never heard. */
export function lastWishes(node: Node | undefined): void {
  for (const [index, id] of SERVICES.entries()) {
    const instances = index + 2;
    if (id === POD) {
      // There or not: one of the two is refused.
      const pod = podOf(([first]) => first, instances, 'last');
      send(node, 'POST', '/v2/pods', pod);
      send(node, 'PUT', `/v2/pods${POD}?force=true`, pod);
    } else
      send(node, 'PUT', `/v2/apps${id}?force=true&partialUpdate=false`, {
        ...{ id, cmd: 'sleep', cpus: 0.1, mem: 32, instances, env: { V: 'last' } },
      });
  }
}

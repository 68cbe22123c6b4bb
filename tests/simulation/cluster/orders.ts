/** What operators order of a cluster, as the operator API would: each by chance, each kept in the book of promises. */
import type { AgentRecord } from '../../../actors/master/agents/record.ts';
import type { Master } from '../../../actors/master/master.ts';
import {
  DrainState,
  enumName,
  type MachineID,
  MachineInfoMode,
  OfferOperationType,
  type QuotaConfig,
  ResourceReservationInfoType,
} from '../../../proto/index.ts';
import { parseResources, pushReservation, Resources } from '../../../proto/resources/index.ts';
import type { Order, Promises } from './promises.ts';

const GRACE_S = 5;
const ROLES = ['work', 'plain', 'brief'];

/** Everything an order may look at. */
export interface Orderly {
  readonly master: Master;
  readonly agent: AgentRecord;
  readonly promises: Promises;
  readonly chance: () => number;
  readonly markedGone: (agentId: string) => void;
}

type Orders = (on: Orderly) => void;

function someRole(chance: () => number): string {
  return ROLES[Math.floor(chance() * ROLES.length)] ?? 'work';
}

/** Machines that are not up, with their modes. */
function machinesOf({ registrar: { registry } }: Master['parts']): string {
  const modes = [...registry.machines.values()].map(({ info }) => modeText(info.id, info.mode));
  return modes.sort().join(', ');
}

function modeText({ hostname }: MachineID, mode: MachineInfoMode | undefined): string {
  return `${hostname} is ${enumName(MachineInfoMode, mode ?? MachineInfoMode.UP)}`;
}

const drain: Orders = ({ master: { parts }, agent }) =>
  parts.drains.drain(
    { agent_id: { value: agent.id }, max_grace_period: { seconds: GRACE_S } },
    () => undefined,
  );

export function markGone({ parts }: Master, id: string, marked: (agentId: string) => void): void {
  parts.losses.markGone(id, (stored) => stored && marked(id));
}

/** A guarantee that the cluster can keep, within limits; or no quota any more. */
const quota: Orders = ({ master, promises, chance }) => {
  const role = someRole(chance);
  const cpus = 0.5 + Math.floor(chance() * 4) / 2;
  const limit = cpus + Math.floor(chance() * 4);
  const config: QuotaConfig =
    chance() < 0.4
      ? { role }
      : { role, guarantees: { cpus: { value: cpus } }, limits: { cpus: { value: limit } } };
  const text = ({ guarantees, limits }: QuotaConfig): string =>
    `${guarantees?.['cpus']?.value ?? '-'} to ${limits?.['cpus']?.value ?? '-'}`;
  const order = promises.order(master, `quota of ${role}`, text(config), ({ quotas }) =>
    text(quotas.of(role) ?? { role }),
  );
  given(order, (done) =>
    master.parts.quotas.update({ quota_configs: [config], force: chance() < 0.3 }, (refusal) =>
      done(refusal === undefined),
    ),
  );
};

const weight: Orders = ({ master, promises, chance }) => {
  const role = someRole(chance);
  const value = 1 + Math.floor(chance() * 5);
  const order = promises.order(master, `weight of ${role}`, String(value), ({ weights }) =>
    String(weights.of(role)),
  );
  given(order, (done) =>
    master.parts.weights.update([{ role, weight: value }], (refusal) => done(refusal === undefined)),
  );
};

/** A machine is on the schedule, goes down, comes up: one step further each time. */
const maintain: Orders = (on) => {
  const { master, agent, promises, chance } = on;
  const { maintenance, registrar } = master.parts;
  const id: MachineID = { hostname: agent.description.info.hostname, ip: agent.pid.host };
  const unavailability = { start: { nanoseconds: Math.round(master.node.clock.now() * 1e6) } };
  const ordered = (value: string): Order => promises.order(master, 'machines', value, machinesOf);
  if (registrar.registry.machines.size === 0) {
    const order = ordered(modeText(id, MachineInfoMode.DRAINING));
    const windows = [{ machine_ids: [id], unavailability }];
    given(order, (done) => maintenance.update({ windows }, (refusal) => done(refusal === undefined)));
    return;
  }
  if (chance() < 0.4) {
    given(ordered(''), (done) => maintenance.update({}, (refusal) => done(refusal === undefined)));
    return;
  }
  const [machine] = [...registrar.registry.machines.values()];
  if (machine?.info.mode !== MachineInfoMode.DRAINING) return;
  given(ordered(modeText(machine.info.id, MachineInfoMode.DOWN)), (done) =>
    maintenance.start([machine.info.id], (refusal) => done(refusal === undefined)),
  );
};

const reserve: Orders = ({ master: { parts }, agent }) => {
  const role = 'work';
  const own = agent.total.reserved(role).filter(({ disk }) => disk?.persistence === undefined);
  if (own.isEmpty) {
    const wanted = pushReservation(Resources.of(parseResources('cpus:0.5')), {
      role,
      type: ResourceReservationInfoType.DYNAMIC,
    });
    const operation = {
      type: OfferOperationType.RESERVE,
      reserve: { resources: wanted.toMessages() },
    } as const;
    parts.operatorOperations.perform(agent.id, operation, undefined);
    return;
  }
  const operation = {
    type: OfferOperationType.UNRESERVE,
    unreserve: { resources: own.toMessages() },
  } as const;
  parts.operatorOperations.perform(agent.id, operation, undefined);
};

/** What is ordered, and how often of a hundred times. */
const ORDERS: readonly (readonly [share: number, order: Orders])[] = [
  [6, drain],
  [2, ({ master, agent, markedGone }) => markGone(master, agent.id, markedGone)],
  [12, quota],
  [8, weight],
  [10, maintain],
  [10, reserve],
];

/** One order, or none. */
export function orderSomething(on: Orderly): void {
  let left = on.chance() * 100;
  for (const [share, order] of ORDERS) {
    if (left < share) {
      order(on);
      return;
    }
    left -= share;
  }
}

/** What was ordered before is taken back: drained agents are wanted again, machines come up. @returns whether anything was */
export function takeBack(master: Master, agent: AgentRecord | undefined, promises: Promises): boolean {
  const { drains, maintenance, registrar } = master.parts;
  const down = [...registrar.registry.machines.values()]
    .map(({ info }) => info)
    .filter(({ mode }) => mode === MachineInfoMode.DOWN);
  if (down.length > 0) {
    const order = promises.order(master, 'machines', '', machinesOf);
    given(order, (done) =>
      maintenance.stop(
        down.map(({ id }) => id),
        (refusal) => done(refusal === undefined),
      ),
    );
    return true;
  }
  if (agent === undefined || drains.info(agent.id)?.state !== DrainState.DRAINED) return false;
  drains.reactivate(agent.id, () => undefined);
  return true;
}

/** What is refused at once is refused. */
function given(order: Order, give: (done: (applied: boolean) => void) => void): void {
  try {
    give((applied) => order.answer(applied));
  } catch (error) {
    order.answer(false);
    throw error;
  }
}

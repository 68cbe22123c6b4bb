/** Three masters and nothing else over a simulated etcd, asked for changes of the registry all the time while they lose and win it. */
import type { Master } from '../../../actors/master/master.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import type { Scenario, Simulation } from '../../../runtime/simulation/index.ts';
import { Promises } from '../cluster/promises.ts';
import { MASTERS, severalMasters } from './several.ts';

const STORM_MS = 300_000;
/** Leases end, and one is elected. */
const CALM_MS = 60_000;
const EVERY_MS = 400;

export const leadersScenario: Scenario = {
  name: 'leaders',
  codec: mesosCodec,
  nodes: MASTERS,
  kinds: ['crash', 'powerCut', 'pause', 'partition', 'delay'],
  longestMs: { crash: 60_000, powerCut: 60_000, pause: 90_000 },
  faultsMost: 16,
  stormMs: STORM_MS,
  calmMs: CALM_MS,
  play: (simulation) => {
    const masters = severalMasters(simulation, {
      names: MASTERS,
      withinMs: STORM_MS,
      cuts: 10,
      slow: 10,
    });
    const promises = new Promises();
    let last: Master | undefined;
    changeWeights(simulation, () => masters.leader(), promises);
    simulation.invariant('what is told (5, 46)', () => masters.problems[0]);
    simulation.invariant('what was promised (4, 6)', () => {
      const leader = masters.leader();
      // A leader that stays is looked at when it has the registry, and now and then.
      if (leader === undefined || (leader === last && simulation.steps % 64 !== 0)) return undefined;
      last = leader;
      return promises.look(leader);
    });
    return () => {
      const leader = masters.leader();
      return leader === undefined ? '42: no master leads' : promises.unanswered(leader);
    };
  },
};

/** Again and again a weight is set to what it never was before. */
function changeWeights(simulation: Simulation, leader: () => Master | undefined, promises: Promises): void {
  let weight = 1;
  const change = (): void => {
    simulation.at(EVERY_MS * (0.5 + simulation.chance.next()), change);
    const master = leader();
    if (master === undefined || simulation.elapsedMs > STORM_MS) return;
    const value = ++weight;
    master.node.dispatch(master.self, () => {
      const { leadership, weights } = master.parts;
      if (!leadership.leading) return;
      const order = promises.order(master, 'weight of a', String(value), (parts) =>
        String(parts.weights.of('a')),
      );
      weights.update([{ role: 'a', weight: value }], (refusal) => order.answer(refusal === undefined));
    });
  };
  simulation.at(EVERY_MS, change);
}

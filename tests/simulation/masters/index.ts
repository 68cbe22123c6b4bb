/** The cluster under three real masters over a simulated etcd, while all fail and are cut off from etcd. */
import { mesosCodec } from '../../../proto/messageCodec.ts';
import type { Scenario } from '../../../runtime/simulation/index.ts';
import { AGENTS, BACK_MS, FRAMEWORKS, ISOLATION, playCluster, STORM_MS } from '../cluster/world.ts';
import { MASTERS, severalMasters } from './several.ts';

/** A new leader waits ten minutes for agents that do not come back, and then some. */
const CALM_MS = 1_500_000;

export const mastersScenario: Scenario = {
  name: 'masters',
  codec: mesosCodec,
  nodes: [...MASTERS, ...AGENTS, ...FRAMEWORKS],
  kinds: [
    ...(['crash', 'powerCut', 'cut', 'partition', 'break', 'halfBreak', 'delay', 'pause'] as const),
    ...(['duplicate', 'slowDisk', 'failingDisk'] as const),
  ],
  longestMs: { crash: 100_000, powerCut: 100_000, cut: 100_000, partition: 100_000, pause: 60_000 },
  longShare: 0.1,
  isolation: { ...ISOLATION, from: MASTERS },
  faultsMost: 12,
  stormMs: STORM_MS,
  calmMs: CALM_MS,
  calmLeastMs: BACK_MS + 1,
  play: (simulation) =>
    playCluster(
      simulation,
      severalMasters(simulation, {
        names: [...MASTERS, ...MASTERS, ...AGENTS, ...FRAMEWORKS],
        withinMs: STORM_MS,
        cuts: 6,
        slow: 3,
        full: 1,
      }),
    ),
};

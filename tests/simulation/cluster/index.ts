/** The real master, two real agents, executors and three frameworks while all of them, their disks and the network fail. */
import { mesosCodec } from '../../../proto/messageCodec.ts';
import type { Scenario } from '../../../runtime/simulation/index.ts';
import { soleMaster } from './mastership.ts';
import { AGENTS, BACK_MS, CALM_MS, FRAMEWORKS, ISOLATION, playCluster, STORM_MS } from './world.ts';

const SOMEBODY = { principal: 'somebody', secret: 'of somebody' };

export const clusterScenario: Scenario = {
  name: 'cluster',
  codec: mesosCodec,
  nodes: ['master', ...AGENTS, ...FRAMEWORKS],
  kinds: [
    ...(['crash', 'powerCut', 'cut', 'partition', 'break', 'halfBreak', 'duplicate'] as const),
    ...(['delay', 'pause', 'clockJump', 'slowDisk', 'failingDisk'] as const),
  ],
  longestMs: { crash: 150_000, powerCut: 150_000, cut: 150_000, partition: 150_000, pause: 120_000 },
  longShare: 0.1,
  isolation: { ...ISOLATION, from: ['master'] },
  faultsMost: 14,
  stormMs: STORM_MS,
  calmMs: CALM_MS,
  calmLeastMs: BACK_MS + 1,
  play: (simulation) => playCluster(simulation, soleMaster(simulation)),
};

/** The same where agents and frameworks authenticate, after every fault anew. */
export const authenticatedScenario: Scenario = {
  ...clusterScenario,
  name: 'authenticated',
  play: (simulation) => {
    const masters = soleMaster(simulation, {
      credentials: JSON.stringify({ credentials: [SOMEBODY] }),
      authenticate_agents: 'true',
      authenticate_frameworks: 'true',
    });
    const authentication = {
      credential: SOMEBODY,
      authentication_backoff_factor: 1000,
      authentication_timeout_min: 5000,
      authentication_timeout_max: 60_000,
    };
    const flags = { credential: JSON.stringify(SOMEBODY) };
    return playCluster(simulation, { ...masters, proofs: { flags, authentication } });
  },
};

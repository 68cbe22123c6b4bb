/** The real Marathon over the real master and real agents, while all of them, their disks and the network fail and clients want one thing after another. */
import type { ProbeAnswer, Prober } from '../../../actors/framework/marathon/health/prober.ts';
import type { Marathon } from '../../../actors/framework/marathon/marathon.ts';
import type { Master } from '../../../actors/master/master.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import type { Clock, Node } from '../../../runtime/index.ts';
import type { Scenario, Simulation } from '../../../runtime/simulation/index.ts';
import { startAgentMachine, startMasterMachine } from '../cluster/machines.ts';
import { isDraining, startDrains } from './drains.ts';
import { startMarathonMachine } from './machine.ts';
import { startMembers } from './members.ts';
import { unwell } from './unwell.ts';
import { MarathonWatch } from './watch.ts';
import { lastWishes, startWishes } from './wishes.ts';

const AGENTS = ['agent-1', 'agent-2', 'agent-3'];
const MEMBERS = ['marathon-1', 'marathon-2'];
const STORM_MS = 120_000;
const CALM_MS = 900_000;
/** Clients say once more what they want when everybody is back. */
const LAST_MS = STORM_MS + 150_000;
/** How often, in steps, a Marathon is looked at whose instances did not move. */
const LOOK_STEPS = 8;
/** Of probes; those of the calm all pass. */
const ILL = 0.08;
const FLAGS = ['--scale_apps_interval=30secs'];

const common = {
  codec: mesosCodec,
  kinds: [
    ...(['crash', 'powerCut', 'cut', 'partition', 'break', 'halfBreak', 'duplicate'] as const),
    ...(['delay', 'pause', 'slowDisk', 'failingDisk'] as const),
  ],
  longestMs: { crash: 100_000, powerCut: 100_000, cut: 100_000, partition: 100_000, pause: 90_000 },
  stormMs: STORM_MS,
  calmMs: CALM_MS,
  calmLeastMs: LAST_MS - STORM_MS + 60_000,
} as const;

/** One Marathon, its state in a journal. */
export const marathonScenario: Scenario = {
  ...common,
  name: 'marathon',
  nodes: ['marathon', 'master', ...AGENTS],
  faultsMost: 10,
  play: (simulation) =>
    play(simulation, (began, prober) =>
      startMarathonMachine(simulation, { supervised: true, flags: FLAGS, prober, started: began }),
    ),
};

/** Two that take turns over an etcd: the leader is killed in the middle of everything, or cut off from etcd. */
export const marathonsScenario: Scenario = {
  ...common,
  name: 'marathons',
  nodes: [...MEMBERS, ...MEMBERS, 'master', ...AGENTS],
  faultsMost: 14,
  play: (simulation) =>
    play(simulation, (began, prober) =>
      startMembers(simulation, { names: MEMBERS, stormMs: STORM_MS, flags: FLAGS, prober, began }),
    ),
};

/** Told of each Marathon that leads, and of its node. */
export type Began = (marathon: Marathon, node: Node) => void;

function play(
  simulation: Simulation,
  start: (began: Began, prober: (clock: Clock) => Prober) => void,
): () => string | undefined {
  let master: Master | undefined;
  let marathon: Marathon | undefined;
  let node: Node | undefined;
  const storm = (): boolean => simulation.elapsedMs < STORM_MS;
  startMasterMachine(simulation, (started) => {
    master = started;
  });
  for (const name of AGENTS)
    startAgentMachine(simulation, name, {
      resources: 'cpus:8;mem:8192;disk:1000;ports:[31000-31999]',
      script: () => undefined,
    });
  const answer = (): ProbeAnswer =>
    storm() && simulation.chance.next() < ILL
      ? { connected: false, error: 'refused' }
      : { connected: true, status: 200 };
  start(
    (began, at) => {
      marathon = began;
      node = at;
    },
    (clock) => ({ probe: (_target, done) => void clock.setTimer(5, () => done(answer())) }),
  );
  simulation.at(LAST_MS, () => lastWishes(node));
  const watch = new MarathonWatch(({ place }) => isDraining(master, place?.agentId));
  startWishes(simulation, {
    node: () => node,
    marathon: () => marathon,
    killed: (id) => watch.killed.add(id),
    wishing: storm,
  });
  startDrains(simulation, () => master, storm);
  simulation.invariant('never too few by our own doing, never too many, one deployment a service', () => {
    if (marathon !== undefined && simulation.steps % LOOK_STEPS === 0) watch.look(marathon);
    return watch.problems[0];
  });
  return () => unwell(marathon, master) ?? (watch.launched < 8 ? 'hardly anything was launched' : undefined);
}

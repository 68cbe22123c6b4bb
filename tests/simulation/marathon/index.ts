/** The real Marathon over the real master and real agents, while all of them, their disks and the network fail and clients want one thing after another. */
import type { ProbeAnswer } from '../../../actors/framework/marathon/health/prober.ts';
import type { Marathon } from '../../../actors/framework/marathon/marathon.ts';
import type { Master } from '../../../actors/master/master.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import type { Node } from '../../../runtime/index.ts';
import type { Scenario, Simulation } from '../../../runtime/simulation/index.ts';
import { startAgentMachine, startMasterMachine } from '../cluster/machines.ts';
import { startMarathonMachine } from './machine.ts';
import { MarathonWatch } from './watch.ts';
import { lastWishes, NOWHERE, SERVICES, startWishes } from './wishes.ts';

const AGENTS = ['agent-1', 'agent-2', 'agent-3'];
const STORM_MS = 120_000;
const CALM_MS = 600_000;
/** Clients say once more what they want when everybody is back. */
const LAST_MS = STORM_MS + 150_000;
/** How often, in steps, a Marathon is looked at whose instances did not move. */
const LOOK_STEPS = 8;
/** Of probes; those of the calm all pass. */
const ILL = 0.08;

export const marathonScenario: Scenario = {
  name: 'marathon',
  codec: mesosCodec,
  nodes: ['marathon', 'master', ...AGENTS],
  kinds: [
    ...(['crash', 'powerCut', 'cut', 'partition', 'break', 'halfBreak', 'duplicate'] as const),
    ...(['delay', 'pause', 'slowDisk', 'failingDisk'] as const),
  ],
  longestMs: { crash: 100_000, powerCut: 100_000, cut: 100_000, partition: 100_000, pause: 90_000 },
  faultsMost: 10,
  stormMs: STORM_MS,
  calmMs: CALM_MS,
  calmLeastMs: LAST_MS - STORM_MS + 60_000,
  play,
};

function play(simulation: Simulation): () => string | undefined {
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
  startMarathonMachine(simulation, {
    supervised: true,
    flags: ['--scale_apps_interval=30secs'],
    prober: (clock) => ({ probe: (_target, done) => void clock.setTimer(5, () => done(answer())) }),
    started: (began, at) => {
      marathon = began;
      node = at;
    },
  });
  simulation.at(LAST_MS, () => lastWishes(node));
  const watch = new MarathonWatch();
  startWishes(simulation, {
    node: () => node,
    marathon: () => marathon,
    killed: (id) => watch.killed.add(id),
    wishing: storm,
  });
  simulation.invariant('never too few by our own doing, never too many, one deployment a service', () => {
    if (marathon !== undefined && simulation.steps % LOOK_STEPS === 0) watch.look(marathon);
    return watch.problems[0];
  });
  return () => unwell(marathon, master) ?? (watch.launched < 8 ? 'hardly anything was launched' : undefined);
}

/** Everything is as was wanted last, or says why it is not; nothing runs that is no instance. */
function unwell(marathon: Marathon | undefined, master: Master | undefined): string | undefined {
  if (marathon === undefined || master === undefined) return 'nobody is there';
  const { definitions, deployments, instances, queue } = marathon;
  for (const [index, id] of SERVICES.entries()) {
    const app = definitions.root.app(id);
    const running = instances.of(id).filter((each) => instances.state(each) === 'running');
    if (app?.env['V'] !== 'last' || app.instances !== index + 2) return `${id} is not as was wanted last`;
    if (running.length !== app.instances || instances.of(id).length !== app.instances)
      return `${id}: ${running.length} of ${instances.of(id).length} instances run, ${app.instances} are wanted`;
    if (running.some(({ config }) => config !== app.versionInfo.lastConfigChangeAt))
      return `${id}: an old one runs`;
    if (deployments.of(id) !== undefined) return `${id} is still being deployed`;
  }
  if (
    definitions.root.app(NOWHERE) !== undefined &&
    queue.entry(NOWHERE)?.history.top !== 'UnfulfilledConstraint'
  )
    return `${NOWHERE} does not say why it waits`;
  const known = new Set([...instances.all()].map(({ taskId }) => taskId));
  const there = [...master.parts.frameworks.all()].flatMap(({ tasks }) => [...tasks.values()]);
  const alive = there.filter((task) => !master.parts.tasks.isTerminal(task)).map(({ id }) => id);
  const stray = alive.find((id) => !known.has(id));
  if (stray !== undefined) return `${stray} runs and is no instance`;
  return alive.length === known.size ? undefined : `${known.size} instances, ${alive.length} tasks`;
}

/** Machines of a simulated cluster: the real master and the real agent, with everything durable on a simulated disk. */

import { Agent } from '../../../actors/agent/agent.ts';
import type { AgentView } from '../../../actors/agent/agentParts.ts';
import { SNOOZE_FILE } from '../../../actors/agent/checks/probes.ts';
import { chartClock } from '../../../actors/agent/host.ts';
import { ResourceJournal } from '../../../actors/agent/operations/resourceJournal.ts';
import { AgentPaths } from '../../../actors/agent/paths.ts';
import { Checkpoints } from '../../../actors/agent/recovery/checkpoints.ts';
import { StatusUpdateManager } from '../../../actors/agent/updates/index.ts';
import { type MasterDetector, standaloneDetector } from '../../../actors/detector/index.ts';
import { type Election, soleElection } from '../../../actors/election/election.ts';
import type { RegistryStore } from '../../../actors/election/store/store.ts';
import { masterFlags } from '../../../actors/master/flags.ts';
import { Master } from '../../../actors/master/master.ts';
import { LocalStore } from '../../../actors/master/registrar/localStore.ts';
import type { AgentInfo } from '../../../proto/index.ts';
import {
  parseAttributes,
  parseResources,
  Resources,
  withCheckpointed,
} from '../../../proto/resources/index.ts';
import { toStrings } from '../../../runtime/flags/index.ts';
import { type Node, type Process, packPlain, unpackPlain } from '../../../runtime/index.ts';
import type { Place, Simulation } from '../../../runtime/simulation/index.ts';
import { writeFileAtomically } from '../../../runtime/storage/index.ts';
import { MemoryVolumes } from '../../actors/agent/support/memoryVolumes.ts';
import { flagsOf as agentFlagsOf } from '../../actors/agent/support/realAgent.ts';
import { flagsOf as masterFlagsOf } from '../../actors/master/support/cluster.ts';
import { noPipes } from '../../support/noPipes.ts';
import { type ExecutorProcesses, MachineContainers, type TaskScript } from './containers.ts';

const RESTART_MS = 1000;
const IDENTITY = '/disk/meta/identity';
const BUILD = {
  version: '1.12.0',
  build_date: '2026-01-01 00:00:00 UTC',
  build_time: 1767225600,
  build_user: '',
};

/** Where a master keeps its registry, and who decides whether it leads. */
export interface Mastership {
  readonly store: RegistryStore;
  readonly election: Election;
}

export interface MasterMachineOptions {
  /** Default `master`. */
  readonly name?: string;
  /** Default: a registry on the machine's disk, and no other master. */
  readonly mastership?: (place: Place, node: Node) => Mastership;
  /** Processes beside the master, on its node. */
  readonly beside?: () => Process;
  /** What the master is given instead of its store. */
  readonly watch?: (store: RegistryStore) => RegistryStore;
  readonly flags?: Readonly<Record<string, string>>;
}

const ALONE = ({ disk }: Place): Mastership => ({
  store: LocalStore.open('/disk/registry', { disk }),
  election: soleElection(),
});

/** @param started is given each master that begins */
export function startMasterMachine(
  simulation: Simulation,
  started: (master: Master) => void,
  {
    name = 'master',
    mastership = ALONE,
    watch = (store) => store,
    beside,
    flags: more = {},
  }: MasterMachineOptions = {},
): void {
  const flags = masterFlagsOf({ registry: 'local', work_dir: '/work', ...more });
  simulation.start(name, (place) => {
    const node = place.node({ delegateId: 'master' });
    const { store, election } = mastership(place, node);
    const master = new Master({
      flags,
      flagTexts: toStrings(masterFlags, flags),
      build: BUILD,
      store: watch(store),
      election,
      onFatal: () => place.exit(RESTART_MS),
    });
    node.spawn(master);
    if (beside !== undefined) node.spawn(beside());
    started(master);
  });
}

/** What an agent's machine has, and how long its tasks run; default: four cpus, tasks of chance. */
export interface AgentMachineOptions {
  readonly resources?: string;
  readonly attributes?: string;
  readonly script?: TaskScript;
  /** Default: there are only commands. */
  readonly executors?: ExecutorProcesses;
  /** Who finds the master; default: it is at 10.0.0.1:5050. */
  readonly detector?: (place: Place, node: Node) => MasterDetector;
  readonly flags?: Readonly<Record<string, string>> | undefined;
}

export interface AgentMachine {
  readonly name: string;
  /** The machine's processes, besides the agent's own. */
  readonly containers: MachineContainers;
  /** The agent that runs there now. */
  agent(): AgentView | undefined;
  /** Everything that an order could change at the agent, in short. */
  digest(): string;
}

export function startAgentMachine(
  simulation: Simulation,
  name: string,
  options: AgentMachineOptions = {},
): AgentMachine {
  const containers = new MachineContainers(simulation, options.script, options.executors);
  let boots = 0;
  let present: AgentView | undefined;
  let updates: StatusUpdateManager | undefined;
  simulation.start(name, (place) => {
    present = undefined;
    const rebooted = place.machine.powerCuts !== boots;
    boots = place.machine.powerCuts;
    if (rebooted) containers.reboot();
    updates = spawnAgent(place, containers, rebooted, options, (view) => {
      present = view;
    });
  });
  const agent = (): AgentView | undefined => (simulation.machine(name).up ? present : undefined);
  return { name, containers, agent, digest: () => digestOf(agent(), updates) };
}

function digestOf(view: AgentView | undefined, updates: StatusUpdateManager | undefined): string {
  if (view === undefined) return 'none';
  const { host, registration, operations } = view;
  const { tables } = host;
  return JSON.stringify({
    agent: [host.agentId(), registration.state, host.drain()],
    frameworks: [...tables.frameworks.values()].map(({ id, pid, info }) => [id, pid, info.name]),
    runs: [...tables.runs.values()].map(({ containerId, tasks }) => [containerId, tasks.size]),
    tasks: tables.taskChart.counts(),
    updates: updates?.chart.counts(),
    operations: [operations.chart.value, operations.total.toString(), operations.streams.chart.counts()],
  });
}

function spawnAgent(
  place: Place,
  containers: MachineContainers,
  rebooted: boolean,
  options: AgentMachineOptions,
  seen: (view: AgentView) => void,
): StatusUpdateManager {
  const node = place.node({ delegateId: 'slave(1)' });
  const id = node.generateId('slave');
  const dispatch = (run: () => void) => node.dispatch(node.pid(id), run);
  const delay = (delayMs: number, run: () => void) => node.clock.setTimer(delayMs, () => dispatch(run));
  const exit = () => place.exit(RESTART_MS);
  const { disk } = place;
  let forward: Agent | undefined;
  const checkpoints = Checkpoints.open({ disk, dir: '/disk/meta', onFailure: exit });
  const streams = StatusUpdateManager.open({
    disk,
    dir: '/disk/meta',
    clock: chartClock({ delay }),
    dispatch,
    forward: (update) => forward?.forward(update),
    onFailure: exit,
  });
  const info = identityOf(place, options);
  const journal = ResourceJournal.open({ disk, dir: '/disk/meta/resources', onFailure: exit });
  const frameworks = checkpoints.recovered(info.id?.value);
  if (info.id === undefined) {
    streams.clear();
    journal.forgetOperations();
  }
  const total = withCheckpointed(Resources.of(info.resources), Resources.of(journal.resources));
  if (typeof total === 'string') throw new Error(total);
  const flags = agentFlagsOf({
    ...{ master: '10.0.0.1:5050', work_dir: '/work', runtime_dir: '/run' },
    ...options.flags,
  });
  forward = new Agent(id, {
    flags,
    version: '1.12.0',
    paths: new AgentPaths('/work', '/run'),
    info,
    detector: options.detector?.(place, node) ?? standaloneDetector({ host: '10.0.0.1', port: 5050 }),
    containers: containers.port(node.clock),
    pipes: noPipes,
    probes: { canEnter: () => true, http: () => () => undefined, tcp: () => () => undefined },
    sandboxes: {
      create: () => undefined,
      createStandalone: () => undefined,
      createNested: () => undefined,
      link: () => undefined,
      mount: () => undefined,
      has: (path) => !path.endsWith(SNOOZE_FILE),
      removeNested: () => undefined,
      userOf: () => undefined,
    },
    checkpoints,
    streams,
    remains: {
      frameworks,
      updatesOf: (framework, task) => streams.updatesOf(framework, task),
      nextUpdateOf: (framework, task) => streams.next(framework, task),
      rebooted,
    },
    resources: { journal, total, volumes: new MemoryVolumes((callback) => disk.defer(callback)) },
    path: '/bin',
    keepInfo: (kept, done) =>
      checkpoints.begin(kept.id?.value ?? '', (error) => {
        if (error !== undefined) done(error);
        else writeFileAtomically(disk, IDENTITY, packPlain(kept.id?.value), done);
      }),
    serve: (view) => {
      seen(view);
      return [];
    },
    // An agent that was told to shut down begins anew as another one, as its operator would have it.
    onEnd: () => {
      disk.remove(IDENTITY);
      exit();
    },
  });
  node.spawn(forward);
  return streams;
}

function identityOf(
  { disk, machine }: Place,
  { resources = 'cpus:4;mem:2048;disk:1000', attributes = '' }: AgentMachineOptions,
): AgentInfo {
  const bytes = disk.readFile(IDENTITY);
  const info = {
    hostname: machine.name,
    port: machine.address.port,
    resources: parseResources(resources).toMessages(),
    attributes: parseAttributes(attributes),
  };
  return bytes === undefined ? info : { ...info, id: { value: unpackPlain(bytes) as string } };
}

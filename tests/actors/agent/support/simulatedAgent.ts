/** An agent in a simulated world: clock, network and disk are the test's; containers do what the test says. */

import { Agent, type AgentParts } from '../../../../actors/agent/agent.ts';
import { SNOOZE_FILE } from '../../../../actors/agent/checks/probes.ts';
import type {
  ContainerLaunch,
  ContainerResources,
  ContainerSink,
  ExitStatus,
} from '../../../../actors/agent/containerizer/index.ts';
import { type ContainerPort, chartClock } from '../../../../actors/agent/host.ts';
import { ResourceJournal } from '../../../../actors/agent/operations/resourceJournal.ts';
import { AgentPaths } from '../../../../actors/agent/paths.ts';
import { Checkpoints } from '../../../../actors/agent/recovery/checkpoints.ts';
import { StatusUpdateManager } from '../../../../actors/agent/updates/index.ts';
import { standaloneDetector } from '../../../../actors/detector/index.ts';
import type { AgentInfo } from '../../../../proto/generated/types/v1.ts';
import { mesosCodec } from '../../../../proto/messageCodec.ts';
import { parseResources } from '../../../../proto/resources/index.ts';
import { MemoryDisk } from '../../../../runtime/storage/index.ts';
import { noPipes } from '../../../support/noPipes.ts';
import { simulatedWorld, type World } from '../../../support/world.ts';
import { MemoryVolumes } from './memoryVolumes.ts';
import { flagsOf, RESOURCES } from './realAgent.ts';
import { TestMaster } from './testMaster.ts';

export class SimulatedContainers implements ContainerPort {
  readonly launches = new Map<string, ContainerLaunch>();
  readonly signals: { readonly id: string; readonly signal: string }[] = [];
  private readonly sinks = new Map<string, ContainerSink>();
  /** Whether a launch is followed by its start at once. */
  starts = true;

  launch(launch: ContainerLaunch, sink: ContainerSink): void {
    this.launches.set(launch.containerId, launch);
    this.sinks.set(launch.containerId, sink);
    if (this.starts) sink.started(launch.containerId, 4711);
  }

  /** Ids of the containers launched, in order. */
  get ids(): string[] {
    return [...this.launches.keys()];
  }

  /** The container is there, launched or found again. */
  start(id: string): void {
    this.sinks.get(id)?.started(id, 4711);
  }

  exit(id: string, status: ExitStatus = { kind: 'exited', code: 0 }): void {
    this.sinks.get(id)?.exited(id, status);
    this.sinks.get(id)?.destroyed(id);
  }

  fail(id: string, message: string): void {
    this.sinks.get(id)?.failed(id, message);
  }

  kill(id: string, signal: NodeJS.Signals): void {
    this.signals.push({ id, signal });
  }

  destroy(id: string): void {
    this.signals.push({ id, signal: 'destroy' });
    this.exit(id, { kind: 'signaled', signal: 9 });
  }

  recover(ids: readonly string[], sink: ContainerSink): void {
    for (const id of ids) this.sinks.set(id, sink);
  }

  recordedContainers(): string[] {
    return [];
  }

  readonly enforces = new Set<string>();
  readonly updates: { readonly id: string; readonly resources: ContainerResources }[] = [];

  update(id: string, summed: () => ContainerResources): void {
    const resources = summed();
    this.updates.push({ id, resources });
  }

  status(): Record<string, never> {
    return {};
  }

  recordedBelow(): string[] {
    return [];
  }

  usage(): undefined {
    return undefined;
  }

  *measure(): Generator<undefined, void> {}

  remove(): void {}

  close(): void {}
}

export interface SimulatedAgent {
  readonly world: World;
  readonly master: TestMaster;
  readonly agent: Agent;
  readonly containers: SimulatedContainers;
  /** Names of files that are seen in every sandbox. */
  readonly files: Set<string>;
  /** What `onEnd` was told, once it was. */
  readonly ends: (string | undefined)[];
}

/** @param parts instead of the ordinary ones */
export function simulatedAgent(
  given: Record<string, string> = {},
  parts: Partial<AgentParts> = {},
): SimulatedAgent {
  const world = simulatedWorld(11, mesosCodec);
  const masterNode = world.node(5050);
  const master = new TestMaster();
  masterNode.spawn(master);
  const node = world.node(5051);
  const id = node.generateId('slave');
  const dispatch = (run: () => void) => node.dispatch(node.pid(id), run);
  const delay = (delayMs: number, run: () => void) => node.clock.setTimer(delayMs, () => dispatch(run));
  const disk = new MemoryDisk({ schedule: (callback) => void node.clock.setTimer(0.1, callback) });
  const containers = new SimulatedContainers();
  const files = new Set<string>();
  const ends: (string | undefined)[] = [];
  let forward: Agent | undefined;
  const streams = StatusUpdateManager.open({
    disk,
    dir: '/disk/meta',
    clock: chartClock({ delay }),
    dispatch,
    forward: (update) => forward?.forward(update),
  });
  const flags = flagsOf({ master: '10.0.0.1:5050', work_dir: '/work', runtime_dir: '/run', ...given });
  const agent = new Agent(id, {
    flags,
    version: '1.12.0',
    paths: new AgentPaths('/work', '/run'),
    info: describe(),
    detector: standaloneDetector({ host: '10.0.0.1', port: 5050 }),
    containers,
    pipes: noPipes,
    probes: { canEnter: () => true, http: () => () => undefined, tcp: () => () => undefined },
    sandboxes: {
      create: () => undefined,
      createStandalone: () => undefined,
      createNested: () => undefined,
      link: () => undefined,
      mount: () => undefined,
      has: (path) => !path.endsWith(SNOOZE_FILE) || files.has(SNOOZE_FILE),
      removeNested: () => undefined,
      userOf: () => undefined,
    },
    checkpoints: Checkpoints.open({
      disk,
      dir: '/disk/meta',
      onFailure: (error) => ends.push(error.message),
    }),
    streams,
    resources: {
      journal: ResourceJournal.open({
        disk,
        dir: '/disk/meta/resources',
        onFailure: (error) => ends.push(error.message),
      }),
      volumes: new MemoryVolumes((callback) => void node.clock.setTimer(0.1, callback)),
      total: parseResources(RESOURCES),
    },
    remains: { frameworks: new Map(), updatesOf: () => [], nextUpdateOf: () => undefined, rebooted: false },
    path: '/bin',
    keepInfo: (_info, done) => void node.clock.setTimer(0.1, () => done()),
    serve: () => [],
    onEnd: (problem) => ends.push(problem),
    ...parts,
  });
  forward = agent;
  node.spawn(agent);
  return { world, master, agent, containers, files, ends };
}

function describe(): AgentInfo {
  return { hostname: 'host', port: 5051, resources: parseResources(RESOURCES).toMessages(), attributes: [] };
}

/** The same, registered. */
export function registeredSimulation(
  given: Record<string, string> = {},
  parts: Partial<AgentParts> = {},
): SimulatedAgent {
  const simulation = simulatedAgent(given, parts);
  simulation.world.run(1500);
  return simulation;
}

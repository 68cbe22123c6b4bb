/** Opens an agent on a real machine: identity, checkpoints, containers, update streams; then spawns the actor. */
import { existsSync } from 'node:fs';
import { loadavg, hostname as machineName, userInfo } from 'node:os';
import type { AgentInfo } from '../../proto/generated/types/v1.ts';
import {
  parseAttributes,
  parseResourceMessages,
  Resources,
  withCheckpointed,
} from '../../proto/resources/index.ts';
import { buildFacts } from '../../runtime/build.ts';
import { toStrings } from '../../runtime/flags/index.ts';
import type { DomainSocket } from '../../runtime/index.ts';
import type { Node } from '../../runtime/node.ts';
import type { Pid } from '../../runtime/pid.ts';
import { ExitCode, StartError } from '../../runtime/startError.ts';
import { type Disk, RealDisk } from '../../runtime/storage/index.ts';
import { detectorFor } from '../detector/index.ts';
import { Agent, type AgentParts } from './agent.ts';
import { agentRoutes } from './api/routes.ts';
import { networkProbes } from './checks/networkProbes.ts';
import { createSandbox } from './containerizer/index.ts';
import { chosenGpus } from './containerizer/isolators/gpu/devices.ts';
import { openContainerizers } from './containerizers.ts';
import { detectResources } from './detection/index.ts';
import { ExecutorAccess, type NodeAccess } from './executors/access.ts';
import { openDomainSocket } from './executors/domainSocket.ts';
import { type AgentFlags, agentFlags, runtimeDirOf } from './flags.ts';
import { chartClock } from './host.ts';
import { openFetcher, openGc } from './housekeeping.ts';
import { namedPipes } from './nestedContainers/io/pipes.ts';
import {
  createNestedSandbox,
  createStandaloneSandbox,
  linkSandbox,
  removeNestedSandbox,
} from './nestedContainers/sandbox.ts';
import type { StoredResources } from './operations/operations.ts';
import { ResourceJournal } from './operations/resourceJournal.ts';
import { idsOf, linkVolume } from './operations/volumeLinks.ts';
import { ensureVolumes, RealVolumes, sourceProblem } from './operations/volumes.ts';
import { AgentPaths } from './paths.ts';
import { Checkpoints } from './recovery/checkpoints.ts';
import { type KnownIdentity, readIdentity, writeBootId, writeIdentity } from './recovery/identity.ts';
import { Opener } from './recovery/setAside.ts';
import { incompatibility } from './registration/compatibility.ts';
import { StatusUpdateManager } from './updates/index.ts';

export interface StartedAgent {
  readonly pid: Pid;
  /** The exit code, when the agent ends by itself: told to by the master, unregistered, unable to go on. */
  readonly done: Promise<number>;
  /**
   * Ends the agent. Without `killTasks` containers go on, for the next run with the same work_dir to find; with it everything
   * that was started is ended within its grace periods, and waited for.
   */
  stop(options?: { killTasks: boolean }): Promise<void>;
  /** SIGUSR1: leaves the cluster for good, having ended everything. */
  unregister(): Promise<void>;
}

/** Shutdown that takes longer than this is given up; containers that are left are found by the next run. */
const SHUTDOWN_MAX_MS = 60_000;

/**
 * Starts the agent of this node.
 *
 * @param access what this node was started with, for executors to be let in
 * @param logFile where this node's log goes to, for operators to read
 * @throws Error in one line: a work_dir that cannot be written or is another agent's, a configuration that does not fit
 *   the last run's, damaged checkpoints
 */
export async function startAgent(
  node: Node,
  flags: AgentFlags,
  access: NodeAccess = { variables: {}, clusterSecret: undefined },
  logFile?: string,
): Promise<StartedAgent> {
  const isRoot = process.getuid?.() === 0;
  const paths = new AgentPaths(flags.work_dir, runtimeDirOf(flags, isRoot));
  const ending = new Ending();
  const { clock, random, metrics } = node;
  const log = node.loggerFor('slave').child('detector');
  const detector = detectorFor(flags.master, flags, { clock, random, log });
  const opener = new Opener(
    flags.strict,
    () => clock.now(),
    (text) => node.loggerFor('slave').error(text),
  );
  const stores = openStores(node, paths, ending, opener);
  const onWarning = (text: string) => node.loggerFor(stores.agentId).warn(text);
  let socket: DomainSocket | undefined;
  try {
    const known = opener.open(() => readIdentity(paths));
    const info = identify(known, describeMachine(node, flags), flags, paths);
    const frameworks = stores.checkpoints.recovered(info.id?.value);
    if (info.id === undefined) forgetFormer(stores);
    writeBootId(paths);
    socket = await openDomainSocket(node, stores.agentId, flags, paths.runtimeDir);
    const fetcher = openFetcher(node, flags);
    const ports = Resources.of(info.resources).ranges('ports') ?? [];
    const agent = new Agent(stores.agentId, {
      flags,
      version: buildFacts().version,
      paths,
      info,
      detector,
      containers: openContainerizers({ paths, flags, isRoot, clock, metrics, fetcher, ports, onWarning }),
      gc: openGc(node, flags, onWarning),
      loads: loadavg,
      probes: networkProbes,
      pipes: namedPipes,
      sandboxes: sandboxesFor(isRoot && flags.switch_user),
      checkpoints: stores.checkpoints,
      streams: stores.streams,
      remains: { ...remainsIn(stores), frameworks, rebooted: known.rebooted, skipped: opener.skipped },
      resources: openResources(node, stores, info, paths),
      access: accessFor({ ...access, domainSocket: socket?.path }, paths, flags),
      path: process.env['PATH'],
      keepInfo: (kept, done) => keepInfo(stores, paths, kept, done),
      serve: (view) =>
        agentRoutes(view, { build: buildFacts(), flags: toStrings(agentFlags, flags), logFile }),
      onEnd: (problem) => ending.end(problem),
    });
    stores.forwardBy(agent);
    return running(node, agent, { ...stores, close: () => closeAll(stores, socket) }, ending);
  } catch (error) {
    await closeAll(stores, socket);
    throw error;
  }
}

/** What an agent told of that is no more: this one is to get an id of its own. */
function forgetFormer({ streams, resources }: Stores): void {
  streams.clear();
  resources.forgetOperations();
}

function remainsIn({ streams }: Stores): Pick<AgentParts['remains'], 'updatesOf' | 'nextUpdateOf'> {
  return {
    updatesOf: (frameworkId, taskId) => streams.updatesOf(frameworkId, taskId),
    nextUpdateOf: (frameworkId, taskId) => streams.next(frameworkId, taskId),
  };
}

function accessFor(access: NodeAccess, { runtimeDir }: AgentPaths, flags: AgentFlags): ExecutorAccess {
  const { authenticate_http_executors, jwt_secret_key } = flags;
  return new ExecutorAccess(access, runtimeDir, authenticate_http_executors ? jwt_secret_key : undefined);
}

function sandboxesFor(switchesUser: boolean): AgentParts['sandboxes'] {
  return {
    create: createSandbox,
    createStandalone: createStandaloneSandbox,
    createNested: createNestedSandbox,
    link: linkSandbox,
    mount: (sandbox, path, volume, user) =>
      linkVolume(sandbox, path, volume, user === undefined ? undefined : idsOf(user)),
    has: existsSync,
    removeNested: removeNestedSandbox,
    userOf: (name) => userOf(name, switchesUser),
  };
}

async function closeAll(stores: Stores, socket: DomainSocket | undefined): Promise<void> {
  await socket?.close();
  await stores.close();
}

/** What is durable, open. */
interface Stores {
  /** Name of the agent's process. */
  readonly agentId: string;
  readonly disk: Disk;
  readonly checkpoints: Checkpoints;
  readonly streams: StatusUpdateManager;
  readonly resources: ResourceJournal;
  forwardBy(agent: Agent): void;
  close(): Promise<void>;
}

function openStores(node: Node, paths: AgentPaths, ending: Ending, opener: Opener): Stores {
  const agentId = node.generateId('slave');
  const pid = node.pid(agentId);
  const dispatch = (run: () => void) => node.dispatch(pid, run);
  const delay = (delayMs: number, run: () => void) => node.clock.setTimer(delayMs, () => dispatch(run));
  const onFailure = (error: Error) =>
    ending.end(`what must not be forgotten cannot be written: ${error.message}`);
  const disk = new RealDisk();
  let forward: Agent | undefined;
  const checkpoints = opener.open(() => Checkpoints.open({ disk, dir: paths.metaDir, onFailure }));
  const openStreams = () =>
    StatusUpdateManager.open({
      disk,
      dir: paths.metaDir,
      clock: chartClock({ delay }),
      dispatch,
      forward: (update) => forward?.forward(update),
      onWarning: (text) => node.loggerFor(agentId).warn(text),
      onFailure,
    });
  let streams: StatusUpdateManager | undefined;
  let resources: ResourceJournal;
  try {
    streams = opener.open(openStreams);
    resources = opener.open(() => ResourceJournal.open({ disk, dir: paths.resourcesMeta, onFailure }));
  } catch (error) {
    checkpoints.close(() => undefined);
    streams?.close(() => undefined);
    throw error;
  }
  return {
    agentId,
    disk,
    checkpoints,
    streams,
    resources,
    forwardBy: (agent) => {
      forward = agent;
    },
    close: async () => {
      await new Promise<void>((resolve) => resources.close(resolve));
      await new Promise<void>((resolve) => streams.close(resolve));
      await new Promise<void>((resolve) => checkpoints.close(resolve));
    },
  };
}

/**
 * What the agent has, with what an earlier run made of it; volumes that are not there are made.
 *
 * @throws StartError when the resources that it is started with are too small for that, or a disk is not there
 */
function openResources(node: Node, stores: Stores, info: AgentInfo, paths: AgentPaths): StoredResources {
  const log = node.loggerFor(stores.agentId);
  const started = Resources.of(info.resources);
  const diskProblem = sourceProblem(paths, started);
  if (diskProblem !== undefined) throw new StartError(`--resources: ${diskProblem}`, ExitCode.configuration);
  const kept = Resources.of(stores.resources.resources);
  const total = withCheckpointed(started, kept);
  if (typeof total === 'string') {
    throw new StartError(
      `the resources of this agent do not fit what was made of them before: ${total}. Start it with what it had, or ` +
        `remove ${paths.resourcesMeta} to give up its reservations and volumes`,
      ExitCode.configuration,
    );
  }
  ensureVolumes(paths, total, (path) => log.warn('A volume was not there and is made anew', { path }));
  const volumes = new RealVolumes(
    () => node.ids.uuid(),
    (text) => log.warn(text),
  );
  return { journal: stores.resources, volumes, total };
}

/** The end of an agent, told once. */
class Ending {
  readonly ended: Promise<string | undefined>;
  readonly end: (problem: string | undefined) => void;

  constructor() {
    let settle: (problem: string | undefined) => void = () => undefined;
    this.ended = new Promise((resolve) => {
      settle = resolve;
    });
    this.end = settle;
  }
}

function running(node: Node, agent: Agent, stores: Stores, ending: Ending): StartedAgent {
  const log = node.loggerFor(agent.id);
  const pid = node.spawn(agent);
  let closed: Promise<void> | undefined;
  const close = async () => {
    node.terminate(pid, { inject: false });
    await node.wait(pid);
    await stores.close();
  };
  const done = ending.ended.then(async (problem) => {
    if (problem !== undefined) log.error('The agent ends', { problem });
    closed ??= close();
    await closed;
    return problem === undefined ? 0 : 1;
  });
  /** Lets it end what runs here, but not for ever. */
  const endAll = async (order: () => void) => {
    const giveUp = node.clock.setTimer(SHUTDOWN_MAX_MS, () => ending.end('executors did not end in time'));
    order();
    await done;
    giveUp.cancel();
  };
  return {
    pid,
    done,
    stop: async ({ killTasks } = { killTasks: false }) => {
      if (killTasks) await endAll(() => agent.shutDown());
      closed ??= close();
      await closed;
    },
    unregister: () => endAll(() => agent.unregister()),
  };
}

/** @throws StartError when there are fewer than `--resources` says */
function gpusGiven({ nvidia_gpu_devices }: AgentFlags, named: number): number {
  const { size } = chosenGpus('/dev', nvidia_gpu_devices).gpus;
  if (named > size)
    throw new StartError(`--resources: ${named} gpus, of which there are ${size}`, ExitCode.usage);
  return size;
}

/** Address, resources and attributes, by the flags and by what the machine has. */
function describeMachine(node: Node, flags: AgentFlags): AgentInfo {
  const given = parseResourceMessages(flags.resources, flags.default_role);
  const named = new Set(given.map(({ name }) => name));
  const gpus = flags.isolation.includes('gpu/nvidia')
    ? gpusGiven(flags, Resources.of(given).gpus)
    : undefined;
  const { work_dir: workDir, default_role: defaultRole } = flags;
  const detected = detectResources({ named, workDir, defaultRole, gpus });
  return {
    hostname: flags.hostname ?? machineName(),
    port: node.address.port,
    resources: Resources.of([...given, ...detected]).toMessages(),
    attributes: parseAttributes(flags.attributes),
    domain: flags.domain,
  };
}

/**
 * The info with the id of the last run, when that may be used again.
 *
 * @throws Error saying what differs and what to do, for another configuration on the same boot
 */
function identify(known: KnownIdentity, now: AgentInfo, flags: AgentFlags, paths: AgentPaths): AgentInfo {
  const before = known.info;
  if (before?.id === undefined) return now;
  const problem = incompatibility(flags.reconfiguration_policy, before, now);
  if (problem === undefined) return { ...now, id: before.id };
  // Nothing of the last run can be alive: a new agent takes over the machine.
  if (known.rebooted) return now;
  throw new StartError(
    `agent ${before.id.value} was started with another configuration: ${problem}. Start it as before, allow the change with ` +
      `--reconfiguration_policy=additive, or remove ${paths.latestAgentMeta} to start as a new agent`,
    ExitCode.configuration,
  );
}

function keepInfo(stores: Stores, paths: AgentPaths, info: AgentInfo, done: (error?: Error) => void): void {
  const agentId = info.id?.value ?? '';
  stores.checkpoints.begin(agentId, (error) => {
    if (error !== undefined) done(error);
    else writeIdentity(stores.disk, paths, agentId, info, done);
  });
}

/** Only root can become another; the agent's own user needs no change. */
function userOf(name: string | undefined, mayBecome: boolean): string | undefined {
  if (!mayBecome || name === undefined || name === '' || name === userInfo().username) return undefined;
  return name;
}

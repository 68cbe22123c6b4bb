/**
 * Where the agent keeps what: Mesos' disk layout, so that operators' tools find sandboxes, logs and checkpoints
 * where they always were. Every id is checked before it becomes part of a path: no path leaves its root.
 */
import { join, resolve } from 'node:path';

/** Bytes of an id that becomes a file name, at most. */
export const ID_BYTES_MAX = 255;

/** Bytes of a container id, at most. */
export const CONTAINER_ID_BYTES_MAX = 242;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const FORBIDDEN = /[\u0000-\u001f\u007f/\\]/;

/**
 * Checks a task, executor, framework, agent or persistence id by Mesos' rules (1 to 255 bytes, not `.` or `..`, no
 * control characters, `/` or `\`).
 *
 * @returns the first broken rule in words, or undefined
 */
export function idProblem(id: string): string | undefined {
  if (id === '') return 'must not be empty';
  const bytes = Buffer.byteLength(id);
  if (bytes > ID_BYTES_MAX) return `has ${bytes} bytes, at most ${ID_BYTES_MAX} are allowed`;
  if (id === '.' || id === '..') return `must not be "${id}"`;
  const found = FORBIDDEN.exec(id)?.[0];
  return found === undefined ? undefined : `must not contain ${JSON.stringify(found)}`;
}

/** The rules for one container id: as above, at most 242 bytes, no `.` and no blank. */
export function containerIdProblem(id: string): string | undefined {
  const bytes = Buffer.byteLength(id);
  if (bytes > CONTAINER_ID_BYTES_MAX)
    return `has ${bytes} bytes, at most ${CONTAINER_ID_BYTES_MAX} are allowed`;
  if (id.includes('.')) return 'must not contain "."';
  if (id.includes(' ')) return 'must not contain " "';
  return idProblem(id);
}

/** The id as a file name. @throws Error naming the kind of id, the id and the broken rule */
function name(kind: string, id: string): string {
  const problem = idProblem(id);
  if (problem !== undefined) throw new Error(`${kind} ${JSON.stringify(id)}: ${problem}`);
  return id;
}

function containerName(id: string, whole = id): string {
  const problem = containerIdProblem(id);
  if (problem !== undefined) throw new Error(`container id ${JSON.stringify(whole)}: ${problem}`);
  return id;
}

/** Path of a nested container below `…/containers`: `a.b` lies at `a/containers/b`. */
function containerPath(containerId: string): string {
  return containerId
    .split('.')
    .map((id) => containerName(id, containerId))
    .join('/containers/');
}

/** The sandbox of a container nested in a run whose sandbox is `directory`. @param containerId of the whole, `run.child` */
export function nestedSandbox(directory: string, containerId: string): string {
  const below = containerId.slice(containerId.indexOf('.') + 1);
  return join(directory, 'containers', containerPath(below));
}

/** Symbolic link of a default executor's task to its sandbox, below that of the executor. */
export function taskLink(taskId: string): string {
  return join('tasks', name('task id', taskId));
}

/** An executor of a framework on an agent. */
export interface ExecutorPlace {
  readonly agentId: string;
  readonly frameworkId: string;
  readonly executorId: string;
}

/** One run of an executor. */
export interface RunPlace extends ExecutorPlace {
  readonly containerId: string;
}

function executorPath(root: string, place: ExecutorPlace): string {
  return join(
    root,
    'slaves',
    name('agent id', place.agentId),
    'frameworks',
    name('framework id', place.frameworkId),
    'executors',
    name('executor id', place.executorId),
  );
}

/** All paths below an agent's `--work_dir` and `--runtime_dir`. Ids that break a rule throw with a one-line message. */
export class AgentPaths {
  readonly workDir: string;
  readonly runtimeDir: string;
  readonly metaDir: string;

  constructor(workDir: string, runtimeDir: string) {
    this.workDir = resolve(workDir);
    this.runtimeDir = resolve(runtimeDir);
    this.metaDir = join(this.workDir, 'meta');
  }

  /** `slaves/<agent>`: everything the agent's frameworks left. */
  agent(agentId: string): string {
    return join(this.workDir, 'slaves', name('agent id', agentId));
  }

  /** `slaves/<agent>/frameworks/<framework>` */
  framework(agentId: string, frameworkId: string): string {
    return join(this.agent(agentId), 'frameworks', name('framework id', frameworkId));
  }

  executor(place: ExecutorPlace): string {
    return executorPath(this.workDir, place);
  }

  /** The sandbox of a run: working directory of its command. */
  sandbox(place: RunPlace): string {
    return join(this.executor(place), 'runs', containerName(place.containerId));
  }

  /** The sandbox of a container nested in a run (`containerId` of the child alone). */
  nestedSandbox(place: RunPlace, childId: string): string {
    return join(this.sandbox(place), 'containers', containerPath(childId));
  }

  /** Symbolic link to the newest run. */
  latestRun(place: ExecutorPlace): string {
    return join(this.executor(place), 'runs', 'latest');
  }

  /** Symbolic link to the directory of the present agent id. */
  get latestAgent(): string {
    return join(this.workDir, 'slaves', 'latest');
  }

  /**
   * Directory of a persistent volume; a `/` in a role becomes a blank, which no role can hold.
   *
   * @param root of a PATH disk, absolute or below `work_dir`
   */
  volume(role: string, persistenceId: string, root = ''): string {
    const folder = name('role', role.replaceAll('/', ' '));
    const base = resolve(this.workDir, root);
    return join(base, 'volumes', 'roles', folder, name('persistence id', persistenceId));
  }

  /** Folder of the journal of reservations, volumes and operations. */
  get resourcesMeta(): string {
    return join(this.metaDir, 'resources');
  }

  get bootId(): string {
    return join(this.metaDir, 'boot_id');
  }

  get latestAgentMeta(): string {
    return join(this.metaDir, 'slaves', 'latest');
  }

  /** `meta/slaves/<agent>` */
  agentMeta(agentId: string): string {
    return join(this.metaDir, 'slaves', name('agent id', agentId));
  }

  agentInfo(agentId: string): string {
    return join(this.agentMeta(agentId), 'slave.info');
  }

  drainConfig(agentId: string): string {
    return join(this.agentMeta(agentId), 'drain.config');
  }

  /** `meta/slaves/<agent>/frameworks/<framework>` */
  frameworkMeta(agentId: string, frameworkId: string): string {
    return join(this.agentMeta(agentId), 'frameworks', name('framework id', frameworkId));
  }

  frameworkInfo(agentId: string, frameworkId: string): string {
    return join(this.frameworkMeta(agentId, frameworkId), 'framework.info');
  }

  frameworkPid(agentId: string, frameworkId: string): string {
    return join(this.frameworkMeta(agentId, frameworkId), 'framework.pid');
  }

  executorMeta(place: ExecutorPlace): string {
    return executorPath(this.metaDir, place);
  }

  executorInfo(place: ExecutorPlace): string {
    return join(this.executorMeta(place), 'executor.info');
  }

  /** Its presence says that the agent made the ExecutorInfo for a command task. */
  generatedForCommandTask(place: ExecutorPlace): string {
    return join(this.executorMeta(place), 'executor_generated_for_command_task');
  }

  latestRunMeta(place: ExecutorPlace): string {
    return join(this.executorMeta(place), 'runs', 'latest');
  }

  runMeta(place: RunPlace): string {
    return join(this.executorMeta(place), 'runs', containerName(place.containerId));
  }

  /** Its presence says that the run is finished and must not be recovered. */
  executorSentinel(place: RunPlace): string {
    return join(this.runMeta(place), 'executor.sentinel');
  }

  /** Its presence says that the executor speaks the v1 HTTP API. */
  httpMarker(place: RunPlace): string {
    return join(this.runMeta(place), 'http.marker');
  }

  taskMeta(place: RunPlace, taskId: string): string {
    return join(this.runMeta(place), 'tasks', name('task id', taskId));
  }

  taskInfo(place: RunPlace, taskId: string): string {
    return join(this.taskMeta(place, taskId), 'task.info');
  }

  /** The sandbox of a container that no executor has. */
  standaloneSandbox(containerId: string): string {
    return join(this.workDir, 'containers', containerName(containerId));
  }

  /** Folder of the named pipes of a container whose input and output can be attached to. */
  io(containerId: string): string {
    for (const id of containerId.split('.')) containerName(id, containerId);
    return join(this.runtimeDir, 'io', containerId);
  }

  /** Directory of all containers' runtime directories. */
  get containers(): string {
    return join(this.runtimeDir, 'containers');
  }

  /** Runtime directory of a container; nested ones (`parent.child`) lie in their parent's. */
  container(containerId: string): string {
    return join(this.containers, containerPath(containerId));
  }
}

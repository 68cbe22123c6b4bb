/** `/containers` and `/monitor/statistics` of the agent (v1-operator-api.md §6). */
import type { Writing } from '../../../proto/api/readings.ts';
import type {
  AgentCallGetContainers,
  AgentResponseGetContainersContainer,
  ContainerStatus,
  ResourceStatistics,
} from '../../../proto/index.ts';
import { jsonText, RawJson, toJsonText } from '../../../proto/json.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { HttpRequest } from '../../../runtime/http/request.ts';
import type { AgentView } from '../agent.ts';
import type { AgentHost } from '../host.ts';
import type { NestedRecord } from '../nestedContainers/record.ts';
import { type ExecutorEntry, executorId } from '../tables/entries.ts';
import { containerIdMessage } from '../taskRuns/taskRun.ts';
import type { Viewer } from './viewer.ts';

const STATISTICS = 'mesos.v1.ResourceStatistics';

/** The older endpoints sort the names of what they tell. */
function sorted(typeName: string, message: object): RawJson {
  const members = Object.entries(message).map(([name, value]) =>
    toJsonText(typeName, { [name]: value }).slice(1, -1),
  );
  return new RawJson(`{${members.filter(Boolean).sort().join(',')}}`);
}

const BYTES_PER_MB = 1024 * 1024;

/** The body of `/monitor/statistics`: what each container uses. */
export function* statisticsText(agent: AgentView, viewer: Viewer): Writing {
  const blocks: object[] = [];
  for (const executor of runningOf(agent, viewer)) {
    const statistics = yield* statisticsOf(agent, executor);
    blocks.push({ ...nameBlock(executor), statistics: sorted(STATISTICS, statistics) });
  }
  return jsonText(blocks);
}

/**
 * The body of `/containers`.
 *
 * @throws Error in words, at once, when the parameters of the query do not go together
 */
export function containersText(agent: AgentView, viewer: Viewer, query: HttpRequest['query']): () => Writing {
  const matches = filterOf(query);
  return function* () {
    const blocks: object[] = [];
    for (const executor of runningOf(agent, viewer).filter(matches)) {
      const statistics = yield* statisticsOf(agent, executor);
      blocks.push({
        container_id: executor.containerId,
        ...nameBlock(executor),
        statistics: sorted(STATISTICS, statistics),
        status: sorted('mesos.v1.ContainerStatus', statusOf(agent, executor)),
      });
    }
    return jsonText(blocks);
  };
}

function filterOf(query: HttpRequest['query']): (executor: ExecutorEntry) => boolean {
  const containerId = query.get('container_id');
  const frameworkId = query.get('framework_id');
  const executor = query.get('executor_id');
  if (containerId !== null && (frameworkId !== null || executor !== null)) {
    throw new Error("expected 'container_id' alone, or 'framework_id' with or without 'executor_id'");
  }
  if (executor !== null && frameworkId === null)
    throw new Error("'executor_id' needs 'framework_id' as well");
  return (each) =>
    (containerId === null || each.containerId === containerId) &&
    (frameworkId === null || each.framework.id === frameworkId) &&
    (executor === null || executorId(each) === executor);
}

/** What GET_CONTAINERS tells of executors' containers. */
export function* containerMessages(agent: AgentView, viewer: Viewer): Told {
  const told: AgentResponseGetContainersContainer[] = [];
  for (const executor of runningOf(agent, viewer))
    told.push({
      framework_id: { value: executor.framework.id },
      executor_id: executor.info.executor_id,
      executor_name: executor.info.name ?? '',
      container_id: { value: executor.containerId },
      container_status: statusOf(agent, executor),
      resource_statistics: yield* statisticsOf(agent, executor),
    });
  return told;
}

/** What it tells of containers inside these, or of standalone ones: Mesos names no framework for either. */
export function* otherContainerMessages(
  { host, nestedContainers }: AgentView,
  viewer: Viewer,
  { show_nested = false, show_standalone = false }: AgentCallGetContainers,
): Told {
  const isAsked = ({ parentId, executor }: NestedRecord): boolean =>
    (parentId === undefined ? show_standalone : show_nested) &&
    (executor === undefined ? viewer.seesStandalone : viewer.seesContainer(executor));
  const told: AgentResponseGetContainersContainer[] = [];
  for (const record of nestedContainers.all.filter(isAsked)) {
    const { id, processId } = record;
    if (!nestedContainers.isAlive(id)) continue;
    const container_id = containerIdMessage(id);
    told.push({
      container_id: { value: container_id.value },
      container_status: { container_id, executor_pid: processId, ...host.containers.status(id) },
      resource_statistics: {
        timestamp: host.clock.now() / 1000,
        ...(record.resources && limitsOf(record.resources)),
        ...(yield* usageOf(host, id)),
      },
    });
  }
  return told;
}

function limitsOf({ cpus, mem }: { readonly cpus: number; readonly mem: number }) {
  const bytes = Math.round(mem * BYTES_PER_MB);
  return { cpus_soft_limit: cpus, mem_limit_bytes: bytes, mem_soft_limit_bytes: bytes };
}

type Told = Generator<undefined, AgentResponseGetContainersContainer[]>;

/** A step each: what one container uses. */
function* usageOf(
  { containers }: AgentHost,
  containerId: string,
): Generator<undefined, Partial<ResourceStatistics> | undefined> {
  yield* containers.measure();
  const usage = containers.usage(containerId);
  yield;
  return usage;
}

function runningOf({ host }: AgentView, viewer: Viewer): ExecutorEntry[] {
  return [...host.tables.runs.values()].filter(
    (executor) => isRunning(executor) && viewer.seesContainer(executor),
  );
}

function statusOf({ host }: AgentView, { containerId, processId }: ExecutorEntry): ContainerStatus {
  const told = host.containers.status(containerId);
  return { container_id: { value: containerId }, executor_pid: processId, ...told };
}

/** Between the start of its command and the end of that. */
function isRunning({ processId, exit }: ExecutorEntry): boolean {
  return processId !== undefined && exit === undefined;
}

function nameBlock(executor: ExecutorEntry): object {
  return {
    executor_id: executorId(executor),
    executor_name: executor.info.name ?? '',
    framework_id: executor.framework.id,
    source: executor.info.source ?? '',
  };
}

function* statisticsOf(
  { host }: AgentView,
  executor: ExecutorEntry,
): Generator<undefined, ResourceStatistics> {
  const usage = yield* usageOf(host, executor.containerId);
  const tasks = [...executor.tasks.values()].filter((task) => host.tables.isLive(task));
  const resources = [executor.info.resources, ...tasks.map((task) => task.info.resources)];
  const limits = Resources.of(resources.flatMap((list) => list ?? []));
  return {
    timestamp: host.clock.now() / 1000,
    ...limitsOf(limits),
    ...usage,
  };
}

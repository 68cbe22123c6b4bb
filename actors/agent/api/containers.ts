/** `/containers` and `/monitor/statistics` of the agent (v1-operator-api.md §6). */
import { jsonText, RawJson, toJsonText } from '../../../proto/json.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { HttpRequest } from '../../../runtime/http/request.ts';
import type { AgentView } from '../agent.ts';
import { type ExecutorEntry, executorId } from '../tables/entries.ts';

const BYTES_PER_MB = 1024 * 1024;

/** The body of `/monitor/statistics`: what each container uses. */
export function statisticsText(agent: AgentView): string {
  const blocks = runningOf(agent).map((executor) => ({
    ...nameBlock(executor),
    statistics: statisticsBlock(agent, executor),
  }));
  return jsonText(blocks);
}

/**
 * The body of `/containers`.
 *
 * @throws Error in words when the parameters of the query do not go together
 */
export function containersText(agent: AgentView, query: HttpRequest['query']): string {
  const matches = filterOf(query);
  const blocks = runningOf(agent)
    .filter(matches)
    .map((executor) => ({
      container_id: executor.containerId,
      ...nameBlock(executor),
      statistics: statisticsBlock(agent, executor),
      status: new RawJson(
        toJsonText('mesos.v1.ContainerStatus', {
          container_id: { value: executor.containerId },
          executor_pid: executor.processId,
        }),
      ),
    }));
  return jsonText(blocks);
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

function runningOf({ host }: AgentView): ExecutorEntry[] {
  return [...host.tables.runs.values()].filter(isRunning);
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

function statisticsBlock({ host }: AgentView, executor: ExecutorEntry): RawJson {
  const usage = host.containers.usage(executor.containerId);
  const tasks = [...executor.tasks.values()].filter((task) => host.tables.isLive(task));
  const resources = [executor.info.resources, ...tasks.map((task) => task.info.resources)];
  const limits = Resources.of(resources.flatMap((list) => list ?? []));
  return new RawJson(
    toJsonText('mesos.v1.ResourceStatistics', {
      timestamp: host.clock.now() / 1000,
      cpus_soft_limit: limits.cpus,
      mem_limit_bytes: Math.round(limits.mem * BYTES_PER_MB),
      mem_soft_limit_bytes: Math.round(limits.mem * BYTES_PER_MB),
      ...usage,
    }),
  );
}

/** Which containers of an agent have their output rotated, and at what size. */
import { ContainerInfoType, type Environment } from '../../../proto/generated/types/v1.ts';
import type { AgentHost } from '../host.ts';
import type { NestedContainers } from '../nestedContainers/nestedContainers.ts';
import { ContainerLogger, type LoggedContainer } from './containerLogger.ts';
import { LOGROTATE_LOGGER, type LogLimits, limitsOfContainer, logLimits } from './limits.ts';

/** @returns undefined without `--container_logger` */
export function openContainerLogger(
  host: AgentHost,
  nestedContainers: NestedContainers,
): ContainerLogger | undefined {
  const { container_logger, modules } = host.flags;
  if (container_logger === undefined) return undefined;
  const parameters = modules.get(LOGROTATE_LOGGER);
  const defaults = logLimits((name) => parameters?.get(name));
  const prefix = parameters?.get('environment_variable_prefix') ?? 'CONTAINER_LOGGER_';
  return new ContainerLogger({
    clock: host.clock,
    containers: () => writing(host, nestedContainers, { defaults, prefix }),
    onWarning: (text) => host.log.warn(text),
  });
}

function* writing(
  host: AgentHost,
  nestedContainers: NestedContainers,
  { defaults, prefix }: { readonly defaults: LogLimits; readonly prefix: string },
): Generator<LoggedContainer> {
  const limits = (environment: Environment | undefined): LogLimits => {
    try {
      return limitsOfContainer(defaults, prefix, environment);
    } catch {
      // A variable that makes no sense changes nothing, as in Mesos.
      return defaults;
    }
  };
  for (const { containerId, directory, exit, info } of host.tables.runs.values()) {
    // What Docker's engine gathers is followed by its length.
    if (exit !== undefined || info.container?.type === ContainerInfoType.DOCKER) continue;
    yield { containerId, sandbox: directory, limits: limits(info.command?.environment) };
  }
  for (const { id, sandbox, isDebug } of nestedContainers.all) {
    if (!isDebug && nestedContainers.isAlive(id)) yield { containerId: id, sandbox, limits: defaults };
  }
}

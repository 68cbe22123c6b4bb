/** Health checks and checks that agents run (spec: marathon.md §20). */
import {
  type CheckInfo,
  CheckInfoType,
  type CommandInfo,
  type HealthCheck,
  HealthCheckType,
} from '../../../../proto/index.ts';
import type { App, AppCheck, HealthCheck as AppHealthCheck } from '../model/app.ts';
import type { AssignedPort } from './ports.ts';

/** Whether Marathon itself runs the check; else the agent does. */
export function isLeaderRun({ protocol }: AppHealthCheck): boolean {
  return protocol === 'HTTP' || protocol === 'HTTPS' || protocol === 'TCP';
}

/** The health check that the agent runs: there can be only one, the first. */
export function mesosHealthCheck(
  { healthChecks }: App,
  ports: readonly AssignedPort[],
): HealthCheck | undefined {
  const check = healthChecks.find((each) => !isLeaderRun(each));
  if (check === undefined) return undefined;
  const common = {
    delay_seconds: check.delaySeconds,
    interval_seconds: check.intervalSeconds,
    timeout_seconds: check.timeoutSeconds,
    consecutive_failures: check.maxConsecutiveFailures,
    grace_period_seconds: check.gracePeriodSeconds,
  };
  if (check.protocol === 'COMMAND') {
    const command: CommandInfo = { shell: true, value: check.command?.value ?? 'true' };
    return { ...common, type: HealthCheckType.COMMAND, command };
  }
  const port = portInContainer(ports, check);
  if (check.protocol === 'MESOS_TCP') return { ...common, type: HealthCheckType.TCP, tcp: { port } };
  const scheme = check.protocol === 'MESOS_HTTPS' ? 'https' : 'http';
  return { ...common, type: HealthCheckType.HTTP, http: { port, scheme, path: check.path ?? '/' } };
}

export function mesosCheck({ check }: App, ports: readonly AssignedPort[]): CheckInfo | undefined {
  if (check === undefined) return undefined;
  const { delaySeconds, intervalSeconds, timeoutSeconds } = check;
  const common = {
    ...(delaySeconds !== undefined && { delay_seconds: delaySeconds }),
    ...(intervalSeconds !== undefined && { interval_seconds: intervalSeconds }),
    ...(timeoutSeconds !== undefined && { timeout_seconds: timeoutSeconds }),
  };
  return { ...common, ...kindOf(check, ports) };
}

function kindOf({ http, tcp, exec }: AppCheck, ports: readonly AssignedPort[]): CheckInfo {
  if (http !== undefined)
    return {
      type: CheckInfoType.HTTP,
      http: { port: portInContainer(ports, http), ...(http.path !== undefined && { path: http.path }) },
    };
  if (tcp !== undefined) return { type: CheckInfoType.TCP, tcp: { port: portInContainer(ports, tcp) } };
  return { type: CheckInfoType.COMMAND, command: { command: commandOf(exec?.command ?? {}) } };
}

/** A command of a pod or a check: for a shell, or as a list of arguments. */
export function commandOf({
  shell,
  argv,
}: {
  readonly shell?: string;
  readonly argv?: readonly string[];
}): CommandInfo {
  if (argv === undefined) return { shell: true, value: shell ?? '' };
  return { shell: false, value: argv[0] ?? '', arguments: [...argv] };
}

function portInContainer(
  ports: readonly AssignedPort[],
  { port, portIndex = 0 }: { readonly port?: number; readonly portIndex?: number },
): number {
  const assigned = ports[portIndex];
  return port ?? assigned?.containerPort ?? assigned?.hostPort ?? 0;
}

/** Checks and health checks alike: what is looked at, and when (v1-executor-api.md §8). */
import {
  type CheckInfo,
  CheckInfoType,
  type CheckStatusInfo,
  type CommandInfo,
  type HealthCheck,
  HealthCheckType,
  NetworkInfoProtocol,
} from '../../../proto/generated/types/v1.ts';

export type ProbeDefinition =
  | { readonly kind: 'command'; readonly command: CommandInfo }
  | { readonly kind: 'http'; readonly url: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** Ends a probe by force; its `done` is called all the same. */
export type Abort = () => void;

export interface CheckDefinition {
  readonly probe: ProbeDefinition;
  readonly delayMs: number;
  readonly intervalMs: number;
  /** Infinity for none. */
  readonly timeoutMs: number;
}

/** What a probe found; undefined members of what it did not come to find. */
export interface ProbeResult {
  readonly exitCode?: number;
  readonly statusCode?: number;
  readonly connected?: boolean;
}

/** @returns undefined for a check of no known kind */
export function checkOf(info: CheckInfo): CheckDefinition | undefined {
  const probe = probeOfCheck(info);
  return probe === undefined ? undefined : { probe, ...timesOf(info) };
}

/** @returns undefined for a health check of no known kind */
export function healthCheckOf(info: HealthCheck): CheckDefinition | undefined {
  const probe = probeOfHealthCheck(info);
  return probe === undefined ? undefined : { probe, ...timesOf(info) };
}

function timesOf(
  info: Pick<CheckInfo, 'delay_seconds' | 'interval_seconds' | 'timeout_seconds'>,
): Omit<CheckDefinition, 'probe'> {
  const timeout = info.timeout_seconds ?? 20;
  return {
    delayMs: (info.delay_seconds ?? 15) * 1000,
    intervalMs: (info.interval_seconds ?? 10) * 1000,
    timeoutMs: timeout === 0 ? Number.POSITIVE_INFINITY : timeout * 1000,
  };
}

function probeOfCheck({ type, command, http, tcp }: CheckInfo): ProbeDefinition | undefined {
  if (type === CheckInfoType.COMMAND && command !== undefined)
    return { kind: 'command', command: command.command };
  if (type === CheckInfoType.HTTP && http !== undefined)
    return { kind: 'http', url: urlOf('http', '127.0.0.1', http.port, http.path) };
  if (type === CheckInfoType.TCP && tcp !== undefined)
    return { kind: 'tcp', host: '127.0.0.1', port: tcp.port };
  return undefined;
}

/** Older schedulers give no type. */
function probeOfHealthCheck({ type, command, http, tcp }: HealthCheck): ProbeDefinition | undefined {
  const is = (kind: HealthCheckType): boolean => type === undefined || type === kind;
  if (is(HealthCheckType.COMMAND) && command !== undefined) return { kind: 'command', command };
  if (is(HealthCheckType.HTTP) && http !== undefined) {
    const scheme = http.scheme === 'https' ? 'https' : 'http';
    return { kind: 'http', url: urlOf(scheme, loopbackOf(http.protocol), http.port, http.path) };
  }
  if (is(HealthCheckType.TCP) && tcp !== undefined)
    return { kind: 'tcp', host: loopbackOf(tcp.protocol), port: tcp.port };
  return undefined;
}

function loopbackOf(protocol: NetworkInfoProtocol | undefined): string {
  return protocol === NetworkInfoProtocol.IPv6 ? '::1' : '127.0.0.1';
}

function urlOf(scheme: string, host: string, port: number, path = ''): string {
  const authority = host.includes(':') ? `[${host}]` : host;
  return `${scheme}://${authority}:${port}${path === '' || path.startsWith('/') ? path : `/${path}`}`;
}

/** Health: exit status 0, an HTTP status of 200 to 399, a connection. */
export function isHealthy({ exitCode, statusCode, connected }: ProbeResult): boolean {
  return (
    exitCode === 0 ||
    connected === true ||
    (statusCode !== undefined && statusCode >= 200 && statusCode <= 399)
  );
}

/** The member of its kind, empty for a check that came to no result. */
export function checkStatusOf(
  type: CheckInfoType | undefined,
  result: ProbeResult,
): CheckStatusInfo | undefined {
  const { exitCode, statusCode, connected } = result;
  switch (type) {
    case CheckInfoType.COMMAND:
      return { type, command: exitCode === undefined ? {} : { exit_code: exitCode } };
    case CheckInfoType.HTTP:
      return { type, http: statusCode === undefined ? {} : { status_code: statusCode } };
    case CheckInfoType.TCP:
      return { type, tcp: connected === undefined ? {} : { succeeded: connected } };
    default:
      return undefined;
  }
}

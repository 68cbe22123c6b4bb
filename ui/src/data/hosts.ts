/** `/hosts` of the master: which agents are offered, and who says that some are not. */
import { getJson, send } from './http.ts';

export interface HostTest {
  readonly test: string;
  readonly state: string;
  readonly message: string;
  /** ISO 8601: until then it holds. */
  readonly until: string;
}

export interface Host {
  readonly agent_id: string;
  readonly hostname?: string;
  readonly status: 'on' | 'off';
  /** `manual`, `test` or `blackhole`; nobody says anything without. */
  readonly source?: string;
  readonly reason?: string;
  /** ISO 8601. */
  readonly until?: string;
  /** It is to be off, and too many others are. */
  readonly alarm: boolean;
  readonly tests: readonly HostTest[];
}

export interface HostChange {
  readonly status: 'on' | 'off';
  readonly message: string;
  /** Seconds; for good without. */
  readonly ttl?: number;
}

export const hostPath = (id: string): string => `/hosts/${encodeURIComponent(id)}`;

export async function askHosts(): Promise<readonly Host[]> {
  return (await getJson<{ hosts?: readonly Host[] }>('/hosts')).hosts ?? [];
}

export function askHost(id: string): Promise<Host> {
  return getJson<Host>(hostPath(id));
}

/** @throws ApiError */
export function switchHost(id: string, change: HostChange): Promise<void> {
  return send('PUT', hostPath(id), change);
}

/** Tests decide again. @throws ApiError */
export function clearHost(id: string): Promise<void> {
  return send('DELETE', hostPath(id));
}

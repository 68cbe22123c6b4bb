/** What is said of a host, and how the registry keeps it: as labels, which every release can read. */
import type { Labels } from '../../../proto/index.ts';

export const HOST_SOURCES = ['manual', 'test', 'blackhole'] as const;
export type HostSource = (typeof HOST_SOURCES)[number];

export interface HostEntry {
  readonly status: 'on' | 'off';
  readonly source: HostSource;
  readonly reason: string;
  /** Milliseconds since 1970; undefined: until somebody says otherwise. */
  readonly untilMs?: number;
  /** It was offered before: so it is again when this ends. An agent that an operator deactivated stays so. */
  readonly deactivates: boolean;
}

export function labelsOf({ status, source, reason, untilMs, deactivates }: HostEntry): Labels {
  return {
    labels: [
      { key: 'status', value: status },
      { key: 'source', value: source },
      { key: 'reason', value: reason },
      ...(untilMs === undefined ? [] : [{ key: 'until_ms', value: String(untilMs) }]),
      { key: 'deactivates', value: String(deactivates) },
    ],
  };
}

export function entryOf({ labels = [] }: Labels): HostEntry {
  const values = new Map(labels.map(({ key, value = '' }) => [key, value]));
  const until = Number(values.get('until_ms'));
  return {
    status: values.get('status') === 'off' ? 'off' : 'on',
    source: HOST_SOURCES.find((each) => each === values.get('source')) ?? 'manual',
    reason: values.get('reason') ?? '',
    ...(until > 0 && { untilMs: until }),
    deactivates: values.get('deactivates') === 'true',
  };
}

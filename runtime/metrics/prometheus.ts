import { Counter } from './counter.ts';
import { type Metric, type MetricsRegistry, numberOf } from './registry.ts';
import type { Statistics } from './statistics.ts';
import { Timer } from './timer.ts';

/** Media type of the text, to be sent with it. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const PREFIX = 'mesostate_';
const QUANTILES: ReadonlyArray<readonly [quantile: string, statistic: keyof Statistics]> = [
  ['0.5', 'p50'],
  ['0.9', 'p90'],
  ['0.95', 'p95'],
  ['0.99', 'p99'],
  ['0.999', 'p999'],
  ['0.9999', 'p9999'],
];

type Type = 'counter' | 'gauge' | 'summary';

/** Metrics that share a name once it is spelt as Prometheus wants it. */
interface Family {
  readonly type: Type;
  readonly members: Array<readonly [name: string, metric: Metric]>;
}

/**
 * All metrics in Prometheus' text format (version 0.0.4), which tells types and meanings.
 *
 * Names follow Prometheus' habits: `master/tasks_failed` is the counter `mesostate_master_tasks_failed_total`, the
 * gauge `master/cpus_total` is `mesostate_master_cpus`, the timer `registrar/state_store_ms` is the summary
 * `mesostate_registrar_state_store_seconds`. HELP begins with the name as Mesos writes it. Where two names fall
 * together, a label `name` tells them apart.
 */
export function exposition(registry: MetricsRegistry): string {
  const lines: string[] = [];
  for (const [name, family] of familiesOf(registry)) {
    const samples = family.members.flatMap(([own, { instrument }]) => {
      const labels = family.members.length === 1 ? [] : [`name="${escapeLabel(own)}"`];
      return instrument instanceof Timer
        ? summaryLines(name, labels, instrument)
        : [`${name}${braces(labels)} ${numberText(numberOf(instrument))}`];
    });
    lines.push(`# HELP ${name} ${escapeHelp(helpOf(family))}`, `# TYPE ${name} ${family.type}`, ...samples);
  }
  return lines.map((line) => `${line}\n`).join('');
}

function familiesOf(registry: MetricsRegistry): Map<string, Family> {
  const families = new Map<string, Family>();
  for (const [name, metric] of registry.entries()) {
    const type = typeOf(metric);
    const plain = familyName(name, type);
    // All samples of a family have one type: `up_ms` (a summary in seconds) and `up_seconds` (a gauge) are two.
    const key = (families.get(plain)?.type ?? type) === type ? plain : `${plain}_${type}`;
    const family = families.get(key) ?? { type, members: [] };
    family.members.push([name, metric]);
    families.set(key, family);
  }
  return families;
}

function typeOf({ instrument }: Metric): Type {
  if (instrument instanceof Timer) return 'summary';
  return instrument instanceof Counter ? 'counter' : 'gauge';
}

function familyName(name: string, type: Type): string {
  const base = PREFIX + name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_|_$/g, '');
  if (type === 'counter') return base.endsWith('_total') ? base : `${base}_total`;
  return type === 'summary' ? `${base.slice(0, -'_ms'.length)}_seconds` : base.replace(/_total$/, '');
}

function helpOf({ members }: Family): string {
  const [first] = members;
  if (first === undefined) return '';
  const [name, { help }] = first;
  return help === '' ? name : `${name}: ${help}`;
}

function summaryLines(name: string, labels: readonly string[], timer: Timer): string[] {
  const statistics = timer.statistics();
  const quantiles = QUANTILES.flatMap(([quantile, statistic]) => {
    if (statistics === undefined) return [];
    return [`${name}${braces([...labels, `quantile="${quantile}"`])} ${statistics[statistic] / 1000}`];
  });
  const totals = [`_sum${braces(labels)} ${timer.sumMs / 1000}`, `_count${braces(labels)} ${timer.count}`];
  return [...quantiles, ...totals.map((total) => name + total)];
}

function braces(labels: readonly string[]): string {
  return labels.length === 0 ? '' : `{${labels.join(',')}}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}

/** Marathon's metrics, under the names that its users' dashboards know (spec: marathon.md §31). */
import { enumName, TaskState, type TaskStatus } from '../../../proto/index.ts';
import type { MetricsRegistry } from '../../../runtime/metrics/index.ts';
import type { Marathon } from './marathon.ts';
import { isPod } from './model/spec.ts';

const STATUS_CLASSES = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const;
const METHODS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'delete']);

export class MarathonMetrics {
  readonly #registry: MetricsRegistry;
  readonly #marathon: Marathon;

  constructor(marathon: Marathon, registry: MetricsRegistry) {
    this.#registry = registry;
    this.#marathon = marathon;
    this.#addGauges();
    for (const status of STATUS_CLASSES) this.#counter(`http.responses.${status}.rate.meter`);
    for (const what of ['incoming', 'declined', 'used']) this.#counter(`mesos.offers.${what}.counter`);
    for (const what of ['launch', 'launch-group', 'reserve'])
      this.#counter(`mesos.offer-operations.${what}.counter`);
  }

  counted(what: 'incoming' | 'declined' | 'used' | 'launch' | 'launch-group' | 'reserve', by: number): void {
    const offers = what === 'incoming' || what === 'declined' || what === 'used';
    this.#counter(offers ? `mesos.offers.${what}.counter` : `mesos.offer-operations.${what}.counter`).value +=
      by;
    if (what === 'launch' || what === 'launch-group') this.#counter('tasks.launched.counter').value += by;
  }

  taskUpdate({ state }: TaskStatus): void {
    this.#counter(
      `mesos.task-updates.${enumName(TaskState, state).toLowerCase().replaceAll('_', '-')}.counter`,
    ).value += 1;
  }

  answered(method: string, status: number, requestBytes: number, responseBytes: number): void {
    this.#counter(`http.responses.${Math.floor(status / 100)}xx.rate.meter`).value += 1;
    this.#counter('http.requests.size.counter.bytes').value += requestBytes;
    this.#counter('http.responses.size.counter.bytes').value += responseBytes;
    const verb = method.toLowerCase();
    if (METHODS.has(verb)) this.#counter(`http.requests.${verb}.counter`).value += 1;
  }

  streamed(bytes: number): void {
    this.#counter('http.responses.event-stream.size.counter.bytes').value += bytes;
  }

  snapshot(startMs: number, endMs: number): object {
    return dropwizard(this.#registry, startMs, endMs);
  }

  #counter(name: string): { value: number } {
    return this.#registry.counter(`marathon.${name}`);
  }

  #addGauges(): void {
    const marathon = this.#marathon;
    const gauges: Readonly<Record<string, () => number>> = {
      'apps.active.gauge': () =>
        [...marathon.definitions.root.services.values()].filter((each) => !isPod(each)).length,
      'pods.active.gauge': () => [...marathon.definitions.root.services.values()].filter(isPod).length,
      'groups.active.gauge': () => marathon.definitions.root.groups.size,
      'deployments.active.gauge': () => marathon.deployments.size,
      'deployments.counter': () => marathon.deployments.started,
      'deployments.dismissed.counter': () => marathon.deployments.dismissed,
      'instances.running.gauge': () => marathon.instances.countIn('running'),
      'instances.staged.gauge': () =>
        marathon.instances.countIn('staging') + marathon.instances.countIn('provisioned'),
      'instances.inflight-kills.gauge': () => marathon.killer.inFlight,
      'instances.inflight-kill-attempts.gauge': () => marathon.killer.attempts,
      'mesos.calls.revive.counter': () => marathon.demand.revives,
      'mesos.calls.suppress.counter': () => marathon.demand.suppressions,
      'uptime.gauge.seconds': () => (marathon.context.clock.now() - marathon.startedMs) / 1000,
      'state.held-up.gauge': () => (marathon.store.heldUp === undefined ? 0 : 1),
      'events.subscribers.gauge': () => marathon.events.followers,
    };
    for (const [name, pull] of Object.entries(gauges)) this.#registry.gauge(`marathon.${name}`, pull);
  }
}

/** All metrics as Dropwizard's reporter wrote them, over a span of milliseconds since 1970. */
export function dropwizard(registry: MetricsRegistry, startMs: number, endMs: number): object {
  const gauges: Record<string, object> = {};
  const counters: Record<string, object> = {};
  const meters: Record<string, object> = {};
  for (const [name, value] of Object.entries(registry.snapshot())) {
    if (name.endsWith('.meter')) meters[name] = { count: value };
    else if (name.includes('.counter')) counters[name] = { count: value };
    else gauges[name.startsWith('marathon.') ? name : `process.${name.replaceAll('/', '.')}`] = { value };
  }
  const time = (ms: number): string => new Date(ms).toISOString();
  return { start: time(startMs), end: time(endMs), counters, gauges, histograms: {}, meters, timers: {} };
}

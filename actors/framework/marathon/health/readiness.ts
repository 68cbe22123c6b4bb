/** Readiness of instances that a deployment started: asked until each said yes once (spec: marathon.md §18). */
import type { Timer } from '../../../../runtime/index.ts';
import type { Instance } from '../instances/instance.ts';
import { type App, type ReadinessCheck, usesHostNetwork } from '../model/app.ts';
import type { ProbeAnswer, Prober } from './prober.ts';
import { endpointOf } from './target.ts';

interface Asked {
  readonly instance: Instance;
  readonly check: ReadinessCheck;
  readonly portIndex: number;
  readonly app: App;
  ready: boolean;
  last: ProbeAnswer | undefined;
  timer: Timer | undefined;
}

export interface ReadinessOptions {
  readonly prober: Prober;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly defer: <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => void;
  readonly changed: (instance: Instance) => void;
}

export class Readiness {
  readonly #options: ReadinessOptions;
  readonly #asked = new Map<string, Asked>();

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** Whether the instance is ready; begins to ask when nobody has. */
  isReady(instance: Instance, app: App): boolean {
    const [check] = app.readinessChecks;
    if (check === undefined) return true;
    const known = this.#asked.get(instance.id);
    if (known !== undefined) return known.ready;
    const ports = usesHostNetwork(app) ? app.portDefinitions : app.container?.portMappings;
    const portIndex = ports?.findIndex(({ name }) => name === check.portName) ?? 0;
    const asked: Asked = { instance, check, portIndex, app, ready: false, last: undefined, timer: undefined };
    this.#asked.set(instance.id, asked);
    this.#ask(asked);
    return false;
  }

  forget(instance: Instance): void {
    this.#asked.get(instance.id)?.timer?.cancel();
    this.#asked.delete(instance.id);
  }

  /** Results of a service's instances, as clients read them. @param counts those that are asked about; default: all */
  resultsOf(service: string, counts: (instance: Instance) => boolean = () => true): object[] {
    return [...this.#asked.values()]
      .filter(({ instance }) => instance.service === service && counts(instance))
      .map(({ instance, check, ready, last }) => ({
        name: check.name,
        taskId: instance.taskId,
        ready,
        ...(check.preserveLastResponse &&
          last?.status !== undefined && {
            lastResponse: { status: last.status, contentType: last.contentType ?? '', body: last.body ?? '' },
          }),
      }));
  }

  #ask(asked: Asked): void {
    const { app, instance, check, portIndex } = asked;
    const at = endpointOf(app, instance, { portIndex });
    const took = this.#options.defer((answer: ProbeAnswer) => this.#take(asked, answer));
    const again = (): void => this.#ask(asked);
    asked.timer = this.#options.delay(check.intervalSeconds * 1000, again);
    if (at === undefined) return;
    const { protocol, path } = check;
    this.#options.prober.probe({ ...at, protocol, path, timeoutMs: check.timeoutSeconds * 1000 }, took);
  }

  #take(asked: Asked, answer: ProbeAnswer): void {
    if (this.#asked.get(asked.instance.id) !== asked || asked.ready) return;
    asked.last = answer;
    if (answer.status === undefined || !asked.check.httpStatusCodesForReady.includes(answer.status)) return;
    asked.ready = true;
    asked.timer?.cancel();
    this.#options.changed(asked.instance);
  }
}

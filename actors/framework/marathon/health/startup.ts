/** Startup checks: an instance that has not answered once is neither healthy nor ill, and is replaced when that takes too long. */
import type { Timer } from '../../../../runtime/index.ts';
import { ChartTable, marathonStartupMachine } from '../../../../statecharts/index.ts';
import type { Instance } from '../instances/instance.ts';
import type { App, StartupCheck } from '../model/app.ts';
import type { ProbeAnswer, Prober } from './prober.ts';
import { hasPassed, targetOf } from './target.ts';

interface Starting {
  readonly instance: Instance;
  readonly app: App;
  readonly check: StartupCheck;
  timer: Timer | undefined;
  cause: string;
}

export interface StartupOptions {
  readonly prober: Prober;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly defer: <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => void;
  readonly started: (instance: Instance, app: App) => void;
  /** It did not answer in time. */
  readonly fatal: (instance: Instance, cause: string) => void;
  readonly failed: (where: string, error: unknown) => void;
}

export class StartupChecks {
  readonly #options: StartupOptions;
  readonly #starting = new Map<string, Starting>();
  readonly #charts: ChartTable<typeof marathonStartupMachine>;

  constructor(options: StartupOptions) {
    this.#options = options;
    this.#charts = new ChartTable(marathonStartupMachine, {
      actions: {
        beginHealthChecks: ({ id }) => this.#over(id, ({ instance, app }) => options.started(instance, app)),
        giveUp: ({ id }) => this.#over(id, ({ instance, cause }) => options.fatal(instance, cause)),
      },
      onError: ({ where, error }) => options.failed(where, error),
    });
  }

  /** Whether it has not answered yet. */
  isStarting({ id }: Instance): boolean {
    return this.#starting.has(id);
  }

  begin(instance: Instance, app: App, check: StartupCheck): void {
    const starting: Starting = { instance, app, check, timer: undefined, cause: '' };
    this.#starting.set(instance.id, starting);
    this.#charts.start(instance.id, { fatalFailure: check.maxConsecutiveFailures });
    this.#plan(starting);
  }

  forget({ id }: Instance): void {
    this.#starting.get(id)?.timer?.cancel();
    this.#starting.delete(id);
    this.#charts.stop(id);
  }

  #plan(starting: Starting): void {
    const { intervalSeconds } = starting.check;
    starting.timer = this.#options.delay(intervalSeconds * 1000, () => this.#ask(starting));
  }

  #ask(starting: Starting): void {
    const { instance, app, check } = starting;
    const took = this.#options.defer((answer: ProbeAnswer) => this.#take(starting, answer));
    const target = targetOf(app, instance, check);
    if (target === undefined) took({ connected: false, error: 'the instance has no such port' });
    else this.#options.prober.probe(target, took);
  }

  #take(starting: Starting, answer: ProbeAnswer): void {
    const { instance, check } = starting;
    if (this.#starting.get(instance.id) !== starting) return;
    starting.cause = `it has not started: ${answer.error ?? `answered ${answer.status}`}`;
    this.#charts.step(instance.id, { type: hasPassed(check, answer) ? 'PASSED' : 'FAILED' });
    if (this.#starting.has(instance.id)) this.#plan(starting);
  }

  #over(id: string, tell: (starting: Starting) => void): void {
    const starting = this.#starting.get(id);
    this.#starting.delete(id);
    if (starting === undefined) return;
    // Not from within the step of its own chart.
    this.#options.defer(() => {
      this.#charts.stop(id);
      tell(starting);
    })();
  }
}

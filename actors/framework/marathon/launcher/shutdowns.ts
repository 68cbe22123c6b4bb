/** Asks instances to end by HTTP before they are killed; what ends by then is not killed at all (spec: other-frameworks.md §2.1). */
import type { Timer } from '../../../../runtime/index.ts';
import type { Inspectable } from '../../../../runtime/inspect/inspector.ts';
import { ChartTable, marathonShutdownMachine } from '../../../../statecharts/index.ts';
import type { ProbeAnswer, Prober } from '../health/prober.ts';
import { targetOf } from '../health/target.ts';
import type { Instance } from '../instances/instance.ts';
import type { App, HttpShutdown } from '../model/app.ts';

export interface ShutdownOptions {
  readonly prober: Prober;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly defer: <A extends unknown[]>(run: (...args: A) => void) => (...args: A) => void;
  readonly failed: (where: string, error: unknown) => void;
}

interface Ending {
  readonly instance: Instance;
  readonly app: App;
  readonly rule: HttpShutdown;
  readonly then: () => void;
}

export class Shutdowns {
  readonly #options: ShutdownOptions;
  readonly #ending = new Map<string, Ending>();
  readonly #charts: ChartTable<typeof marathonShutdownMachine>;

  constructor(options: ShutdownOptions) {
    this.#options = options;
    const on =
      (act: (ending: Ending) => void) =>
      ({ id }: { readonly id: string }): void => {
        const ending = this.#ending.get(id);
        if (ending !== undefined) act(ending);
      };
    const seconds =
      (of: (rule: HttpShutdown) => number) =>
      ({ id }: { readonly id: string }): number => {
        const rule = this.#ending.get(id)?.rule;
        return rule === undefined ? 0 : of(rule) * 1000;
      };
    this.#charts = new ChartTable(marathonShutdownMachine, {
      clock: { setTimer: (delayMs, run) => options.delay(delayMs, run) },
      delays: {
        GRACEFUL_WAIT: seconds((rule) => rule.gracefulWaitSeconds),
        ABORT_WAIT: seconds((rule) => rule.abortWaitSeconds),
      },
      actions: {
        askToQuit: on((ending) => this.#ask(ending, 'quitting', ending.rule.gracefulPath)),
        askToAbort: on((ending) => this.#ask(ending, 'aborting', ending.rule.abortPath)),
        killTask: on((ending) => this.#over(ending)),
      },
      onError: ({ where, error }) => options.failed(where, error),
    });
  }

  /** To be watched by others. */
  get charts(): Inspectable {
    return this.#charts;
  }

  /** Begins; doing so twice is doing it once. @param then when it had its time, unless it ended before */
  begin(instance: Instance, app: App, rule: HttpShutdown, then: () => void): void {
    if (this.#ending.has(instance.id)) return;
    this.#ending.set(instance.id, { instance, app, rule, then });
    this.#charts.start(instance.id);
  }

  /** It ended. */
  forget({ id }: Instance): void {
    if (this.#ending.delete(id)) this.#charts.stop(id);
  }

  #ask({ instance, app, rule }: Ending, state: 'quitting' | 'aborting', path: string): void {
    const { port, portIndex } = rule;
    // Not from within the step of its own chart.
    const heard = this.#options.defer(({ connected }: ProbeAnswer) => {
      if (!connected && this.#charts.value(instance.id) === state)
        this.#charts.step(instance.id, { type: 'UNHEARD' });
    });
    const target = targetOf(app, instance, { protocol: 'HTTP', path, port, portIndex, timeoutSeconds: 5 });
    if (target === undefined) heard({ connected: false });
    else this.#options.prober.probe({ ...target, method: 'POST' }, heard);
  }

  #over({ instance, then }: Ending): void {
    this.#options.defer(() => {
      if (!this.#ending.has(instance.id)) return;
      this.forget(instance);
      then();
    })();
  }
}

/** What a framework is given by its host: time, chance, a log, a place to print, and the way to end. */
import type { Clock, HttpHandler, Ids, Random, RouteOptions, Timer } from '../../runtime/index.ts';
import type { Inspectable } from '../../runtime/inspect/inspector.ts';
import type { Logger } from '../../runtime/logging/index.ts';
import type { MetricsRegistry } from '../../runtime/metrics/index.ts';

/** How a framework ends. */
export interface FrameworkEnd {
  /** Exit code of the program: 0 is success. */
  readonly exitCode: number;
  /** Leave tasks running and the framework registered, for another run to take over. Default: false, all is torn down. */
  readonly failover?: boolean;
  /** Begin anew, as a framework that the master does not know. */
  readonly again?: boolean;
  /** Let another instance go on with it; of one that is alone, begin it anew. */
  readonly handOver?: boolean;
}

/** A path that a framework answers over HTTP, and everything below it. */
export interface FrameworkRoute extends RouteOptions {
  readonly path: string;
  /** Runs between two callbacks. */
  readonly handler: HttpHandler;
}

export interface FrameworkContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: Logger;
  readonly metrics: MetricsRegistry;
  /** What `--framework_options` held: a JSON object, empty when the flag was not given. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Runs `run` between two callbacks, `delayMs` from now. */
  delay(delayMs: number, run: () => void): Timer;
  /** A callable that runs `handler` between two callbacks: for whatever answers from outside (files, network, promises). */
  defer<A extends unknown[]>(handler: (...args: A) => void): (...args: A) => void;
  /** Answers these paths of the node, until the framework ends. `id` names the process that is seen to serve them. */
  serve(id: string, routes: readonly FrameworkRoute[]): void;
  /** Lets a chart of the framework be watched, as long as it runs. */
  watchable(chart: Inspectable): void;
  /** A line for the person in front of the program. */
  print(line: string): void;
  /** Ends the framework, once the present callback has returned and its calls are sent. */
  finish(end: FrameworkEnd): void;
}

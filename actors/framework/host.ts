/** Runs one framework: its driver, the context it is given, and its end. */
import type { FrameworkInfo } from '../../proto/index.ts';
import type { Address, HttpHandler, HttpReply, HttpRequest, Node, Pid } from '../../runtime/index.ts';
import type { MasterDetector } from '../detector/index.ts';
import type { FrameworkContext, FrameworkEnd, FrameworkRoute } from './context.ts';
import type { FrameworkDefinition } from './definition.ts';
import { MesosSchedulerDriver } from './driver/driver.ts';
import type { DriverAuthentication } from './driver/options.ts';
import type { Scheduler } from './driver/scheduler.ts';
import { FrameworkFronts, OpenRequests } from './fronts.ts';
import { FrameworkLedger } from './ledger.ts';
import { showFramework } from './status.ts';

export interface HostOptions {
  readonly definition: FrameworkDefinition;
  readonly framework: FrameworkInfo;
  /** Where the master is, or who finds it, anew for each run. */
  readonly master: Address | MasterDetector;
  /** Whom to prove to be to the master. */
  readonly authentication?: DriverAuthentication | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  readonly print: (line: string) => void;
  /** Takes what the framework answers over HTTP, and under which id; default: a process of its own serves it. */
  readonly serve?: (routes: readonly FrameworkRoute[], id: string) => void;
}

/** A framework that runs. */
export interface HostedFramework {
  readonly pid: Pid;
  /** How it ended. */
  readonly ended: Promise<FrameworkEnd>;
  /** Ends it. Ending twice is ending once. */
  finish(end: FrameworkEnd): void;
}

const NOTHING: Scheduler = { offers: () => {}, update: () => {} };

/** Spawns the driver of a framework. */
export function hostFramework(node: Node, options: HostOptions): HostedFramework {
  const { definition, framework, master, authentication } = options;
  let end: FrameworkEnd | undefined;
  const ledger = new FrameworkLedger(() => node.clock.now());
  const fronts = new FrameworkFronts(node);
  const requests = new OpenRequests();
  const serve = options.serve ?? ((routes, id) => fronts.serve(id, routes));
  const finish = (how: FrameworkEnd): void => {
    if (end !== undefined) return;
    end = how;
    // A turn later, so that calls of the present callback, acknowledgements above all, go out before.
    driver.after(0, () => {
      driver.stop(how.failover);
      fronts.end();
      requests.end();
    });
  };
  const info = { ...framework, ...definition.framework };
  const driver: MesosSchedulerDriver = new MesosSchedulerDriver({
    id: `scheduler-${node.ids.uuid()}`,
    master,
    authentication,
    framework: info,
    observer: ledger,
    explicitAcknowledgements: definition.explicitAcknowledgements === true,
    scheduler: () =>
      create(definition, contextOf(node, driver, { ...options, serve }, requests, finish), finish),
  });
  const pid = node.spawn(driver);
  showFramework(node, { driver, info, ledger });
  const ended = node.wait(pid).then(async () => {
    requests.end();
    fronts.end();
    await fronts.ended();
    await definition.close?.();
    return end ?? { exitCode: 1 };
  });
  return { pid, ended, finish };
}

/** Requests run as events of the driver, between two callbacks. */
function betweenCallbacks(
  routes: readonly FrameworkRoute[],
  driver: MesosSchedulerDriver,
  requests: OpenRequests,
): readonly FrameworkRoute[] {
  return routes.map((route) => ({
    ...route,
    handler: requests.handler(
      driver.deferred((request: HttpRequest, reply: HttpReply) => answer(route.handler, request, reply)),
    ),
  }));
}

/** A handler that throws costs its request, never the framework. */
function answer(handler: HttpHandler, ...[request, reply]: Parameters<HttpHandler>): void {
  try {
    handler(request, reply);
  } catch (error) {
    if (!reply.closed) reply.text(500, 'Internal error; see the log');
    throw error;
  }
}

/** A framework that cannot even be made ends at once. */
function create(
  definition: FrameworkDefinition,
  context: FrameworkContext,
  finish: (end: FrameworkEnd) => void,
): Scheduler {
  try {
    return definition.create(context);
  } catch (error) {
    context.print(
      `${definition.name}: cannot be started: ${error instanceof Error ? error.message : String(error)}`,
    );
    finish({ exitCode: 1 });
    return NOTHING;
  }
}

function contextOf(
  node: Node,
  driver: MesosSchedulerDriver,
  { definition, options, print, serve }: HostOptions & Required<Pick<HostOptions, 'serve'>>,
  requests: OpenRequests,
  finish: (end: FrameworkEnd) => void,
): FrameworkContext {
  return {
    clock: node.clock,
    random: node.random,
    ids: node.ids,
    log: node.loggerFor(driver.id).child(definition.name),
    metrics: node.metrics,
    serve: (id, routes) => serve(betweenCallbacks(routes, driver, requests), id),
    options,
    delay: (delayMs, run) => driver.after(delayMs, run),
    defer: (handler) => driver.deferred(handler),
    watchable: (chart) => node.inspector.register(driver.id, chart),
    print,
    finish,
  };
}

/** How the parts of a Marathon are put together: each is told what it needs of the others, and nothing more. */
import type { Transition } from '../../../statecharts/index.ts';
import { Reconciler } from '../driver/reconciler.ts';
import type { SchedulerDriver } from '../driver/scheduler.ts';
import type { PlacedTask } from '../matching/task.ts';
import { MeaCulpa } from '../meaCulpa.ts';
import { Deployments } from './deployments/manager.ts';
import { Evacuations } from './evacuations.ts';
import { EventBus } from './events/bus.ts';
import { instanceEvents } from './events/instanceEvents.ts';
import { HealthMonitor } from './health/monitor.ts';
import type { Prober } from './health/prober.ts';
import { Readiness } from './health/readiness.ts';
import type { Instance } from './instances/instance.ts';
import { InstanceTable } from './instances/table.ts';
import { Keeper } from './keeper.ts';
import { placedOf } from './launcher/fittest.ts';
import { Killer } from './launcher/killer.ts';
import { Launcher } from './launcher/launcher.ts';
import { LaunchQueue } from './launcher/queue.ts';
import { Shutdowns } from './launcher/shutdowns.ts';
import type { Marathon, MarathonOptions } from './marathon.ts';
import { isApp } from './model/spec.ts';
import { OfferDemand } from './offers/demand.ts';
import { Definitions } from './store/definitions.ts';

type Failed = (where: string, error: unknown) => void;

function failedOf({ context }: Marathon): Failed {
  return (where, error) =>
    context.log.error('a chart could not be moved on', { where, error: String(error) });
}

export function eventBus({ context, store }: MarathonOptions): EventBus {
  const { clock, ids } = context;
  return new EventBus(clock, ids.uuid().slice(0, 8), (run) => store.flushed(run));
}

export function definitionsOf({ context, store, settings }: MarathonOptions): Definitions {
  const { versionsMax, localPortMin: portMin, localPortMax: portMax } = settings;
  return new Definitions({ store, versionsMax, portMin, portMax, random: context.random });
}

export function instanceTable(
  marathon: Marathon,
  moved: (instance: Instance, transition: Transition) => void,
): InstanceTable {
  const { context, settings, store } = marathon;
  const { clock, delay, log } = context;
  return new InstanceTable({
    clock,
    delay,
    failed: failedOf(marathon),
    times: {
      launchConfirmMs: settings.launchConfirmTimeoutMs,
      launchMs: settings.launchTimeoutMs,
      reservationMs: settings.reservationTimeoutMs,
    },
    strategyOf: (service) => marathon.specNow(service)?.unreachableStrategy ?? 'disabled',
    save: (record) => store.put(`instance/${record.id}`, record),
    forget: (id) => store.remove(`instance/${id}`),
    kill: (instance) => marathon.killer.kill(instance),
    overdue: ({ id }) => log.warn('an instance took too long to begin', { instance: id }),
    moved,
  });
}

export function shutdowns(marathon: Marathon, prober: Prober): Shutdowns {
  const { delay, defer } = marathon.context;
  return new Shutdowns({ prober, delay, defer, failed: failedOf(marathon) });
}

export function evacuations(marathon: Marathon): Evacuations {
  return new Evacuations(marathon, failedOf(marathon));
}

export function meaCulpa({ settings }: Marathon): MeaCulpa {
  return new MeaCulpa(settings.meaCulpaLimit);
}

export function killer(marathon: Marathon): Killer {
  const { context, settings, store } = marathon;
  return new Killer({
    driver: () => marathon.driver,
    delay: context.delay,
    chunkSize: settings.killChunkSize,
    retryMs: settings.killRetryMs,
    warn: (instance, then) => {
      const spec = marathon.specOf(instance);
      const rule = spec !== undefined && isApp(spec) ? spec.httpShutdown : undefined;
      if (spec === undefined || !isApp(spec) || rule === undefined || instance.startedAtMs === undefined)
        then();
      else marathon.shutdowns.begin(instance, spec, rule, then);
    },
    afterStore: (run) => store.flushed(run),
  });
}

export function launchQueue(marathon: Marathon): LaunchQueue {
  const { clock, delay } = marathon.context;
  return new LaunchQueue({
    clock,
    delay,
    failed: failedOf(marathon),
    wanted: () => marathon.demand.revive(),
  });
}

export interface HealthHooks {
  readonly changed: (instance: Instance, alive: boolean) => void;
  readonly fatal: (instance: Instance, cause: string) => void;
}

export function healthMonitor(marathon: Marathon, prober: Prober, hooks: HealthHooks): HealthMonitor {
  const { clock, delay, defer } = marathon.context;
  return new HealthMonitor({
    clock,
    prober,
    delay,
    defer,
    failed: failedOf(marathon),
    strictFailureCount: marathon.settings.strictFailureCount,
    checkFailed: (instance, check) => instanceEvents.checkFailed(marathon, instance, check),
    ...hooks,
  });
}

export function readiness(marathon: Marathon, prober: Prober): Readiness {
  const { delay, defer } = marathon.context;
  return new Readiness({
    prober,
    delay,
    defer,
    changed: ({ service }) => marathon.keeper.touch([service]),
  });
}

export function deployments(marathon: Marathon, stopped: (service: string) => void): Deployments {
  const { store, events, context } = marathon;
  return new Deployments({
    store,
    events,
    delay: context.delay,
    failed: failedOf(marathon),
    changed: (services) => marathon.keeper.touch(services),
    locked: (service) => marathon.queue.lock(service),
    unlocked: (service) => marathon.queue.unlock(service),
    stopped,
    revert: (plan) => void marathon.writes.revert(plan),
  });
}

export function keeper(marathon: Marathon): Keeper {
  const { context, definitions, instances, queue, health } = marathon;
  return new Keeper({
    clock: context.clock,
    delay: context.delay,
    definitions,
    instances,
    deployments: marathon.deployments,
    queue,
    health,
    readiness: marathon.readiness,
    specOf: (instance) => marathon.specOf(instance),
    settled: () => marathon.demand.idle(),
  });
}

export function launcher(marathon: Marathon): Launcher {
  const { context, settings, queue, instances, store } = marathon;
  const { clock, random, ids } = context;
  return new Launcher({
    clock,
    random,
    ids,
    settings,
    queue,
    instances,
    afterStore: (run) => store.flushed(run),
    enforcesRole: ({ id }) => marathon.enforcesRole(id),
    frameworkId: () => marathon.frameworkId ?? '',
    isOwn: (id) => id === marathon.frameworkId || marathon.store.loaded.has(`former/${id}`),
    ownTasks: () => ownTasks(marathon),
    failed: failedOf(marathon),
    counted: (what, by) => marathon.metrics.counted(what, by),
  });
}

/** What own instances take of their agents. */
function ownTasks(marathon: Marathon): Map<string, PlacedTask[]> {
  const tasks = new Map<string, PlacedTask[]>();
  for (const instance of marathon.instances.all()) {
    const spec = marathon.specOf(instance);
    const agentId = instance.place?.agentId;
    if (spec === undefined || agentId === undefined || !marathon.instances.alive(instance)) continue;
    tasks.set(agentId, [...(tasks.get(agentId) ?? []), placedOf(spec, instance.id)]);
  }
  return tasks;
}

export function offerDemand(marathon: Marathon): OfferDemand {
  const { clock, delay } = marathon.context;
  return new OfferDemand({
    driver: () => marathon.driver,
    clock,
    delay,
    intervalMs: marathon.settings.reviveIntervalMs,
    role: marathon.settings.role,
    roles: () => rolesOf(marathon),
    waiting: () => rolesWaiting(marathon),
    wanted: () => marathon.queue.anyWaiting,
  });
}

/** Of what is defined, and of what is left of before. */
function* rolesOf({ definitions, instances }: Marathon): Iterable<string> {
  for (const { role } of definitions.root.services.values()) yield role;
  for (const { role } of instances.all()) yield role;
}

function* rolesWaiting({ queue }: Marathon): Iterable<string> {
  for (const { spec } of queue.waiting()) yield spec.role;
}

export function reconciler(
  marathon: Marathon,
  tasks: () => ReturnType<ConstructorParameters<typeof Reconciler>[0]['tasks']>,
): Reconciler {
  const { delay, random } = marathon.context;
  const reconcile: SchedulerDriver['reconcile'] = (asked) => marathon.driver?.reconcile(asked);
  return new Reconciler({ tasks, reconcile, delay, random });
}

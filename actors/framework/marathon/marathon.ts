/**
 * Marathon: keeps services running. The scheduler's callbacks arrive here, and what its parts tell each other passes through
 * here; every change is written down before it is acted upon.
 */
import type {
  InverseOffer,
  Offer,
  OfferID,
  SchedulerEventFailure,
  TaskStatus,
} from '../../../proto/index.ts';
import { enumName, TaskState } from '../../../proto/index.ts';
import type { Transition } from '../../../statecharts/index.ts';
import type { FrameworkContext } from '../context.ts';
import type { Reconciler } from '../driver/reconciler.ts';
import type { Scheduler, SchedulerDriver, Subscription } from '../driver/scheduler.ts';
import type { MeaCulpa } from '../meaCulpa.ts';
import { ClusterUse } from './clusterUse.ts';
import type { DeploymentRecord } from './deployments/deployment.ts';
import type { Deployments } from './deployments/manager.ts';
import type { Evacuations } from './evacuations.ts';
import { type EventBus, isoTime } from './events/bus.ts';
import { Callbacks } from './events/callbacks.ts';
import { instanceEvents } from './events/instanceEvents.ts';
import { type HealthMonitor, isChecked } from './health/monitor.ts';
import type { Prober } from './health/prober.ts';
import type { Readiness } from './health/readiness.ts';
import { conditionOf, type Instance, type InstanceRecord, isEnd } from './instances/instance.ts';
import type { InstanceTable } from './instances/table.ts';
import type { Keeper } from './keeper.ts';
import type { Killer } from './launcher/killer.ts';
import type { Launcher } from './launcher/launcher.ts';
import type { LaunchQueue } from './launcher/queue.ts';
import type { Shutdowns } from './launcher/shutdowns.ts';
import { MarathonMetrics } from './metrics.ts';
import { topGroupOf } from './model/ids.ts';
import { enforcesRole } from './model/root.ts';
import { isApp, type Spec } from './model/spec.ts';
import type { OfferDemand } from './offers/demand.ts';
import * as parts from './parts.ts';
import type { MarathonSettings } from './settings.ts';
import type { Definitions } from './store/definitions.ts';
import { Failures } from './store/failures.ts';
import { History } from './store/history.ts';
import type { KeptStore } from './store/keptStore.ts';
import { TimedChanges } from './timedChanges.ts';
import { Writes } from './writes.ts';

/** The master's word for a framework that was torn down, or was away for longer than its failover timeout. */
const REMOVED = 'Framework has been removed';
/** Instances exist, but not the framework that they are of: upstream's exit code. */
export const EXIT_FRAMEWORK_ID_MISSING = 108;
/** An instance ended because its `maxRuntimeSeconds` were over. */
const TIME_IS_OVER = 'REASON_MAX_COMPLETION_TIME_REACHED';
/** Deployments are looked at this often even when nothing is heard. */
const DEPLOYMENT_TICK_MS = 5_000;
/** How long offers are looked at for reservations that nobody needs any more. */
const CLEANUP_MS = 60_000;

export interface MarathonOptions {
  readonly context: FrameworkContext;
  readonly settings: MarathonSettings;
  readonly store: KeptStore;
  readonly prober: Prober;
}

export class Marathon implements Scheduler {
  readonly context: FrameworkContext;
  readonly settings: MarathonSettings;
  readonly store: KeptStore;
  readonly events: EventBus;
  readonly definitions: Definitions;
  readonly instances: InstanceTable;
  readonly deployments: Deployments;
  readonly queue: LaunchQueue;
  readonly health: HealthMonitor;
  readonly readiness: Readiness;
  readonly keeper: Keeper;
  readonly killer: Killer;
  readonly shutdowns: Shutdowns;
  readonly meaCulpa: MeaCulpa;
  readonly launcher: Launcher;
  readonly demand: OfferDemand;
  readonly failures: Failures;
  readonly history: History;
  readonly callbacks: Callbacks;
  readonly writes: Writes;
  readonly timed: TimedChanges;
  readonly evacuations: Evacuations;
  /** The master that leads, `host:port`. */
  master: string | undefined;
  readonly cluster: ClusterUse;
  readonly metrics: MarathonMetrics;
  readonly startedMs: number;
  readonly #reconciler: Reconciler;
  #driver: SchedulerDriver | undefined;
  #frameworkId: string | undefined;

  constructor(options: MarathonOptions) {
    const { context, settings, store, prober } = options;
    const { clock, defer, log } = context;
    this.context = context;
    this.settings = settings;
    this.store = store;
    this.startedMs = clock.now();
    this.events = parts.eventBus(options);
    this.definitions = parts.definitionsOf(options);
    this.failures = new Failures(store);
    this.history = new History(store);
    this.metrics = new MarathonMetrics(this, context.metrics);
    this.instances = parts.instanceTable(this, (instance, transition) => this.#moved(instance, transition));
    this.killer = parts.killer(this);
    this.shutdowns = parts.shutdowns(this, prober);
    this.meaCulpa = parts.meaCulpa(this);
    this.queue = parts.launchQueue(this);
    this.health = parts.healthMonitor(this, prober, {
      changed: (instance, alive) => this.#healthChanged(instance, alive),
      fatal: (instance, cause) => this.#unhealthy(instance, cause),
    });
    this.readiness = parts.readiness(this, prober);
    this.deployments = parts.deployments(this, (service) => this.#stopped(service));
    this.keeper = parts.keeper(this);
    this.launcher = parts.launcher(this);
    this.demand = parts.offerDemand(this);
    this.#reconciler = parts.reconciler(this, () => this.#knownTasks());
    this.callbacks = new Callbacks({
      clock,
      defer,
      delay: context.delay,
      events: this.events,
      store,
      log,
      settings,
    });
    this.cluster = new ClusterUse({ prober, clock, defer });
    this.writes = new Writes(this);
    this.timed = new TimedChanges(this);
    this.evacuations = parts.evacuations(this);
    const { instances, queue, health, shutdowns, evacuations } = this;
    for (const { charts } of [instances, queue, health, shutdowns, evacuations]) context.watchable(charts);
  }

  /** Takes up what was written down, and begins. @returns a line why it cannot; undefined when it can */
  start(): string | undefined {
    const { loaded } = this.store;
    this.#frameworkId = (loaded.get('framework') as { readonly id?: string } | undefined)?.id;
    const values = <T>(kind: string): T[] =>
      [...loaded].filter(([key]) => key.startsWith(`${kind}/`)).map(([, value]) => value as T);
    const records = values<InstanceRecord>('instance');
    if (records.length > 0 && this.#frameworkId === undefined)
      return `${records.length} instances are written down, but not the framework that they are of`;
    for (const record of records) this.instances.restore(record);
    for (const instance of this.instances.all()) this.#watch(instance);
    for (const record of values<DeploymentRecord>('deployment')) this.deployments.restore(record);
    this.timed.restore(loaded);
    this.keeper.touchAll();
    for (const instance of this.instances.all())
      if (this.instances.state(instance) === 'killing') this.killer.kill(instance);
    this.#every(this.settings.scaleDelayMs, this.settings.scaleIntervalMs, () => this.keeper.touchAll());
    this.#every(1_000, DEPLOYMENT_TICK_MS, () => {
      for (const deployment of this.deployments.all()) this.keeper.touch(deployment.affected);
    });
    const { reconcileIntervalMs } = this.settings;
    this.#every(reconcileIntervalMs, reconcileIntervalMs, () => void this.#reconciler.again());
    return undefined;
  }

  get frameworkId(): string | undefined {
    return this.#frameworkId;
  }

  get driver(): SchedulerDriver | undefined {
    return this.#driver;
  }

  // ---- what the master says -------------------------------------------------------------------------------------

  subscribed(driver: SchedulerDriver, { framework_id, master_info, again }: Subscription): void {
    this.#driver = driver;
    this.launcher.homeRegion = master_info?.domain?.fault_domain?.region.name;
    const master = `${master_info?.hostname ?? master_info?.address?.hostname ?? ''}:${master_info?.port ?? ''}`;
    this.master = master.startsWith(':') ? undefined : master;
    const known = this.#frameworkId === framework_id.value;
    if (!known) {
      this.#frameworkId = framework_id.value;
      this.store.put('framework', { id: framework_id.value });
    }
    if (again || known) this.events.publish('scheduler_reregistered_event', { master });
    else this.events.publish('scheduler_registered_event', { frameworkId: framework_id.value, master });
    this.#reconciler.start();
    this.killer.again();
    this.demand.subscribed();
  }

  offers(driver: SchedulerDriver, offers: readonly Offer[]): void {
    this.launcher.answer(driver, offers);
    this.demand.idle();
  }

  update(driver: SchedulerDriver, status: TaskStatus): void {
    const taskId = status.task_id.value;
    this.#reconciler.heard(taskId);
    this.metrics.taskUpdate(status);
    const instance = this.instances.ofTask(taskId);
    if (instance === undefined) this.#stray(driver, status);
    else {
      this.instances.take(instance, status);
      if (status.healthy !== undefined) this.health.told(instance, status.healthy);
      instanceEvents.statusUpdate(this, instance, status);
      this.keeper.touch([instance.service]);
    }
    this.store.flushed(() => driver.acknowledge(status));
  }

  failure(_driver: SchedulerDriver, { agent_id, executor_id }: SchedulerEventFailure): void {
    if (agent_id !== undefined && executor_id === undefined) this.launcher.forgetAgent(agent_id.value);
  }

  disconnected(): void {
    this.#reconciler.stop();
    this.evacuations.disconnected();
    this.events.publish('scheduler_disconnected_event', {});
  }

  error(_driver: SchedulerDriver, message: string): void {
    this.context.print(`marathon: the master refuses this framework: ${message}`);
    const again = message === REMOVED && this.#frameworkId !== undefined;
    if (again) this.#forgetFramework();
    this.store.flushed(() => this.context.finish({ exitCode: 1, failover: true, again }));
  }

  inverseOffers(_driver: SchedulerDriver, inverseOffers: readonly InverseOffer[]): void {
    this.evacuations.asked(inverseOffers);
  }

  rescindInverseOffer(_driver: SchedulerDriver, id: OfferID): void {
    this.evacuations.rescinded(id);
  }

  frameworkMessage(
    _driver: SchedulerDriver,
    message: { agent_id: { value: string }; executor_id: { value: string }; data?: Uint8Array | undefined },
  ): void {
    this.events.publish('framework_message_event', {
      executorId: message.executor_id.value,
      slaveId: message.agent_id.value,
      message: Buffer.from(message.data ?? new Uint8Array(0)).toString('base64'),
    });
  }

  // ---- what its parts ask ---------------------------------------------------------------------------------------

  /** The definition of a service as it is to be now. */
  specNow(service: string): Spec | undefined {
    return this.definitions.root.services.get(service);
  }

  /** The definition that an instance was launched with, or the nearest one that is known. */
  specOf({ service, version }: Instance): Spec | undefined {
    const known = this.definitions.version(service, version);
    if (known !== undefined) return known;
    const plan = this.deployments.of(service)?.plan;
    return this.specNow(service) ?? plan?.original[service] ?? undefined;
  }

  enforcesRole(service: string): boolean {
    const top = topGroupOf(service);
    return (
      top !== undefined && enforcesRole(this.definitions.root.groups.get(top), this.settings.enforceGroupRole)
    );
  }

  // ---- instances ------------------------------------------------------------------------------------------------

  #moved(instance: Instance, transition: Transition): void {
    const { value, previous } = transition;
    instanceEvents.changed(this, instance, value);
    if (value === 'running') {
      this.meaCulpa.forget(instance.service);
      this.#watch(instance);
    }
    const left = this.instances.get(instance.id) === undefined;
    if (left || value === 'reserved') this.#over(instance, value, previous, transition.event);
    this.keeper.touch([instance.service]);
  }

  /** Its definition has other checks now. */
  watchAnew(instance: Instance): void {
    this.health.forget(instance);
    this.readiness.forget(instance);
    this.#watch(instance);
  }

  #watch(instance: Instance): void {
    if (this.instances.state(instance) !== 'running') return;
    const spec = this.specOf(instance);
    if (spec === undefined) return;
    if (isApp(spec) && isChecked(spec)) this.health.watch(instance, spec);
    else this.launcher.tokens.giveBack();
  }

  #over(
    instance: Instance,
    value: string,
    previous: string,
    event: { readonly type: string; readonly as?: string },
  ): void {
    this.health.forget(instance);
    this.readiness.forget(instance);
    this.keeper.forget(instance);
    this.killer.ended(instance);
    this.shutdowns.forget(instance);
    if (instance.resident && value !== 'reserved') this.demand.hold(CLEANUP_MS);
    const as = value === 'reserved' ? (event.as ?? '') : value;
    this.history.note(instance, conditionOf(as), this.context.clock.now());
    // An agent ended it because its check failed too often.
    const ill = instance.tasks.some(({ healthy }) => healthy === false);
    if (as === 'killed' && previous !== 'killing' && ill) {
      this.failures.noteUnhealthy(instance, instance.tasks[0]?.message ?? '', this.context.clock.now());
      this.deployments.instanceFailed(instance.service, instance);
    }
    // What we asked to end, whatever its last word was, did not fail.
    if (previous === 'killing' || as === 'killed' || as === 'expunged' || as === '') return;
    // It had run for as long as it was to.
    if (instance.lastReason === TIME_IS_OVER) return;
    if (as !== 'finished') this.failures.note(instance, conditionOf(as), this.context.clock.now());
    if (this.meaCulpa.excuses(instance.service, instance.lastReason)) return;
    const spec = this.specNow(instance.service);
    if (spec !== undefined) this.queue.failed(spec);
    this.deployments.instanceFailed(instance.service, instance);
  }

  #healthChanged(instance: Instance, alive: boolean): void {
    instanceEvents.healthChanged(this, instance, alive);
    if (alive) this.launcher.tokens.giveBack();
    this.keeper.touch([instance.service]);
  }

  #unhealthy(instance: Instance, cause: string): void {
    if (this.instances.state(instance) !== 'running') return;
    instanceEvents.unhealthyKill(this, instance, cause);
    this.failures.noteUnhealthy(instance, cause, this.context.clock.now());
    const spec = this.specNow(instance.service);
    if (spec !== undefined && this.settings.backoffOnUnhealthyKill) this.queue.failed(spec);
    this.deployments.instanceFailed(instance.service, instance);
    this.instances.step(instance, { type: 'KILL_REQUESTED', wipe: false });
  }

  /** A task that is no instance's: of an instance that was given up, or of one that nobody knows. */
  #stray(driver: SchedulerDriver, status: TaskStatus): void {
    const { task_id, agent_id, state } = status;
    if (isEnd(state)) {
      instanceEvents.unknownTerminated(this, task_id.value, state);
      return;
    }
    if (state === TaskState.TASK_UNREACHABLE) return;
    this.context.log.warn('killing a task that is no instance', {
      task: task_id.value,
      state: enumName(TaskState, state),
    });
    driver.kill(task_id, agent_id);
  }

  #stopped(service: string): void {
    this.queue.remove(service);
    this.meaCulpa.forget(service);
    this.failures.forget(service);
    this.history.forget(service);
    this.events.publish('app_terminated_event', { appId: service });
  }

  *#knownTasks(): Iterable<{ task_id: { value: string }; agent_id: { value: string } }> {
    for (const instance of this.instances.all()) {
      if (instance.place === undefined) continue;
      const agent_id = { value: instance.place.agentId };
      for (const { id } of instance.tasks) yield { task_id: { value: id }, agent_id };
    }
  }

  /** The master killed all of it; it begins anew, as a framework that the master does not know. */
  #forgetFramework(): void {
    this.store.remove('framework');
    // What it reserved is given back by its successor.
    this.store.put(`former/${this.#frameworkId}`, {});
    for (const instance of this.instances.all()) this.store.remove(`instance/${instance.id}`);
  }

  #every(firstMs: number, thenMs: number, run: () => void): void {
    this.context.delay(firstMs, () => {
      run();
      this.#every(thenMs, thenMs, run);
    });
  }

  /** Now, as texts of the API have it. */
  get nowText(): string {
    return isoTime(this.context.clock.now());
  }
}

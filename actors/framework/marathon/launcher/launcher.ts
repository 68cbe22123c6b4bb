/** Answers offers: launches what waits, declines the rest (spec: marathon.md §22). */
import {
  type Offer,
  type OfferOperation,
  OfferOperationType,
  type TaskInfo,
} from '../../../../proto/index.ts';
import type { Clock, Ids, Random } from '../../../../runtime/index.ts';
import type { SchedulerDriver } from '../../driver/scheduler.ts';
import type { PlacedTask } from '../../matching/task.ts';
import { Instance, type InstanceTask } from '../instances/instance.ts';
import type { InstanceTable } from '../instances/table.ts';
import { isResident } from '../model/app.ts';
import { underscored } from '../model/ids.ts';
import { isApp, isOutdated, keepsReservations, type Spec } from '../model/spec.ts';
import { drawn, type MatchRule, OpenOffer } from '../offers/matcher.ts';
import type { Taken } from '../offers/pool.ts';
import type { Reason } from '../offers/reasons.ts';
import { PluginFailed } from '../plugins/plugins.ts';
import type { MarathonSettings } from '../settings.ts';
import { useFittest } from './fittest.ts';
import { podOperation } from './podTask.ts';
import { assignPorts } from './ports.ts';
import type { LaunchQueue, QueueEntry } from './queue.ts';
import { cleanup, noteReservations, residentOperations } from './residents.ts';
import { groupWithSecrets, type SecretValues, secretValues, withSecrets } from './secrets.ts';
import { taskInfoOf } from './taskInfo.ts';
import { LaunchTokens } from './tokens.ts';

export interface LauncherOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly settings: MarathonSettings;
  readonly queue: LaunchQueue;
  readonly instances: InstanceTable;
  readonly afterStore: (run: () => void) => void;
  readonly enforcesRole: (spec: Spec) => boolean;
  readonly frameworkId: () => string;
  /** Whether that framework is this one, or was it before the master removed it. */
  readonly isOwn: (frameworkId: string) => boolean;
  /** Tasks of own instances, by agent id; asked for where agents are chosen by fitness. */
  readonly ownTasks: () => Map<string, PlacedTask[]>;
  readonly failed: (where: string, error: unknown) => void;
  readonly counted: (
    what: 'incoming' | 'declined' | 'used' | 'launch' | 'launch-group' | 'reserve',
    by: number,
  ) => void;
}

/** An offer that is looked at, and what it gives back already. */
interface Opened {
  readonly offer: OpenOffer;
  readonly cleanup: readonly OfferOperation[];
}

/** What is sent for one instance, or why nothing is. */
export type Attempt = { readonly operations: readonly OfferOperation[] } | Reason;

export class Launcher {
  readonly #options: LauncherOptions;
  readonly tokens: LaunchTokens;
  readonly #secrets: SecretValues;
  homeRegion: string | undefined;
  /** The last failure of a plugin that was told. */
  #toldFailure = '';
  /** The newest offer of each agent and role, as it came. */
  readonly #newest = new Map<string, Offer>();

  constructor(options: LauncherOptions) {
    this.#options = options;
    const { clock, settings } = options;
    this.#secrets = secretValues(settings.secretsDir);
    this.tokens = new LaunchTokens(clock, settings.launchTokens, settings.launchTokenRefreshMs);
  }

  answer(driver: SchedulerDriver, offers: readonly Offer[]): void {
    this.#options.counted('incoming', offers.length);
    const { rule } = this.#options.settings;
    if (rule === undefined) {
      for (const offer of offers) {
        const open = this.#open(offer);
        this.#finish(driver, open, this.#use(open.offer));
      }
      return;
    }
    const opens = offers.map((offer) => this.#open(offer));
    const used = useFittest({
      opens: opens.map(({ offer }) => offer),
      rule,
      waiting: [...this.#waiting()],
      entry: (id) => this.#options.queue.entry(id),
      most: this.#options.settings.maxInstancesPerOffer,
      known: this.#options.ownTasks(),
      nowMs: this.#options.clock.now(),
      attempt: (open, entry) => this.#attempt(open, entry),
    });
    for (const open of opens) this.#finish(driver, open, used.get(open.offer) ?? []);
  }

  /** An agent is gone, and what it offered with it. */
  forgetAgent(agentId: string): void {
    for (const [key, { agent_id }] of this.#newest) if (agent_id.value === agentId) this.#newest.delete(key);
  }

  /** What the newest offer of each agent lacks for one instance of a service, by agent; undefined where it would fit. */
  dryRun(spec: Spec): { readonly hostname: string; readonly lacks: Reason | undefined }[] {
    return [...this.#newest.values()].map((offer) => ({
      hostname: offer.hostname,
      lacks: this.wouldFit(offer, spec),
    }));
  }

  /** What an offer lacks for one instance of a service; undefined when it would fit. */
  wouldFit(offer: Offer, spec: Spec): Reason | undefined {
    const taken = new OpenOffer(offer, this.#rule).take(spec);
    return typeof taken === 'string' ? taken : undefined;
  }

  #open(offer: Offer): Opened {
    this.#newest.set(`${offer.agent_id.value} ${offer.allocation_info?.role ?? '*'}`, offer);
    const open = new OpenOffer(offer, this.#rule);
    noteReservations(open, this.#options.instances);
    return { offer: open, cleanup: cleanup(open, this.#options.instances, this.#options.isOwn) };
  }

  #finish(driver: SchedulerDriver, opened: Opened, used: readonly OfferOperation[]): void {
    const { settings, afterStore, counted } = this.#options;
    const { offer } = opened.offer;
    const operations = [...opened.cleanup, ...used];
    const refuse_seconds =
      this.#options.queue.anyWaiting && operations.length > 0 ? 0 : settings.declineMs / 1000;
    if (operations.length === 0) {
      counted('declined', 1);
      driver.decline([offer.id], { refuse_seconds });
      return;
    }
    counted('used', 1);
    const merged = mergeLaunches(operations);
    afterStore(() => driver.accept([offer.id], merged, { refuse_seconds }));
  }

  get #rule(): MatchRule {
    const { clock, random, settings } = this.#options;
    return {
      nowMs: clock.now(),
      random,
      acceptedRoles: settings.acceptedRoles,
      drainingMs: settings.drainingMs,
      gpuBehavior: settings.gpuBehavior,
      dedicatedAttribute: settings.dedicatedAttribute,
      isMatch: (offer, spec) => this.#isMatch(offer, spec),
      homeRegion: this.homeRegion,
      placed: (spec) => this.#placed(spec),
    };
  }

  /** A plugin that fails at an offer objects to it. */
  #isMatch(offer: Offer, spec: Spec): boolean {
    const { settings, failed } = this.#options;
    try {
      return settings.plugins.isMatch(offer, spec);
    } catch (error) {
      const message = (error as Error).message;
      // It is asked for every offer and service: the same failure is told once.
      if (this.#toldFailure !== message) failed('a plugin', error);
      this.#toldFailure = message;
      return false;
    }
  }

  #placed(spec: Spec): Instance['place'] extends infer P ? NonNullable<P>[] : never {
    const { instances } = this.#options;
    return instances
      .of(spec.id)
      .filter((each) => instances.state(each) !== 'unreachableInactive' && !isOutdated(each, spec))
      .flatMap(({ place }) => place ?? []);
  }

  /** Round by round, so that no service starves, until nothing fits any more. */
  #use(open: OpenOffer): OfferOperation[] {
    const { queue, settings, clock } = this.#options;
    const operations: OfferOperation[] = [];
    const used = new Set<string>();
    let launched = 0;
    let round: Iterable<QueueEntry> = this.#waiting();
    for (let left: QueueEntry[] = []; ; round = left, left = []) {
      for (const { spec } of round) {
        if (launched >= settings.maxInstancesPerOffer) return operations;
        const entry = queue.entry(spec.id);
        if (entry === undefined) continue;
        const attempt = this.#attempt(open, entry);
        if (typeof attempt === 'string') {
          if (!used.has(spec.id)) entry.history.passed(open.offer, attempt, clock.now());
          continue;
        }
        used.add(spec.id);
        launched++;
        operations.push(...attempt.operations);
        left.push(entry);
      }
      if (left.length === 0) return operations;
    }
  }

  /** In an order that chance gives, drawn as far as it is read; those first that can only run where their reservations are. */
  *#waiting(): Iterable<QueueEntry> {
    const { queue, random } = this.#options;
    const waiting = [...queue.waiting()];
    yield* drawn(
      waiting.filter(({ spec }) => keepsReservations(spec)),
      random,
    );
    yield* drawn(
      waiting.filter(({ spec }) => !keepsReservations(spec)),
      random,
    );
  }

  #attempt(open: OpenOffer, { spec }: QueueEntry): Attempt {
    if (isApp(spec) && isResident(spec)) return this.#attemptResident(open, spec);
    const taken = open.take(spec);
    if (typeof taken === 'string') return taken;
    if (!this.tokens.take()) return 'DeclinedScarceResources';
    const instance = this.#newInstance(spec);
    const operation = this.#provision(open, spec, instance, taken);
    if (operation === undefined) return 'UnfulfilledConstraint';
    this.#options.instances.step(instance, { type: 'PROVISIONED' });
    this.#options.queue.launched(spec.id);
    return { operations: [operation] };
  }

  #attemptResident(open: OpenOffer, spec: Extract<Spec, { readonly cpus: number }>): Attempt {
    const { instances, queue, settings, frameworkId, ids } = this.#options;
    const found = residentOperations({
      open,
      spec,
      instances,
      settings,
      frameworkId: frameworkId(),
      uuid: () => ids.uuid(),
      begin: () => this.#newInstance(spec),
    });
    if (typeof found === 'string') return found;
    if (found.reserve !== undefined) {
      this.#options.counted('reserve', 1);
      return { operations: found.reserve };
    }
    const { instance, taken } = found;
    instance.version = spec.version;
    instance.config = spec.versionInfo.lastConfigChangeAt;
    const operation = this.#provision(open, spec, instance, taken);
    if (operation === undefined) return 'UnfulfilledConstraint';
    instances.step(instance, { type: 'PROVISIONED' });
    queue.launched(spec.id);
    return { operations: [operation] };
  }

  #newInstance(spec: Spec): Instance {
    const { instances, ids, clock } = this.#options;
    const instance = new Instance({
      id: `${underscored(spec.id)}.instance-${ids.uuid()}`,
      service: spec.id,
      version: spec.version,
      config: spec.versionInfo.lastConfigChangeAt,
      number: instances.freeNumber(spec),
      role: spec.role,
      resident: keepsReservations(spec),
      sinceMs: clock.now(),
    });
    instances.add(instance);
    return instance;
  }

  /** @returns what launches it; undefined when a plugin fails at it: it is given up then, and wanted anew */
  #provision(open: OpenOffer, spec: Spec, instance: Instance, taken: Taken): OfferOperation | undefined {
    const { settings, instances, failed } = this.#options;
    try {
      return processed(this.#tasksOf(open, spec, instance, taken), (task) =>
        settings.plugins.processed(spec, task),
      );
    } catch (error) {
      if (!(error instanceof PluginFailed)) throw error;
      failed('a plugin', error);
      instance.tasks = [];
      instances.step(instance, { type: 'KILL_REQUESTED', wipe: false });
      // Its next try waits as after a failure: other services are not to lose their offers and tokens to it.
      this.tokens.giveBack();
      this.#options.queue.failed(spec);
      return undefined;
    }
  }

  /** Gives the instance its place, ports and tasks. @returns what launches it */
  #tasksOf(open: OpenOffer, spec: Spec, instance: Instance, taken: Taken): OfferOperation {
    const { clock, random, settings, counted, enforcesRole, frameworkId } = this.#options;
    instance.incarnation++;
    instance.place = open.place;
    instance.stagedAtMs = clock.now();
    instance.startedAtMs = undefined;
    if (!isApp(spec)) {
      counted('launch-group', 1);
      const names = spec.containers.map(({ name }) => name);
      instance.tasks = names.map((name) => newTask(`${instance.id}.${name}`, name));
      instance.hostPorts = taken.ports;
      const operation = podOperation(spec, instance, taken, {
        frameworkId: frameworkId(),
        envPrefix: settings.envPrefix,
        bridgeName: settings.bridgeName,
      });
      return groupWithSecrets(operation, this.#secrets);
    }
    counted('launch', 1);
    const ports = assignPorts(spec, taken.ports, random);
    instance.hostPorts = ports.map(({ hostPort }) => hostPort ?? 0);
    const taskId = `${instance.id}._app.${instance.incarnation}`;
    instance.tasks = [newTask(taskId, '_app')];
    const task = taskInfoOf(spec, {
      taskId,
      place: open.place,
      resources: taken.resources,
      ports,
      number: instance.number,
      envPrefix: settings.envPrefix,
      enforceGroupRole: enforcesRole(spec),
      bridgeName: settings.bridgeName,
    });
    return launchOf([withSecrets(task, this.#secrets)]);
  }
}

/** The operation with each of its tasks as plugins make it. */
function processed(operation: OfferOperation, process: (task: TaskInfo) => TaskInfo): OfferOperation {
  const { launch, launch_group } = operation;
  if (launch !== undefined)
    return { ...operation, launch: { task_infos: (launch.task_infos ?? []).map(process) } };
  if (launch_group === undefined) return operation;
  const tasks = (launch_group.task_group.tasks ?? []).map(process);
  return { ...operation, launch_group: { ...launch_group, task_group: { tasks } } };
}

function newTask(id: string, container: string): InstanceTask {
  return { id, container, state: 'TASK_STAGING', ipAddresses: [] };
}

function launchOf(task_infos: TaskInfo[]): OfferOperation {
  return { type: OfferOperationType.LAUNCH, launch: { task_infos } };
}

/** Single launches go out as one, after what they need. */
function mergeLaunches(operations: readonly OfferOperation[]): OfferOperation[] {
  const tasks = operations.flatMap(({ launch }) => launch?.task_infos ?? []);
  const others = operations.filter(({ launch }) => launch === undefined);
  return tasks.length === 0 ? others : [...others, launchOf(tasks)];
}

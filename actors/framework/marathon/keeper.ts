/** Sees to it that of every service as many instances run as are wanted: by its definition, or by the deployment that has it. */
import type { Clock, Timer } from '../../../runtime/index.ts';
import { evaluate, type Seen, type Wanted, type Work } from './deployments/evaluate.ts';
import type { Deployments } from './deployments/manager.ts';
import { countInRange } from './deployments/pacing.ts';
import type { HealthMonitor } from './health/monitor.ts';
import type { Readiness } from './health/readiness.ts';
import type { Instance } from './instances/instance.ts';
import type { InstanceTable } from './instances/table.ts';
import type { LaunchQueue } from './launcher/queue.ts';
import type { Pod } from './model/pod.ts';
import { isApp, isOutdated, type Spec } from './model/spec.ts';
import type { Definitions } from './store/definitions.ts';

export interface KeeperOptions {
  readonly clock: Clock;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly definitions: Definitions;
  readonly instances: InstanceTable;
  readonly deployments: Deployments;
  readonly queue: LaunchQueue;
  readonly health: HealthMonitor;
  readonly readiness: Readiness;
  /** The definition that an instance was launched with. */
  readonly specOf: (instance: Instance) => Spec | undefined;
  /** Nothing waits any more, perhaps. */
  readonly settled: () => void;
}

const NONE: ReadonlySet<string> = new Set();

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #dirty = new Set<string>();
  /** Since when an instance is healthy. */
  readonly #healthySinceMs = new Map<string, number>();
  /** Instances to go first, by service: somebody named them. */
  readonly #first = new Map<string, Set<string>>();
  #flush: Timer | undefined;

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  /** Something about these services changed: they are looked after once the present event is over. */
  touch(services: Iterable<string>): void {
    for (const id of services) this.#dirty.add(id);
    this.#flush ??= this.#options.delay(0, () => this.#looksAfter());
  }

  /** Looks after every service and every instance there is. */
  touchAll(): void {
    const { definitions, instances } = this.#options;
    this.touch(definitions.root.services.keys());
    this.touch(instances.services());
  }

  /** These are to go first when the service is scaled down. */
  killFirst(service: string, ids: readonly string[]): void {
    this.#first.set(service, new Set(ids));
  }

  /** Whether an instance runs and its checks pass; undefined while that is not known. */
  healthOf(instance: Instance): boolean | undefined {
    const { instances, health, specOf } = this.#options;
    if (instances.state(instance) !== 'running') return undefined;
    const spec = specOf(instance);
    if (spec === undefined || isApp(spec)) return health.healthOf(instance);
    return podHealth(instance, spec);
  }

  forget(instance: Instance): void {
    this.#healthySinceMs.delete(instance.id);
  }

  #looksAfter(): void {
    this.#flush = undefined;
    for (const id of this.#dirty) {
      this.#dirty.delete(id);
      this.#lookAfter(id);
    }
    this.#options.settled();
  }

  #lookAfter(id: string): void {
    const { instances, deployments, queue, definitions } = this.#options;
    const wanted = this.#wantedOf(id);
    const all = instances.of(id);
    if (wanted === undefined) {
      if (deployments.of(id)?.waits(id) !== true) for (const instance of all) this.#kill(instance, true);
      if (all.length === 0 && !definitions.root.services.has(id)) queue.remove(id);
      return;
    }
    const seen = all.map((instance) => this.#see(instance, wanted));
    const work = evaluate(wanted, seen);
    for (const instance of work.kill) this.#kill(instance, wanted.mode === 'stop');
    queue.want(wanted.spec, work.launch);
    this.#tellDeployment(id, wanted, work, seen);
    if (work.done) this.#first.delete(id);
    if (work.done) deployments.actionDone(id);
  }

  /** What a deployment wants, or else the definition; undefined when nothing of the service is to be there. */
  #wantedOf(id: string): Wanted | undefined {
    const { definitions, deployments, instances } = this.#options;
    const kill = this.#first.get(id) ?? NONE;
    const deployment = deployments.of(id);
    if (deployment === undefined) {
      const spec = definitions.root.services.get(id);
      return spec === undefined ? undefined : { mode: 'scale', spec, kill };
    }
    const wanted = deployment.wanted(id);
    if (wanted === undefined) return undefined;
    const action = deployment.actionOf(id);
    const named = new Set([...kill, ...(action?.kill ?? [])]);
    const fresh = (): number =>
      instances.of(id).filter((each) => instances.counted(each) && !isOutdated(each, wanted.spec)).length;
    // A service that only begins has nothing that could be held at.
    const stands = deployment.paused && action?.verb === 'Restart';
    const newMax = stands ? fresh() : deployment.halt(id)?.newMax;
    const moves = action?.moves === true;
    const waits = deployment.waits(id);
    return {
      ...wanted,
      kill: named,
      waits,
      ...(newMax !== undefined && { newMax }),
      ...(moves && { moves }),
    };
  }

  #see(instance: Instance, { spec }: Wanted): Seen {
    const { instances } = this.#options;
    const state = instances.state(instance);
    return {
      instance,
      state,
      counted: instances.counted(instance),
      alive: instances.alive(instance),
      healthy: state === 'running' && this.#isWell(instance, spec),
      ill: state !== 'running' || this.healthOf(instance) === false,
    };
  }

  /** Healthy and, while a deployment waits for it, ready and watched for long enough. */
  #isWell(instance: Instance, spec: Spec): boolean {
    const { deployments, readiness, clock, delay } = this.#options;
    if (this.healthOf(instance) !== true) {
      this.#healthySinceMs.delete(instance.id);
      return false;
    }
    if (!deployments.of(spec.id)?.active || isOutdated(instance, spec)) return true;
    if (isApp(spec) && !readiness.isReady(instance, spec)) return false;
    const watchMs = (spec.update?.watchSeconds ?? 0) * 1000;
    if (watchMs === 0) return true;
    let since = this.#healthySinceMs.get(instance.id);
    if (since === undefined) {
      since = clock.monotonic();
      this.#healthySinceMs.set(instance.id, since);
      delay(watchMs, () => this.touch([spec.id]));
    }
    return clock.monotonic() - since >= watchMs;
  }

  #kill(instance: Instance, wipe: boolean): void {
    const { instances } = this.#options;
    if (instances.state(instance) !== 'killing') instances.step(instance, { type: 'KILL_REQUESTED', wipe });
  }

  /** It stands as far as it may for now. */
  #tellDeployment(id: string, { newMax, mode, spec }: Wanted, { launch }: Work, seen: readonly Seen[]): void {
    const { deployments } = this.#options;
    const deployment = deployments.of(id);
    if (newMax === undefined || mode !== 'restart' || launch > 0) return;
    if (deployment === undefined || deployment.paused) return;
    if (newMax >= countInRange(spec.update, spec.instances)) return;
    const fresh = seen.filter(({ instance, healthy }) => healthy && !isOutdated(instance, spec));
    if (fresh.length >= newMax) deployments.haltReached(deployment, id);
  }
}

function podHealth(instance: Instance, pod: Pod): boolean | undefined {
  const checked = pod.containers.filter(({ healthCheck }) => healthCheck !== undefined);
  const states = checked.map(
    ({ name }) => instance.tasks.find(({ container }) => container === name)?.healthy,
  );
  if (states.includes(false)) return false;
  return states.includes(undefined) ? undefined : true;
}

/** What must hold of a Marathon all the time: looked at between any two steps of a simulation (spec: marathon.md §16, §35 check 13). */
import { scopeOf, strategyOf } from '../../../actors/framework/marathon/deployments/evaluate.ts';
import { boundsOf, ceilOf } from '../../../actors/framework/marathon/deployments/upgrade.ts';
import type { Instance } from '../../../actors/framework/marathon/instances/instance.ts';
import type { Marathon } from '../../../actors/framework/marathon/marathon.ts';
import type { UpgradeStrategy } from '../../../actors/framework/marathon/model/app.ts';
import { isOutdated, type Spec } from '../../../actors/framework/marathon/model/spec.ts';

interface Scope {
  readonly concerned: readonly Instance[];
  /** How many of them there are to be. */
  readonly wanted: number;
  readonly strategy: UpgradeStrategy;
}

interface Seen {
  readonly state: string;
  readonly well: boolean;
}

export class MarathonWatch {
  readonly problems: string[] = [];
  #before = new Map<string, Seen>();
  #of: Marathon | undefined;
  /** Somebody wanted them dead: their end is not ours to answer for. */
  readonly killed = new Set<string>();
  /** Whether its agent may end it of itself. */
  readonly #drained: (instance: Instance) => boolean;
  /** Instances that were launched, and upgrades that were seen. */
  launched = 0;
  upgrades = 0;
  /** Halts at which new instances were held back. */
  halts = 0;

  constructor(drained: (instance: Instance) => boolean = () => false) {
    this.#drained = drained;
  }

  look(marathon: Marathon): void {
    if (this.#of !== marathon) this.#before = new Map();
    this.#of = marathon;
    const { instances } = marathon;
    const now = new Map<string, Seen>();
    for (const each of instances.all())
      now.set(each.id, { state: instances.state(each), well: marathon.keeper.healthOf(each) !== false });
    for (const service of instances.services()) this.#lookAt(marathon, service, now);
    this.#oneDeployment(marathon);
    this.#before = now;
  }

  #lookAt(marathon: Marathon, service: string, now: ReadonlyMap<string, Seen>): void {
    const { deployments, instances } = marathon;
    const all = instances.of(service);
    const began = all.filter(
      ({ id }) => now.get(id)?.state === 'provisioned' && this.#before.get(id)?.state !== 'provisioned',
    );
    const given = all.filter((each) => this.#wasGivenUp(each, now));
    this.launched += began.length;
    if (began.length === 0 && given.length === 0) return;
    const wanted = deployments.of(service)?.wanted(service);
    if (wanted === undefined) this.#noneGivenUp(marathon, service, given);
    const spec = wanted?.spec ?? marathon.specNow(service);
    if (spec === undefined || wanted?.mode === 'stop') return;
    if (wanted?.mode === 'restart') this.upgrades++;
    this.#notTooMany(marathon, spec, wanted?.mode === 'restart', began);
    if (wanted?.mode !== 'restart') return;
    this.#notBeyondHalts(marathon, spec, began);
    this.#notTooFew(
      marathon,
      spec,
      // One that a check calls ill may always go.
      given.filter((each) => marathon.health.healthOf(each) !== false && !this.#drained(each)),
      now,
    );
  }

  /** A deployment that is to bring a service about ends nothing of it, whatever became of its Marathon. */
  #noneGivenUp({ deployments }: Marathon, service: string, given: readonly Instance[]): void {
    if (deployments.of(service)?.targetOf(service) === undefined) return;
    const lost = given.find((each) => !this.killed.has(each.id) && !this.#drained(each));
    if (lost !== undefined) this.problems.push(`${service}: ${lost.id} was given up before its turn`);
  }

  /** It ran and was well, and is to end now. */
  #wasGivenUp({ id }: Instance, now: ReadonlyMap<string, Seen>): boolean {
    const before = this.#before.get(id);
    return before?.state === 'running' && before.well && now.get(id)?.state === 'killing';
  }

  /** What its present deployment is about, as `evaluate` has it. */
  #scope({ deployments, instances }: Marathon, spec: Spec, all: readonly Instance[]): Scope {
    const moves = deployments.of(spec.id)?.actionOf(spec.id)?.moves === true;
    const seen = all.map((instance) => ({ instance, counted: instances.counted(instance) }));
    const { concerned, instances: wanted } = scopeOf(spec, moves, seen);
    return {
      wanted,
      concerned: concerned.map(({ instance }) => instance),
      strategy: strategyOf(spec, moves, wanted),
    };
  }

  #notTooMany(marathon: Marathon, spec: Spec, restarts: boolean, began: readonly Instance[]): void {
    if (began.length === 0) return;
    const { instances } = marathon;
    const all = instances.of(spec.id).filter((each) => instances.state(each) !== 'unreachableInactive');
    const counted = all.filter((each) => instances.counted(each)).length;
    const { concerned, strategy, wanted } = this.#scope(marathon, spec, all);
    const { maxAlive } = boundsOf(
      { ...strategy, instances: wanted, resident: false },
      Number.POSITIVE_INFINITY,
    );
    const most = Math.max(wanted, maxAlive);
    const alive = concerned.filter((each) => instances.alive(each)).length;
    if (restarts && alive > most)
      this.problems.push(
        `${spec.id}: one was launched, ${alive} are alive, ${most} may be: ${told(all, spec, instances)}`,
      );
    if (!restarts && counted > spec.instances)
      this.problems.push(`${spec.id}: one was launched, ${counted} are there, ${spec.instances} are wanted`);
  }

  /** A canary or a batch is as large as was said. */
  #notBeyondHalts({ deployments, instances }: Marathon, spec: Spec, began: readonly Instance[]): void {
    const newMax = deployments.of(spec.id)?.halt(spec.id)?.newMax;
    if (newMax === undefined || began.length === 0) return;
    this.halts++;
    const fresh = instances.of(spec.id).filter((each) => instances.counted(each) && !isOutdated(each, spec));
    if (fresh.length > newMax)
      this.problems.push(`${spec.id}: one was launched, ${fresh.length} are new, ${newMax} may be for now`);
  }

  #notTooFew(
    marathon: Marathon,
    spec: Spec,
    given: readonly Instance[],
    now: ReadonlyMap<string, Seen>,
  ): void {
    if (!given.some((each) => isOutdated(each, spec) && !this.killed.has(each.id))) return;
    const { instances } = marathon;
    const { concerned, strategy, wanted } = this.#scope(marathon, spec, instances.of(spec.id));
    // What turned ill since the last look may have done so after the decision.
    const serving = concerned.filter(
      ({ id }) =>
        now.get(id)?.state === 'running' &&
        (now.get(id)?.well === true || this.#before.get(id)?.well === true),
    );
    const minHealthy = ceilOf(wanted * strategy.minimumHealthCapacity);
    if (serving.length < minHealthy)
      this.problems.push(
        `${spec.id}: one was given up, ${serving.length} serve, at least ${minHealthy} have to: ${told(instances.of(spec.id), spec, instances)}`,
      );
  }

  #oneDeployment({ deployments }: Marathon): void {
    const having = new Map<string, string>();
    for (const { id, affected } of deployments.all())
      for (const service of affected) {
        if (having.has(service))
          this.problems.push(`${service}: two deployments have it, ${having.get(service)} and ${id}`);
        having.set(service, id);
      }
  }
}

function told(all: readonly Instance[], spec: Spec, instances: Marathon['instances']): string {
  return all
    .map((each) => `${each.number} ${instances.state(each)}${isOutdated(each, spec) ? ' (old)' : ''}`)
    .join(', ');
}

/** What has to happen to the instances of one service now, so that they come to be as wanted. Pure. */
import { TO_BE_REPLACED } from '../instances/instance.ts';
import type { Candidate } from '../instances/selection.ts';
import { selectToKill } from '../instances/selection.ts';
import type { UpgradeStrategy } from '../model/app.ts';
import { isOutdated, keepsReservations, type Spec } from '../model/spec.ts';
import { countInRange, inRange } from './pacing.ts';
import { movesOf } from './upgrade.ts';

/** An instance as it is looked at. */
export interface Seen extends Candidate {
  /** Counts as an instance: wanted, or with a task that may go on. */
  readonly counted: boolean;
  readonly alive: boolean;
  /** Runs, its checks pass, it is ready, it has been so for long enough. */
  readonly healthy: boolean;
  /** Does not run, or a check says that it is not well. Neither healthy nor ill: nobody knows yet. */
  readonly ill: boolean;
}

export type Mode = 'scale' | 'restart' | 'stop';

export interface Wanted {
  readonly mode: Mode;
  readonly spec: Spec;
  /** Instances that are to go first. */
  readonly kill: ReadonlySet<string>;
  /** New instances at most, where a canary step or a pause holds the rest back. */
  readonly newMax?: number;
  /** Instances are moved elsewhere: the service's disruption budget counts. */
  readonly moves?: boolean;
  /** What is missing is launched, nothing is given up. */
  readonly waits?: boolean;
}

export interface Work {
  /** How many to launch, those that wait for an offer included. */
  readonly launch: number;
  readonly kill: readonly Candidate['instance'][];
  readonly done: boolean;
}

/** @param seen all instances of the service */
export function evaluate(wanted: Wanted, seen: readonly Seen[]): Work {
  if (wanted.mode === 'stop') return stop(seen);
  return wanted.mode === 'scale' ? scale(wanted, seen) : restart(wanted, seen);
}

/** Even reservations go. */
function stop(seen: readonly Seen[]): Work {
  const kill = seen.filter(({ state }) => state !== 'killing').map(({ instance }) => instance);
  return { launch: 0, kill, done: seen.length === 0 };
}

function scale({ spec, kill: first, waits = false }: Wanted, seen: readonly Seen[]): Work {
  const counted = seen.filter((each) => each.counted);
  const surplus = counted.length - spec.instances;
  const { killSelection, constraints } = spec;
  const kill = waits ? [] : selectToKill(counted, surplus, { killSelection, constraints, first });
  const dying = seen.some(({ state }) => state === 'killing');
  const healthy = counted.filter((each) => each.healthy).length;
  return {
    launch: Math.max(0, -surplus),
    kill,
    done: surplus === 0 && !dying && healthy >= spec.instances,
  };
}

/** What a replacement is about: instances, and how many of them there are to be in the end. */
interface Scope<S> {
  readonly concerned: readonly S[];
  readonly instances: number;
}

/** Of an update those in its range; of a move those that are marked, and all that need not move. */
export function scopeOf<S extends Pick<Seen, 'instance' | 'counted'>>(
  spec: Spec,
  moves: boolean,
  seen: readonly S[],
): Scope<S> {
  const { update, instances } = spec;
  if (!moves)
    return {
      concerned: seen.filter(({ instance }) => inRange(update, instance.number)),
      instances: countInRange(update, instances),
    };
  const stays = ({ instance }: S): boolean =>
    isOutdated(instance, spec) && instance.config !== TO_BE_REPLACED;
  const left = seen.filter((each) => stays(each) && each.counted).length;
  return { concerned: seen.filter((each) => !stays(each)), instances: Math.max(0, instances - left) };
}

function restart({ spec, kill: first, newMax, moves: isMove = false }: Wanted, seen: readonly Seen[]): Work {
  const outdated = (each: Seen): boolean => isOutdated(each.instance, spec);
  const { concerned, instances } = scopeOf(spec, isMove, seen);
  const old = concerned.filter((each) => outdated(each) && (each.alive || each.counted));
  const fresh = concerned.filter((each) => !outdated(each) && each.counted);
  const oldLeft = old.filter(({ state }) => state !== 'killing');
  // Those of which nobody knows, after Marathon itself began anew say, are not given up for that.
  const oldHealthy = oldLeft.filter(({ ill }) => !ill);
  const held = newMax !== undefined && newMax < instances;
  // A canary stands beside the old instances: as many of them end as give it their place, ill ones first.
  const mayEnd = held ? Math.max(0, oldLeft.length + newMax - instances) : Number.POSITIVE_INFINITY;
  const oldIll = oldLeft.filter(({ ill }) => ill).slice(0, mayEnd);
  const moves = movesOf(
    { ...strategyOf(spec, isMove, instances), instances, resident: keepsReservations(spec) },
    {
      oldAlive: old.length,
      oldDying: old.length - oldLeft.length,
      oldHealthy: oldHealthy.length,
      oldKept: oldLeft.length - oldHealthy.length - oldIll.length,
      newAlive: fresh.length,
      newDying: concerned.filter((each) => !outdated(each) && each.state === 'killing').length,
      newHealthy: fresh.filter(({ healthy }) => healthy).length,
    },
  );
  const { killSelection, constraints } = spec;
  const rule = { killSelection, constraints, first: new Set([...first, ...replacedBy(fresh, old, spec)]) };
  const kill = [
    ...oldIll.map(({ instance }) => instance),
    ...selectToKill(oldHealthy, Math.min(moves.kill, mayEnd - oldIll.length), rule),
    ...selectToKill(fresh, fresh.length - instances, rule),
  ];
  const start = held ? Math.min(moves.start, Math.max(0, newMax - fresh.length)) : moves.start;
  return { launch: start, kill, done: moves.done && !held };
}

/** That of upgrades; while instances are moved as many may be missing as the disruption budget says. */
export function strategyOf(
  { upgradeStrategy, disruptionBudget }: Spec,
  isMove: boolean,
  instances: number,
): UpgradeStrategy {
  const missing = isMove ? disruptionBudget?.maxUnavailable : undefined;
  if (missing === undefined || instances === 0) return upgradeStrategy;
  return { ...upgradeStrategy, minimumHealthCapacity: Math.max(0, instances - missing) / instances };
}

/** Old ones whose number a healthy new one has; where instances are spread evenly, that goes before. */
function replacedBy(fresh: readonly Seen[], old: readonly Seen[], { constraints }: Spec): string[] {
  if (constraints.some(([, operator]) => operator === 'GROUP_BY')) return [];
  const numbers = new Set(fresh.filter(({ healthy }) => healthy).map(({ instance }) => instance.number));
  return old.flatMap(({ instance }) => (numbers.has(instance.number) ? [instance.id] : []));
}

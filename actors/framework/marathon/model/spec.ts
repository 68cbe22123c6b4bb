/** Services of both kinds, and what of them is configuration (spec: marathon.md §14, §15.3). */
import { isDeepStrictEqual } from 'node:util';
import { type App, type HealthCheck, isResident } from './app.ts';
import type { Pod } from './pod.ts';

/** An app or a pod. */
export type Spec = App | Pod;

export function isPod(spec: Spec): spec is Pod {
  return 'containers' in spec;
}

export function isApp(spec: Spec): spec is App {
  return !isPod(spec);
}

/** Whether its instances keep reservations. */
export function keepsReservations(spec: Spec): boolean {
  return isApp(spec) && isResident(spec);
}

/** Whether anything but the number of instances differs. */
export function configurationDiffers(one: Spec, other: Spec): boolean {
  return !isDeepStrictEqual(configurationOf(one), configurationOf(other));
}

function configurationOf(spec: Spec): object {
  const { instances: _instances, version: _version, versionInfo: _info, ...configuration } = spec;
  return configuration;
}

/** Members that no running task can see: Marathon alone acts upon them. */
const UNSEEN = [
  ...([
    'upgradeStrategy',
    'killSelection',
    'backoffSeconds',
    'backoffFactor',
    'maxLaunchDelaySeconds',
  ] as const),
  ...([
    'dependencies',
    'labels',
    'readinessChecks',
    'startupCheck',
    'unreachableStrategy',
    'update',
  ] as const),
  'healthChecks',
] as const;

/** Members that differ and that running tasks have: changing them means to replace these. */
export function seenDifferences(one: Spec, other: Spec): string[] {
  const [before, after] = [configurationOf(one), configurationOf(other)] as Readonly<
    Record<string, unknown>
  >[];
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  const unseen: ReadonlySet<string> = new Set(UNSEEN);
  const differs = (name: string): boolean => !isDeepStrictEqual(before?.[name], after?.[name]);
  return [...names].filter((name) =>
    name === 'healthChecks'
      ? !isDeepStrictEqual(agentChecks(before?.[name]), agentChecks(after?.[name]))
      : !unseen.has(name) && differs(name),
  );
}

/** Health checks that agents run: they are part of the task. */
function agentChecks(checks: unknown): readonly HealthCheck[] {
  return ((checks ?? []) as readonly HealthCheck[]).filter(
    ({ protocol }) => protocol === 'COMMAND' || protocol.startsWith('MESOS'),
  );
}

/** The spec as one whose instances need not be replaced. @param spec `seenDifferences` from the earlier one: none */
export function inPlace<S extends Spec>(spec: S, earlier: S): S {
  const { lastConfigChangeAt } = earlier.versionInfo;
  return { ...spec, versionInfo: { ...spec.versionInfo, lastConfigChangeAt } };
}

/** What is known of a version before it has a time. */
export type Unversioned<S extends Spec> = Omit<S, 'version' | 'versionInfo'>;

/**
 * The spec with its version: the earlier one where nothing changed, else a new one. Instances that were launched before
 * `lastConfigChangeAt` are outdated.
 * @param now ISO-8601, later than every version before
 * @param restart count it as a change of the configuration, though it is none
 */
export function versioned<S extends Spec>(
  spec: Unversioned<S>,
  earlier: S | undefined,
  now: string,
  restart = false,
): S {
  const fresh = { ...spec, version: now, versionInfo: { lastScalingAt: now, lastConfigChangeAt: now } } as S;
  if (earlier === undefined) return fresh;
  const { lastScalingAt, lastConfigChangeAt } = earlier.versionInfo;
  if (restart) return { ...fresh, versionInfo: { lastScalingAt, lastConfigChangeAt: now } };
  if (configurationDiffers(fresh, earlier)) return fresh;
  if (fresh.instances === earlier.instances) return earlier;
  return { ...fresh, versionInfo: { lastScalingAt: now, lastConfigChangeAt } };
}

/**
 * A definition of before, brought back: with a version of its own, but the configuration it had, so that instances which still
 * run with it are as they should be.
 */
export function restored<S extends Spec>(earlier: S, now: string): S {
  const { lastConfigChangeAt } = earlier.versionInfo;
  return { ...earlier, version: now, versionInfo: { lastScalingAt: now, lastConfigChangeAt } };
}

/** Whether an instance has another configuration than the spec. */
export function isOutdated({ config }: { readonly config: string }, spec: Spec): boolean {
  return config !== spec.versionInfo.lastConfigChangeAt;
}

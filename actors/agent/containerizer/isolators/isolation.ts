import type { ContainerLaunch } from '../launchScript.ts';
import type { Preparation } from './isolator.ts';

/** The launch with everything that its isolators add. */
export function isolationOf(launch: ContainerLaunch, preparations: readonly Preparation[]): ContainerLaunch {
  const added: Record<string, string> = Object.assign(
    {},
    ...preparations.map(({ environment }) => environment),
  );
  return {
    ...launch,
    environment: { ...added, ...launch.environment },
    isolation: {
      enter: preparations.flatMap(({ enter }) => [...(enter ?? [])]),
      wrappers: preparations.flatMap(({ wrappers }) => [...(wrappers ?? [])]),
    },
  };
}

import { type ContainerLaunch, quoted } from '../launchScript.ts';
import { programPath, SCRIPT_ENVIRONMENT } from '../programs.ts';
import { launcherDir } from '../starter.ts';
import type { NamespaceKind, Preparation } from './isolator.ts';

/** The launch with everything that its isolators add. */
export function isolationOf(launch: ContainerLaunch, preparations: readonly Preparation[]): ContainerLaunch {
  const merged = (pick: (preparation: Preparation) => object | undefined): Record<string, string> =>
    Object.assign({}, ...preparations.map(pick));
  const inside = preparations.flatMap(({ namespaces }) => [...(namespaces?.lines ?? [])]);
  const kinds = new Set(preparations.flatMap(({ namespaces }) => [...(namespaces?.kinds ?? [])]));
  const joined = new Map(preparations.flatMap(({ joins }) => [...(joins?.namespaces ?? [])]));
  const command = preparations.find((each) => each.command !== undefined)?.command ?? launch.command;
  return {
    ...launch,
    command,
    environment: {
      ...merged(({ environment }) => environment),
      ...launch.environment,
      ...merged(({ overrides }) => overrides),
    },
    isolation: {
      enter: preparations.flatMap(({ enter }) => [...(enter ?? [])]),
      wrappers: [
        ...preparations.flatMap(({ wrappers }) => [...(wrappers ?? [])]),
        ...joining(joined, preparations, kinds.size > 0),
        ...(kinds.size === 0 ? [] : [unshare(kinds, joined.has('pid'))]),
      ],
      setpriv: preparations.find(({ setpriv }) => setpriv !== undefined)?.setpriv ?? [programPath('setpriv')],
      filter: preparations.flatMap(({ filter }) => [...(filter ?? [])]),
      notes: merged(({ notes }) => notes),
      privileges: preparations.flatMap(({ privileges }) => [...(privileges ?? [])]),
      ownsRoot: preparations.some(({ ownsRoot }) => ownsRoot === true),
      ...(kinds.size === 0 ? {} : { inside: insideScript(inside, kinds.has('pid')) }),
    },
  };
}

/** A process of a new pid namespace is its init: it has children reaped, and its own signals are not lost on it. */
function insideScript(lines: readonly string[], isInit: boolean): string {
  const path = `PATH=${quoted(SCRIPT_ENVIRONMENT.PATH, 'PATH')}`;
  return [path, ...lines, ...(isInit ? ['launcher_init=1'] : []), ''].join('\n');
}

/**
 * One program joins all: once it has another view of the files, none of these files can be found. It forks only where no other
 * will: the process that the agent knows is to be in the namespaces that its children are to be found by.
 */
function joining(
  joined: ReadonlyMap<NamespaceKind, string>,
  preparations: readonly Preparation[],
  forksLater: boolean,
): string[][] {
  if (joined.size === 0) return [];
  const changesUser = preparations.every(
    ({ privileges, filter }) => privileges === undefined && filter === undefined,
  );
  const more = preparations.flatMap(({ joins }) => [
    ...(joins?.options ?? []),
    ...(changesUser ? (joins?.userOptions ?? []) : []),
  ]);
  const options = [...joined].map(([kind, file]) => `--${kind}=${quoted(file, 'namespace')}`);
  return [[programPath('nsenter'), ...(forksLater ? ['--no-fork'] : []), ...options, ...more, '--']];
}

function unshare(kinds: ReadonlySet<string>, joinsPid: boolean): string[] {
  const options = [...kinds].map((kind) => `--${kind}`);
  if (kinds.has('mount')) options.push('--propagation=slave');
  if (kinds.has('pid') || joinsPid) options.push('--fork', '--kill-child');
  const script = quoted(`${launcherDir}/inside-container.sh`, 'script');
  return [programPath('unshare'), ...options, '--', '/bin/sh', script, '"$launcher_dir/inside"'];
}

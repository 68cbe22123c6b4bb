import { basename } from 'node:path';
import type { CommandInfoURI, ContainerInfo } from '../../../proto/generated/types/v1.ts';
import type { ProvisionedImage } from './images/provisioner.ts';
import { DEFAULT_PATH, programPath } from './programs.ts';
import type { ContainerResources } from './resources.ts';

/** What is run in a container: `CommandInfo` as far as the process is concerned. */
export interface ContainerCommand {
  /** True (the default): `sh -c value`. False: `value` with `arguments` as its whole argv. */
  readonly shell?: boolean;
  readonly value?: string;
  readonly arguments?: readonly string[];
}

/** One container to launch. */
export interface ContainerLaunch {
  /** Nested containers are written `parent.child`. */
  readonly containerId: string;
  /** Absolute path of the sandbox. */
  readonly sandbox: string;
  /** The sandbox is to be made first; else it must exist. */
  readonly makesSandbox?: boolean;
  /** That of the container around it. */
  readonly parentSandbox?: string;
  /** A session, or a check by command: it sees what its parent sees. */
  readonly looksIntoParent?: boolean;
  readonly command: ContainerCommand;
  /** The whole environment: nothing of the agent's own gets in. Without a PATH the default one is added. */
  readonly environment: Readonly<Record<string, string>>;
  /** Run as this user; absent: as the agent's own. */
  readonly user?: string;
  /** Files of the agent's that are to belong to that user. */
  readonly handOver?: readonly string[];
  /** What it may use; absent: nothing is known, nothing is limited. */
  readonly resources?: ContainerResources;
  /** What its framework asked for: image, volumes, networks, limits of processes. */
  readonly container?: ContainerInfo;
  /** Files to bring into the sandbox first. */
  readonly uris?: readonly CommandInfoURI[];
  /** Persistent volumes among its resources. */
  readonly volumes?: readonly MountedVolume[];
  /** The command has a terminal of its own, which passes on the input and output that `redirections` name. */
  readonly terminal?: TerminalSize;
  /** Lines of the launch script that put something else in the place of its input and output. */
  readonly redirections?: readonly string[];
  /** What isolators added. */
  readonly isolation?: LaunchIsolation;
}

/** Of a terminal; the usual one where it is not known. */
export interface TerminalSize {
  readonly rows?: number;
  readonly columns?: number;
}

/** Parts of the launch script that isolators wrote. */
export interface LaunchIsolation {
  /** Lines before the container counts as started. */
  readonly enter: readonly string[];
  /** Quoted words before those of the command, each list becoming the next. */
  readonly wrappers: readonly (readonly string[])[];
  /** Options of setpriv(1), which goes last before the command. */
  readonly privileges: readonly string[];
  /** How that is called where it runs. */
  readonly setpriv: readonly string[];
  /** Quoted words of what puts a filter of system calls around all that follows; before `setpriv`, as in Mesos. */
  readonly filter?: readonly string[];
  /** Files for the container's runtime directory, by their names: for what joins the container later. */
  readonly notes?: Readonly<Record<string, string>>;
  /** The user is changed together with the root. */
  readonly ownsRoot: boolean;
  /** Script for inside-container.sh, run in namespaces of the container's own. */
  readonly inside?: string;
}

/** A folder of the host that a container is to see. */
export interface MountedVolume {
  /** Path of the host. */
  readonly from: string;
  /** The same without links, of a folder where others are at work, who may put links in the way. */
  readonly real?: string;
  /** In the container: absolute, or relative to the sandbox. */
  readonly to: string;
  readonly readOnly: boolean;
  /** A file with a secret, which the container takes away. */
  readonly isSecret?: boolean;
  /** An image, whose layers are mounted first. */
  readonly image?: ProvisionedImage;
}

/** Names that a shell can export. */
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names that mean something to a shell itself (some cannot be assigned), or to the launcher. */
const OF_THE_SHELL =
  /^(_|UID|EUID|PPID|LINENO|OPTIND|RANDOM|SECONDS|GROUPS|FUNCNAME|DIRSTACK|HISTCMD|PIPESTATUS|SHELLOPTS|POSIXLY_CORRECT|BASH.*|launcher_.*)$/;

/** Names that mean something to what starts the command with more rights than it has: libraries to load, code to run. */
const OF_THE_LOADERS =
  /^(LD_.*|GLIBC_.*|MALLOC_.*|GCONV_PATH|GETCONF_DIR|LOCPATH|NLSPATH|PERL.*|ENV|BASH_ENV)$/;

/** Of these perl complains, which loads filters, when the machine does not have them. */
const OF_LANGUAGES = /^(LC_.*|LANG|LANGUAGE)$/;

/**
 * The script that `run-container.sh` sources to launch a container: it enters the sandbox, says that it has
 * started, sets the environment and becomes the command.
 *
 * The environment stands in this file (mode 0600), never in the arguments of a process. Only variables whose
 * names a shell cannot export (`a.b`), and those that could lead what comes before the command astray (`LD_PRELOAD`), are
 * handed over through env(1), whose arguments are visible until it has become the command.
 *
 * With `shell: false` argv[0] is `arguments[0]` where bash is there to set it, and `value` elsewhere; bash is only
 * asked when it would make a difference to what the program can see of its name.
 *
 * @param realPath of a sandbox in which, or around which, others are at work already: without links
 * @throws Error naming what a process cannot be given: no value, a NUL byte, a variable without a name
 */
export function launchScript(launch: ContainerLaunch, realPath?: string): string {
  const { environment, user } = launch;
  const { redirections = [], isolation } = launch;
  const place = quoted(launch.sandbox, 'sandbox');
  const lines = [
    realPath === undefined ? `sandbox ${place}` : `shared_sandbox ${place} ${quoted(realPath, 'sandbox')}`,
    ...redirections,
    ...(isolation?.enter ?? []),
  ];
  if (user !== undefined) {
    // What looks into another container is a guest there.
    lines.push(`${launch.looksIntoParent === true ? 'user' : 'owner'} ${quoted(user, 'user')}`);
    for (const file of launch.handOver ?? []) lines.push(`hand_over ${quoted(file, 'file')}`);
  }
  lines.push('started');
  const viaEnv: string[] = [];
  const usual = { PATH: DEFAULT_PATH, ...(launch.terminal === undefined ? {} : { TERM: 'xterm' }) };
  for (const [name, value] of Object.entries({ ...usual, ...environment })) {
    checkName(name);
    const text = quoted(value, `environment variable ${name}`);
    if (isForCommandAlone(name, launch)) viaEnv.push(`${quoted(name, 'name')}=${text}`);
    else lines.push(`export ${name}=${text}`);
  }
  const words = [...(viaEnv.length > 0 ? ['env', ...viaEnv] : []), ...commandWords(launch.command)];
  lines.push(...becoming(launch, words), '');
  return lines.join('\n');
}

/** Whether a variable cannot be set before the command is reached, or must not be. */
function isForCommandAlone(name: string, { user, isolation, terminal }: ContainerLaunch): boolean {
  if (!IDENTIFIER.test(name) || OF_THE_SHELL.test(name)) return true;
  // Others run before the command, as the agent's user.
  const isLed = user !== undefined || isolation !== undefined || terminal !== undefined;
  const isFiltered = (isolation?.filter ?? []).length > 0;
  return (isLed && OF_THE_LOADERS.test(name)) || (isFiltered && OF_LANGUAGES.test(name));
}

/** Through wrappers and namespaces to the command. */
function becoming(launch: ContainerLaunch, words: readonly string[]): string[] {
  const { isolation, user, terminal } = launch;
  const wrappers = isolation?.wrappers.flat() ?? [];
  const privileges = isolation?.privileges ?? [];
  if (terminal !== undefined)
    return onTerminal(terminal, launch, ownLines(launch, wrappers, privileges, words));
  if (wrappers.length + privileges.length + (isolation?.filter ?? []).length === 0)
    return [`${user === undefined ? 'exec' : 'become'} ${words.join(' ')}`];
  return ownLines(launch, wrappers, privileges, words);
}

function ownLines(
  { isolation, user }: ContainerLaunch,
  wrappers: readonly string[],
  privileges: readonly string[],
  words: readonly string[],
): string[] {
  const ownsRoot = isolation?.ownsRoot === true;
  const filter = isolation?.filter ?? [];
  if (ownsRoot && user !== undefined && privileges.length + filter.length === 0)
    return ['export launcher_uid launcher_gid', `exec ${[...wrappers, ...words].join(' ')}`];
  // Groups of the machine mean nothing in a root of its own.
  const groups = ownsRoot ? '--clear-groups' : '--init-groups';
  const change = user === undefined ? [] : ['--reuid="$launcher_uid"', '--regid="$launcher_gid"', groups];
  const options = [...change, ...privileges];
  const before = [...wrappers, ...filter];
  if (options.length === 0) return [`exec ${[...before, ...words].join(' ')}`];
  const setpriv = isolation?.setpriv ?? [programPath('setpriv')];
  return [`exec ${[...before, ...setpriv, ...options, '--', ...words].join(' ')}`];
}

/** What the launch script knows and the shell on the terminal needs, but not the command. */
const HANDED_ON = ['launcher_dir', 'launcher_uid', 'launcher_gid'];

/**
 * The command below a terminal of its own: script(1), of every Debian's base system, makes one and passes on what it reads and
 * writes, and the exit status. It goes around all namespaces: the container's files may hold no such program.
 */
function onTerminal(
  { rows, columns }: TerminalSize,
  launch: ContainerLaunch,
  lines: readonly string[],
): string[] {
  const shell = launch.environment['SHELL'];
  const inside = [
    ...HANDED_ON.map((name) => `is=$${name}; unset ${name}; ${name}=$is`),
    ...(shell === undefined ? [] : [`SHELL=${quoted(shell, 'environment variable SHELL')}`]),
    ...(rows === undefined || columns === undefined
      ? []
      : [`${programPath('stty')} rows ${Number(rows)} cols ${Number(columns)}`]),
    ...(launch.user === undefined
      ? []
      : [`${programPath('chown')} "$launcher_uid" "$(${programPath('tty')})"`]),
    ...lines,
  ].join('\n');
  const words = [programPath('script'), '-qfe', '-E', 'always', '-c', quoted(inside, 'command'), '/dev/null'];
  return [`export ${HANDED_ON.join(' ')} SHELL=/bin/sh`, `exec ${words.join(' ')}`];
}

function commandWords(command: ContainerCommand): string[] {
  const { value } = command;
  if (value === undefined || value === '') throw new Error('the command has no value');
  if (command.shell !== false) return ['/bin/sh', '-c', quoted(value, 'command')];
  const argv = command.arguments ?? [];
  const rest = argv.slice(1).map((argument, at) => quoted(argument, `argument ${at + 1}`));
  const program = quoted(value, 'command');
  const name = argv[0];
  if (name === undefined || name === value || name === basename(value)) return [program, ...rest];
  return ['/bin/sh', '-c', RENAMING, 'sh', quoted(name, 'argument 0'), program, ...rest];
}

/** `exec -a` is no part of POSIX sh. */
const RENAMING = quoted(
  'if command -v bash >/dev/null; then exec bash -c \'n=$1; shift; exec -a "$n" "$@"\' bash "$@"; fi; shift; exec "$@"',
  'launcher',
);

function checkName(name: string): void {
  if (name === '' || name.includes('=')) {
    throw new Error(`environment variable ${JSON.stringify(name)}: a name must not be empty nor hold "="`);
  }
}

/** One word of a shell, whatever the value holds. */
export function quoted(value: string, what: string): string {
  if (value.includes('\0')) throw new Error(`${what}: holds a NUL byte, which no process can be given`);
  return `'${value.replaceAll("'", "'\\''")}'`;
}

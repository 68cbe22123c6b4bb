/** What `boot.js` runs: finds the role, reads its flags, starts it, and ends it on a signal. */

import { releaseVersion } from './build.ts';
import { EX_USAGE, peekFlag } from './flags/index.ts';
import { type Logger, loggerOf } from './logging/index.ts';
import { realPorts } from './realPorts.ts';
import type { Reading, Role, Running } from './roles/role.ts';
import { ExitCode } from './startError.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const ROLES: Readonly<Record<string, { readonly summary: string; load(): Promise<Role> }>> = {
  local: {
    summary: 'a whole cluster on this machine: one master, one or more agents',
    load: async () => (await import('./roles/local.ts')).local,
  },
  master: {
    summary: 'the master: offers resources, keeps track of agents, frameworks and tasks',
    load: async () => (await import('./roles/master.ts')).master,
  },
  agent: {
    summary: 'an agent: runs tasks on its machine',
    load: async () => (await import('./roles/agent.ts')).agent,
  },
  framework: {
    summary: 'a framework: `jobs`, or an actor module of yours',
    load: async () => (await import('./roles/framework.ts')).framework,
  },
  registry: {
    summary: 'a copy of the registry into a file, and back',
    load: async () => (await import('./roles/registry.ts')).registry,
  },
  executor: {
    summary: 'an executor module of yours, started by an agent for tasks',
    load: async () => (await import('./roles/executor.ts')).executor,
  },
};

function overview(): string {
  const roles = Object.entries(ROLES).map(([name, { summary }]) => `  --role=${name.padEnd(10)} ${summary}`);
  return [
    'Usage: mesostate --role=ROLE [flags]     starts a node',
    '       mesostate COMMAND [OPTION…]        looks at a cluster and steers it; `mesostate help` lists the commands',
    '',
    ...roles,
    '',
    'mesostate --role=ROLE --help explains the flags of a role.',
    '',
  ].join('\n');
}

/** @param argv what follows `boot.js` on the command line */
export async function main(argv: readonly string[], env: Environment): Promise<void> {
  // A node has flags only; commands have a `--role` of their own, behind their name.
  const isNode = argv.every((word) => word.startsWith('-')) || argv[0]?.startsWith('--role') === true;
  if (!isNode) return command(argv, env);
  const name = peekFlag('role', argv, env);
  if (name === undefined && argv.includes('--version')) return end(0, `mesostate ${releaseVersion()}`);
  if (name === undefined && argv.includes('--help')) return end(0, overview());
  const known = name === undefined ? undefined : ROLES[name];
  if (known === undefined) {
    const expected = `expected one of ${Object.keys(ROLES).join(', ')}`;
    const line = name === undefined ? `--role: required, ${expected}` : `--role: ${expected}, got '${name}'`;
    return refuse([line]);
  }
  const role = await known.load();
  const reading = role.read(argv, env);
  if (reading.outcome === 'help') return end(0, role.help());
  if (reading.outcome === 'version') return end(0, `mesostate ${releaseVersion()}`);
  for (const warning of reading.warnings) console.error(`mesostate: ${warning}`);
  if (reading.outcome === 'errors') return refuse(reading.errors);
  await run(role.name, reading, env);
}

/** What is not a node is a command: `mesostate ps`. */
async function command(argv: readonly string[], env: Environment): Promise<void> {
  const [{ cli }, { realTerminal }] = await Promise.all([
    import('../cli/main.ts'),
    import('../cli/terminal.ts'),
  ]);
  process.stdout.on('error', () => process.exit(0));
  process.exitCode = await cli(argv, realTerminal(env));
}

async function run(
  name: string,
  ready: Extract<Reading, { outcome: 'ready' }>,
  env: Environment,
): Promise<void> {
  let log: Logger | undefined;
  try {
    log = loggerOf(ready.common, { clock: realPorts().clock, role: name });
    containStrays(log);
    const running = await ready.start({ log, env, print: (line) => process.stdout.write(`${line}\n`) });
    endOnSignals(running, log);
    const code = await running.done;
    await running.stop();
    log.flush();
    process.exit(code);
  } catch (error) {
    log?.flush();
    // Parts have errors of their own for what a person can mend; these carry an exit code.
    if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number') {
      return end(error.exitCode, undefined, `mesostate: ${error.message}`);
    }
    if (error instanceof Error && 'syscall' in error)
      return end(ExitCode.cannotCreate, undefined, osErrorLine(error as NodeJS.ErrnoException));
    return end(
      ExitCode.software,
      undefined,
      `mesostate: ${error instanceof Error ? error.stack : String(error)}`,
    );
  }
}

/** What the operating system refused while the role started: a folder that cannot be written, mostly the work_dir. */
function osErrorLine(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOSPC')
    return `mesostate: the disk of ${error.path ?? '--work_dir'} is full: ${error.message}`;
  return `mesostate: cannot use ${error.path ?? 'what it needs'} (is --work_dir right?): ${error.message}`;
}

/** The first SIGINT or SIGTERM ends the node with all it started; a second one ends the program at once. */
function endOnSignals(running: Running, log: Logger): void {
  let ending = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (ending) process.exit(signal === 'SIGINT' ? 130 : 143);
    ending = true;
    log.info('ending', { signal });
    running.stop().then(
      () => {
        log.flush();
        process.exit(0);
      },
      (error: unknown) => end(ExitCode.software, undefined, `mesostate: ${String(error)}`),
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGUSR1', () => void running.unregister?.());
  // A terminal that goes away is no reason to die half-way through a write.
  process.on('SIGHUP', () => stop('SIGTERM'));
}

/** What nobody caught is a programmer's error: it is written down and the program ends; its supervisor starts it anew. */
function containStrays(log: Logger): void {
  const die = (error: unknown): void => {
    log.error('uncaught', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    log.flush();
    process.exit(ExitCode.software);
  };
  process.on('uncaughtException', die);
  process.on('unhandledRejection', die);
  // A closed pipe at the other end of stdout (`| head`) is no error.
  process.stdout.on('error', () => {});
}

function refuse(lines: readonly string[]): void {
  for (const line of lines) console.error(`mesostate: ${line}`);
  console.error('mesostate: try --help');
  process.exitCode = EX_USAGE;
}

function end(code: number, stdout?: string, stderr?: string): void {
  if (stdout !== undefined) process.stdout.write(stdout.endsWith('\n') ? stdout : `${stdout}\n`);
  if (stderr !== undefined) process.stderr.write(`${stderr}\n`);
  process.exitCode = code;
  if (code !== 0) process.exit(code);
}

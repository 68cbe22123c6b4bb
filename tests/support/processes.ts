/** Nodes as OS processes of their own, started as a user starts them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';
import { removeFolder } from './folders.ts';
import './patientFetch.ts';
import { ownPort } from './ports.ts';
import { until } from './until.ts';

/** A node's, of which no other test file knows: nodes that are started again need their former one. */
export { ownPort as freePort } from './ports.ts';

/** The repository's folder, found from the compiled test. */
export const repositoryRoot: string = (() => {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (path.basename(folder) !== 'tests') folder = path.dirname(folder);
  const parent = path.dirname(folder);
  return path.basename(parent) === 'dist' ? path.dirname(parent) : path.resolve(parent, '../..');
})();

export interface Booted {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything printed so far, stdout and stderr together. */
  output(): string;
  /** Exit code, or the signal's name. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Waits for text that the process prints. */
  says(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** Runs `node runtime/boot.js` with these arguments; it is killed when the test ends. */
export function boot(t: ExecutionContext, args: readonly string[], env: Record<string, string> = {}): Booted {
  const child = spawn(process.execPath, [path.join(repositoryRoot, 'runtime/boot.js'), ...args], {
    cwd: repositoryRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const gather = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', gather);
  child.stderr.on('data', gather);
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
  t.teardown(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return {
    child,
    pid: child.pid ?? -1,
    output: () => text,
    exited,
    says: (pattern, timeoutMs) =>
      until(
        () => `${args.join(' ')} says ${pattern}; it said:\n${text.slice(-3000)}`,
        () => pattern.exec(text),
        timeoutMs,
      ),
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
}

/** A folder that vanishes with the test, and with it the tasks whose sandboxes are in it. */
export function scratch(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mesostate-test-'));
  t.teardown(() => removeFolder(folder, () => endTasksIn(folder)));
  return folder;
}

/** Tasks outlive their agent, and so the test that kills it: they would run on, and write into what is removed. */
function endTasksIn(folder: string): void {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environ = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0');
      if (environ.some((each) => /^MESOS_(SANDBOX|DIRECTORY)=/.test(each) && each.includes(`=${folder}/`)))
        process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It is gone, or somebody else's.
    }
  }
}

export interface MasterProcess extends Booted {
  readonly port: number;
  readonly url: string;
}

export async function bootMaster(
  t: ExecutionContext,
  folder: string,
  flags: readonly string[] = [],
): Promise<MasterProcess> {
  const port = await ownPort();
  const booted = boot(t, ['--role=master', `--port=${port}`, `--work_dir=${folder}/master`, ...flags]);
  await booted.says(/listens on/);
  return { ...booted, port, url: `http://127.0.0.1:${port}` };
}

export interface AgentProcess extends Booted {
  readonly port: number;
  readonly url: string;
  readonly workDir: string;
}

export async function bootAgent(
  t: ExecutionContext,
  master: { readonly port: number },
  workDir: string,
  flags: readonly string[] = [],
  options: { readonly port?: number } = {},
): Promise<AgentProcess> {
  const port = options.port ?? (await ownPort());
  const booted = boot(t, [
    '--role=agent',
    `--master=127.0.0.1:${master.port}`,
    `--port=${port}`,
    `--work_dir=${workDir}`,
    `--runtime_dir=${workDir}/run`,
    '--registration_backoff_factor=10ms',
    '--no-switch_user',
    ...flags,
  ]);
  await booted.says(/listens on/);
  return { ...booted, port, url: `http://127.0.0.1:${port}`, workDir };
}

/** Resolves when the master knows that its agents are away: it has rescinded what they offered. */
export async function noAgentIsActive({ url }: Pick<MasterProcess, 'url'>): Promise<void> {
  await until('no agent is active', async () => {
    const { slaves } = await getJson<{ slaves: readonly { readonly active: boolean }[] }>(`${url}/slaves`);
    return slaves.every(({ active }) => !active);
  });
}

/** An answer of an endpoint, as JSON. */
export async function getJson<T>(url: string): Promise<T> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

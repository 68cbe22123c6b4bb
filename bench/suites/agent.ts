/**
 * Containers by the thousand: launched, counted, found again and destroyed, as ordinary processes and within cgroups (as root).
 * Beside them, what starting as many processes from Node alone takes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { MesosContainerizer } from '../../actors/agent/containerizer/index.ts';
import { openContainerizer } from '../../actors/agent/containerizer/open.ts';
import { agentFlags } from '../../actors/agent/flags.ts';
import { AgentPaths } from '../../actors/agent/paths.ts';
import { parseFlags } from '../../runtime/flags/index.ts';
import { MetricsRegistry } from '../../runtime/metrics/index.ts';
import { realPorts } from '../../runtime/realPorts.ts';
import { type Figure, publish } from '../support/figures.ts';

const SUITE = 'containers';
const CONTAINERS = Number(process.env['BENCH_CONTAINERS'] ?? 1000);

const { clock } = realPorts();

/** What became of all containers. */
class Progress {
  started = 0;
  over = 0;
  failure: string | undefined;
  private awaited: { readonly done: () => boolean; readonly resolve: () => void } | undefined;

  readonly sink = {
    started: () => this.count(() => this.started++),
    exited: () => undefined,
    destroyed: () => this.count(() => this.over++),
    failed: (_id: string, message: string) => {
      this.failure = message;
      this.count(() => this.over++);
    },
  };

  until(done: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.awaited = { done, resolve };
      this.count(() => undefined);
    });
  }

  private count(raise: () => unknown): void {
    raise();
    if (this.awaited?.done() === true) this.awaited.resolve();
  }
}

async function timed(run: () => Promise<void> | void): Promise<number> {
  const startedAt = performance.now();
  await run();
  return (performance.now() - startedAt) / 1000;
}

/** Processor time of this process so far, in ms: of a slice it says what other programs do not disturb. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** As the agent answers: a slice of 8 ms, then everybody else's turn. */
async function inSlices(
  steps: Generator<void, void>,
  longest: { ms: number; processorMs: number },
): Promise<void> {
  for (let over = false; !over; ) {
    const [startedAt, processorAt] = [performance.now(), processorMs()];
    do over = steps.next().done === true;
    while (!over && performance.now() - startedAt < 8);
    longest.ms = Math.max(longest.ms, performance.now() - startedAt);
    longest.processorMs = Math.max(longest.processorMs, processorMs() - processorAt);
    if (!over) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A step each: what one process, what one container uses. */
function* statistics(containerizer: MesosContainerizer, ids: readonly string[]): Generator<void, void> {
  for (const id of ids) {
    yield* containerizer.measure();
    containerizer.usage(id);
    yield;
  }
}

function open(root: string, isolation: string): MesosContainerizer {
  const argv = [
    '--master=127.0.0.1:5050',
    `--work_dir=${root}`,
    `--isolation=${isolation}`,
    `--cgroups_root=mesostate-bench-${process.pid}`,
  ];
  const parsed = parseFlags(agentFlags, argv, {});
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  const runtime = path.join(existsSync('/dev/shm') ? '/dev/shm' : root, path.basename(root));
  return openContainerizer({
    paths: new AgentPaths(root, runtime),
    clock,
    metrics: new MetricsRegistry(clock),
    flags: parsed.values,
    isRoot: process.getuid?.() === 0,
    onWarning: (text) => console.error(`bench: ${text}`),
  });
}

async function measure(isolation: string, name: string): Promise<Figure[]> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'mesostate-bench-'));
  const ids = Array.from({ length: CONTAINERS }, (_, i) => `c${i}`);
  const figure = (what: string, value: number, unit: string): Figure => ({
    suite: SUITE,
    name: `${name}: ${what}`,
    value,
    unit,
    beside: 'processes from Node alone',
  });
  const resources = { cpus: 0.01, mem: 32, disk: 0, revocable: false };
  let containerizer = open(root, isolation);
  let progress = new Progress();
  const launched = await timed(async () => {
    for (const containerId of ids) {
      const sandbox = path.join(root, containerId);
      mkdirSync(sandbox);
      const command = { shell: false, value: '/bin/sleep', arguments: ['sleep', '1000'] };
      containerizer.launch({ containerId, sandbox, command, environment: {}, resources }, progress.sink);
    }
    await progress.until(() => progress.started + progress.over === CONTAINERS);
  });
  const longest = { ms: 0, processorMs: 0 };
  const counted = await timed(async () => {
    await inSlices(statistics(containerizer, ids), longest);
  });
  containerizer.close();
  progress = new Progress();
  const found = await timed(async () => {
    containerizer = open(root, isolation);
    containerizer.recover(ids, progress.sink);
    await progress.until(() => progress.started + progress.over === CONTAINERS);
  });
  const destroyed = await timed(async () => {
    for (const id of ids) containerizer.destroy(id);
    await progress.until(() => progress.over === CONTAINERS);
  });
  containerizer.close();
  rmSync(root, { recursive: true, force: true });
  if (progress.failure !== undefined) throw new Error(progress.failure);
  return [
    figure(`${CONTAINERS} launched`, launched, 's'),
    figure('statistics of all', counted, 's'),
    figure('longest time that they hold up anything else', longest.ms, 'ms'),
    figure('the same, processor time', longest.processorMs, 'ms'),
    figure('all found again', found, 's'),
    figure('all destroyed', destroyed, 's'),
  ];
}

async function raw(): Promise<Figure> {
  const children: ChildProcess[] = [];
  const seconds = await timed(async () => {
    for (let i = 0; i < CONTAINERS; i++) {
      const child = spawn('/bin/sleep', ['1000'], { detached: true, stdio: 'ignore' });
      children.push(child);
      await new Promise((resolve) => child.once('spawn', resolve));
    }
  });
  for (const child of children) child.kill('SIGKILL');
  return { suite: SUITE, name: 'processes from Node alone', value: seconds, unit: 's' };
}

const figures = [await raw(), ...(await measure('posix/cpu,posix/mem', 'posix'))];
if (process.getuid?.() === 0)
  figures.push(...(await measure('cgroups/cpu,cgroups/mem,cgroups/pids', 'cgroups')));
publish(figures);

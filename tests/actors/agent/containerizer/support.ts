/** A containerizer with isolators around real processes, over a folder of its own. */

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import type { ExecutionContext } from 'ava';
import {
  type ContainerLaunch,
  createSandbox,
  type ExitStatus,
  type Limitation,
  type MesosContainerizer,
} from '../../../../actors/agent/containerizer/index.ts';
import { Hierarchies } from '../../../../actors/agent/containerizer/isolators/cgroups/hierarchies.ts';
import { openContainerizer } from '../../../../actors/agent/containerizer/open.ts';
import { AgentPaths } from '../../../../actors/agent/paths.ts';
import { MetricsRegistry } from '../../../../runtime/metrics/index.ts';
import { removeFolder } from '../../../support/folders.ts';
import { until } from '../../../support/until.ts';
import { flagsOf } from '../support/realAgent.ts';
import { clock } from './helpers.ts';

export const isRoot: boolean = process.getuid?.() === 0;

/** Whether these controllers can be used here, in hierarchies of version 1. */
export function hasCgroups(names: readonly string[]): boolean {
  const hierarchies = Hierarchies.find('/sys/fs/cgroup');
  return isRoot && names.every((name) => hierarchies.controller(name)?.version === 1);
}

/** What a user without root or cgroups has instead: a word at the start, and tasks that run. */
export async function runsUnlimited(t: ExecutionContext, flags: Record<string, string>): Promise<void> {
  const bench = new IsolatedBench(t, flags);
  t.regex(bench.warnings.join('\n'), /cgroups need root|has no cgroup controller/);
  const id = bench.launch('exit 3');
  t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 3 });
}

/** Removes the folders of a `--cgroups_root`, which are empty when all containers are gone. */
export function removeCgroups(root: string): void {
  if (!isRoot || !fs.existsSync('/sys/fs/cgroup')) return;
  for (const controller of fs.readdirSync('/sys/fs/cgroup')) {
    const dir = join('/sys/fs/cgroup', controller, root);
    if (fs.existsSync(dir)) fs.rmdirSync(dir);
  }
}

let made = 0;

/** What a container's sink was told. */
export interface Told {
  pid: number | undefined;
  status: ExitStatus | undefined;
  limitation: Limitation | undefined;
  failure: string | undefined;
  over: boolean;
}

export class IsolatedBench {
  readonly root: string;
  readonly cgroupsRoot: string;
  readonly warnings: string[] = [];
  readonly paths: AgentPaths;
  readonly told = new Map<string, Told>();
  containerizer: MesosContainerizer;
  #flags: Record<string, string>;
  readonly #devDir: string | undefined;
  #count = 0;

  /** @param devDir folder of devices, instead of `/dev` */
  constructor(t: ExecutionContext, flags: Record<string, string>, devDir?: string) {
    this.#devDir = devDir;
    this.root = fs.mkdtempSync(join(tmpdir(), 'mesostate-isolated-'));
    // Ordinary users have to come through to their sandboxes.
    fs.chmodSync(this.root, 0o755);
    this.paths = new AgentPaths(join(this.root, 'work'), join(this.root, 'run'));
    this.cgroupsRoot = `mesostate-test/${process.pid}-${threadId}-${++made}`;
    this.#flags = flags;
    // Flags that are refused leave it all the same.
    t.teardown(() => removeFolder(this.root));
    this.containerizer = this.restart();
    t.teardown(() => this.#close());
  }

  /** A new agent process over the same folders. */
  restart(isRootHere: boolean = isRoot): MesosContainerizer {
    this.containerizer?.close();
    this.containerizer = openContainerizer({
      paths: this.paths,
      clock,
      metrics: new MetricsRegistry(clock),
      flags: flagsOf({
        master: '127.0.0.1:5050',
        work_dir: this.paths.workDir,
        cgroups_root: this.cgroupsRoot,
        ...this.#flags,
      }),
      isRoot: isRootHere,
      ...(this.#devDir === undefined ? {} : { devDir: this.#devDir }),
      onWarning: (text) => this.warnings.push(text),
    });
    return this.containerizer;
  }

  /** The same with other flags. */
  restartWith(flags: Record<string, string>): MesosContainerizer {
    this.#flags = flags;
    return this.restart();
  }

  readonly sink = {
    started: (id: string, pid: number) => {
      this.of(id).pid = pid;
    },
    exited: (id: string, status: ExitStatus) => {
      this.of(id).status = status;
    },
    limited: (id: string, limitation: Limitation) => {
      this.of(id).limitation = limitation;
    },
    destroyed: (id: string) => {
      this.of(id).over = true;
    },
    failed: (id: string, message: string) => {
      this.of(id).failure = message;
      this.of(id).over = true;
    },
  };

  /** Launches `sh -c command`. */
  launch(command: string, more: Partial<ContainerLaunch> = {}): string {
    const containerId = more.containerId ?? `c${++this.#count}`;
    const sandbox = this.sandbox(containerId);
    createSandbox(sandbox);
    this.containerizer.launch(
      { containerId, sandbox, command: { value: command }, environment: {}, ...more },
      this.sink,
    );
    return containerId;
  }

  sandbox(containerId: string): string {
    const id = containerId.replaceAll('.', '-');
    return this.paths.sandbox({ agentId: 'S0', frameworkId: 'F', executorId: 'e', containerId: id });
  }

  of(id: string): Told {
    let told = this.told.get(id);
    if (told === undefined) {
      told = { pid: undefined, status: undefined, limitation: undefined, failure: undefined, over: false };
      this.told.set(id, told);
    }
    return told;
  }

  async over(id: string): Promise<Told> {
    await until(
      () => `the end of ${id}: ${JSON.stringify(this.of(id))} ${this.warnings}`,
      () => this.of(id).over,
    );
    return this.of(id);
  }

  async started(id: string): Promise<number> {
    return until(
      () => `the start of ${id}: ${JSON.stringify(this.of(id))}`,
      () => this.of(id).pid ?? (this.of(id).over ? 1 : undefined),
    );
  }

  file(id: string, name: string): string {
    const path = join(this.sandbox(id), name);
    return fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '';
  }

  has(id: string, name: string): boolean {
    return fs.existsSync(join(this.sandbox(id), name));
  }

  /** A file of a container's cgroup; undefined when there is none. */
  cgroupFile(controller: string, id: string, name: string): string | undefined {
    const path = join('/sys/fs/cgroup', controller, this.cgroupsRoot, id, name);
    return fs.existsSync(path) ? fs.readFileSync(path, 'utf8').trim() : undefined;
  }

  async #close(): Promise<void> {
    for (const [id, told] of this.told) if (!told.over) this.containerizer.destroy(id);
    for (const [id, told] of this.told) if (!told.over) await this.over(id);
    this.containerizer.close();
    await removeFolder(this.root);
    removeCgroups(this.cgroupsRoot);
  }
}

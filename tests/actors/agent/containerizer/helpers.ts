import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import {
  type ContainerCommand,
  Containerizer,
  type ContainerizerOptions,
  type ContainerLaunch,
  createSandbox,
  type ExitStatus,
} from '../../../../actors/agent/containerizer/index.ts';
import { AgentPaths } from '../../../../actors/agent/paths.ts';
import { realPorts } from '../../../../runtime/realPorts.ts';
import { removeFolder } from '../../../support/folders.ts';
import { PATIENCE_MS } from '../../../support/until.ts';

export const { clock } = realPorts();

/** Everything a sink was told, as text in order. */
export type Story = string[];

/** A containerizer over a folder of its own that tells what it was told and lets tests wait for it. */
export class Bench {
  readonly root: string;
  readonly paths: AgentPaths;
  containerizer: Containerizer;
  readonly stories = new Map<string, Story>();
  readonly statuses = new Map<string, ExitStatus>();
  readonly pids = new Map<string, number>();
  #wake: (() => void)[] = [];
  #count = 0;
  readonly #options: Partial<ContainerizerOptions>;

  constructor(t: ExecutionContext, options: Partial<ContainerizerOptions> = {}, root?: string) {
    this.root = root ?? fs.mkdtempSync(join(tmpdir(), 'mesostate-container-'));
    this.paths = new AgentPaths(join(this.root, 'work'), join(this.root, "run it's"));
    this.#options = options;
    this.containerizer = this.restart();
    t.teardown(async () => {
      for (const id of this.containerizer.containerIds) this.containerizer.destroy(id);
      await this.until(() => this.containerizer.containerIds.length === 0, 'teardown');
      this.containerizer.close();
      await removeFolder(this.root);
    });
  }

  /** A new agent over the same folders. */
  restart(): Containerizer {
    this.containerizer?.close();
    this.containerizer = new Containerizer({ paths: this.paths, clock, ...this.#options });
    return this.containerizer;
  }

  readonly sink = {
    started: (id: string, pid: number) => {
      this.pids.set(id, pid);
      this.#tell(id, 'started');
    },
    exited: (id: string, status: ExitStatus) => {
      this.statuses.set(id, status);
      this.#tell(id, 'exited');
    },
    destroyed: (id: string) => this.#tell(id, 'destroyed'),
    failed: (id: string, message: string) => this.#tell(id, `failed: ${message}`),
  };

  /** Launches `sh -c command` or another command in a fresh container. */
  launch(
    command: string | ContainerCommand,
    more: Partial<Pick<ContainerLaunch, 'environment' | 'user' | 'looksIntoParent'>> = {},
  ): string {
    const id = `c${++this.#count}-${process.pid}`;
    const sandbox = this.sandbox(id);
    createSandbox(sandbox);
    this.launchIn(id, sandbox, command, more);
    return id;
  }

  launchIn(
    id: string,
    sandbox: string,
    command: string | ContainerCommand,
    more: Partial<Pick<ContainerLaunch, 'environment' | 'user' | 'looksIntoParent'>> = {},
  ): void {
    this.containerizer.launch(
      {
        containerId: id,
        sandbox,
        command: typeof command === 'string' ? { value: command } : command,
        environment: {},
        ...more,
      },
      this.sink,
    );
  }

  sandbox(containerId: string): string {
    return this.paths.sandbox({
      agentId: 'agent-S0',
      frameworkId: 'framework-0000',
      executorId: 'task 1',
      containerId,
    });
  }

  stdout(id: string): string {
    return fs.readFileSync(join(this.sandbox(id), 'stdout'), 'utf8');
  }

  stderr(id: string): string {
    return fs.readFileSync(join(this.sandbox(id), 'stderr'), 'utf8');
  }

  story(id: string): Story {
    return this.stories.get(id) ?? [];
  }

  async ended(id: string): Promise<ExitStatus | undefined> {
    await this.until(() => this.story(id).some((word) => word !== 'started'), `the end of ${id}`);
    return this.statuses.get(id);
  }

  async destroyed(id: string): Promise<void> {
    await this.until(() => this.story(id).includes('destroyed'), `the destruction of ${id}`);
  }

  async started(id: string): Promise<number> {
    await this.until(() => this.story(id).length > 0, `the start of ${id}`);
    return this.pids.get(id) ?? 0;
  }

  /** Until the sandbox file has a whole first line; the line. */
  async line(id: string, file: string): Promise<string> {
    const path = join(this.sandbox(id), file);
    const read = (): string => (fs.existsSync(path) ? fs.readFileSync(path, 'utf8') : '');
    await this.until(() => read().includes('\n'), `${file} of ${id}`);
    return read().split('\n')[0] ?? '';
  }

  /** Looks again after each report and every 10 ms. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = clock.monotonic() + PATIENCE_MS;
    while (!condition()) {
      if (clock.monotonic() > deadline) {
        throw new Error(`waited in vain for ${what}: ${JSON.stringify([...this.stories].slice(0, 10))}`);
      }
      await new Promise<void>((resolve) => {
        const timer = clock.setTimer(10, resolve);
        this.#wake.push(() => {
          timer.cancel();
          resolve();
        });
      });
    }
  }

  #tell(id: string, word: string): void {
    const story = this.stories.get(id) ?? [];
    this.stories.set(id, [...story, word]);
    const wake = this.#wake;
    this.#wake = [];
    for (const one of wake) one();
  }
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !fs.readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

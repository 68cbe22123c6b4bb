/** Commands inside running containers, as `docker exec` starts them: checks by command look at their task there. */
import type { ContainerLaunch, ContainerSink } from '../containerizer/index.ts';
import { exitStatusOfShell } from '../containerizer/index.ts';
import type { DockerEngine } from './engine.ts';

interface Entry {
  readonly sink: ContainerSink;
  readonly givenUp: AbortController;
  execId: string | undefined;
}

export class CommandsInside {
  readonly #engine: DockerEngine;
  readonly #entries = new Map<string, Entry>();

  constructor(engine: DockerEngine) {
    this.#engine = engine;
  }

  has(containerId: string): boolean {
    return this.#entries.has(containerId);
  }

  /** @param name of the container around it @throws Error for what cannot be run there */
  launch(name: string, launch: ContainerLaunch, sink: ContainerSink): void {
    const { containerId: id, redirections = [] } = launch;
    if (redirections.length > 0)
      throw new Error('a session in a Docker container cannot be attached to; `docker exec` does that');
    const entry: Entry = { sink, givenUp: new AbortController(), execId: undefined };
    this.#entries.set(id, entry);
    void this.#run(id, name, launch, entry).catch((error: Error) => {
      if (!this.#entries.delete(id)) return;
      sink.failed(id, error.message);
    });
  }

  /** Whatever the signal, it ends: a look into a container has nothing to tidy up. */
  kill(containerId: string): void {
    const entry = this.#entries.get(containerId);
    if (entry === undefined) return;
    entry.givenUp.abort(new Error('it was destroyed'));
    const { execId } = entry;
    if (execId === undefined) return;
    void this.#engine.inspectExec(execId).then(
      ({ Pid }) => endProcess(Pid),
      () => undefined,
    );
  }

  close(): void {
    for (const id of this.#entries.keys()) this.kill(id);
    this.#entries.clear();
  }

  async #run(
    id: string,
    name: string,
    { command, environment }: ContainerLaunch,
    entry: Entry,
  ): Promise<void> {
    const { PATH: _, ...variables }: Record<string, string> = environment;
    const execId = await this.#engine.createExec(name, {
      AttachStdout: true,
      AttachStderr: true,
      Cmd: wordsOf(command),
      Env: Object.entries(variables).map(([variable, value]) => `${variable}=${value}`),
    });
    entry.givenUp.signal.throwIfAborted();
    entry.execId = execId;
    entry.sink.started(id, 0);
    const ended = this.#engine.runExec(execId, entry.givenUp.signal);
    const status = await ended.then(
      async () => (await this.#engine.inspectExec(execId)).ExitCode,
      () => null,
    );
    if (!this.#entries.delete(id)) return;
    entry.sink.exited(id, status === null ? { kind: 'unknown' } : exitStatusOfShell(status));
    entry.sink.destroyed(id);
  }
}

function wordsOf({ shell, value, arguments: argv = [] }: ContainerLaunch['command']): string[] {
  if (shell !== false) return ['/bin/sh', '-c', value ?? ''];
  return argv.length > 0 ? [...argv] : [value ?? ''];
}

function endProcess(pid: number): void {
  if (pid <= 0) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

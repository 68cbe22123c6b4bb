/** Opening the inputs and outputs of containers, and keeping those of executors' own containers: a command task with a terminal. */
import { sandboxWay } from '../../heldFolder.ts';
import type { AgentHost } from '../../host.ts';
import { ContainerIo } from './containerIo.ts';
import type { OutputName } from './pipes.ts';

/** @param sandbox with the file `stdout` that all output goes to as well; undefined where it is nobody else's to keep */
export function openIo(
  { pipes, paths, defer, log: logger }: Pick<AgentHost, 'pipes' | 'paths' | 'defer' | 'log'>,
  containerId: string,
  io: ContainerIo,
  sandbox: string | undefined,
): void {
  const events = {
    data: defer((name: OutputName, bytes: Uint8Array, taken: () => void) => io.data(name, bytes, taken)),
    ended: defer(() => io.ended()),
  };
  try {
    const way = sandbox === undefined ? undefined : sandboxWay(containerId, sandbox);
    io.connect(pipes.open(paths.io(containerId), events, way));
  } catch (error) {
    logger.warn('The input and output of a container are lost', {
      container_id: containerId,
      message: (error as Error).message,
    });
  }
}

export class TaskTerminals {
  private readonly host: AgentHost;
  private readonly open = new Map<string, ContainerIo>();

  constructor(host: AgentHost) {
    this.host = host;
  }

  get(containerId: string): ContainerIo | undefined {
    return this.open.get(containerId);
  }

  /** @param done called as a later event of the agent */
  make(containerId: string, sandbox: string, done: (error?: Error) => void): void {
    const made = this.host.defer((error?: Error) => {
      if (error === undefined) this.take(containerId, sandbox);
      done(error);
    });
    this.host.pipes.make(this.host.paths.io(containerId), made);
  }

  /** The container was launched by an earlier agent process. */
  resume(containerId: string, sandbox: string): void {
    if (this.host.pipes.has(this.host.paths.io(containerId))) this.take(containerId, sandbox);
  }

  /** Nothing of the container is left. */
  remove(containerId: string): void {
    if (this.open.delete(containerId)) this.host.pipes.remove(this.host.paths.io(containerId));
  }

  close(): void {
    for (const io of this.open.values()) io.close();
  }

  private take(containerId: string, sandbox: string): void {
    const io = new ContainerIo(true, false);
    this.open.set(containerId, io);
    openIo(this.host, containerId, io, sandbox);
  }
}

/** Keeps the output of containers within limits, by a look at all files from time to time: no process a task. */
import type { Clock, Timer } from '../../../runtime/ports.ts';
import { descend, type HeldFolder, type SandboxWay, sandboxWay, withHeld } from '../heldFolder.ts';
import type { LogLimits } from './limits.ts';
import { rotateFile } from './rotate.ts';

/** The output of one container. */
export interface LoggedContainer {
  readonly containerId: string;
  readonly sandbox: string;
  readonly limits: LogLimits;
}

export interface ContainerLoggerOptions {
  readonly clock: Clock;
  /** Containers that write at this moment. */
  readonly containers: () => Iterable<LoggedContainer>;
  readonly onWarning: (text: string) => void;
}

/** From the end of a look to the next one. */
const LOOK_MS = 2000;

export class ContainerLogger {
  readonly #options: ContainerLoggerOptions;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: ContainerLoggerOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.setTimer(LOOK_MS, () => void this.#look().then(() => this.start()));
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #look(): Promise<void> {
    for (const container of [...this.#options.containers()]) {
      if (this.#closed) return;
      await rotateOutput(container, this.#options.onWarning);
    }
  }
}

/** By folders held open: who writes there may exchange those of nested containers for links. */
export async function rotateOutput(
  { containerId, sandbox, limits }: LoggedContainer,
  onWarning: (text: string) => void,
): Promise<void> {
  const held = folderOf(sandboxWay(containerId, sandbox));
  if (held === undefined) return;
  await withHeld(held, async (folder) => {
    for (const name of ['stdout', 'stderr'] as const)
      try {
        await rotateFile(folder, name, limits[name]);
      } catch (error) {
        onWarning(`Output of a container cannot be rotated: ${(error as Error).message}`);
      }
  });
}

/** undefined of one that is gone, and of what stands in its place */
function folderOf({ root, below }: SandboxWay): HeldFolder | undefined {
  try {
    return descend(root, below);
  } catch {
    return undefined;
  }
}

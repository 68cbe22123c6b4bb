/** What a task of `mesostate run` prints, as it prints it. */
import type { Writable } from 'node:stream';
import type { Context } from '../context.ts';
import { type Sandbox, sandboxOf } from '../find/sandbox.ts';
import { Problem } from '../problem.ts';

/** How often its files are looked at, in milliseconds. */
const LOOK_MS = 300;

export class Output {
  private readonly context: Context;
  private readonly task: string;
  private readonly offsets = { stdout: 0, stderr: 0 };
  private isOver = false;
  private followed: Promise<void> = Promise.resolve();

  constructor(context: Context, task: string) {
    this.context = context;
    this.task = task;
  }

  start(): void {
    this.followed = this.follow();
  }

  /** Prints what is left. */
  async finish(): Promise<void> {
    this.isOver = true;
    await this.followed;
  }

  private async follow(): Promise<void> {
    try {
      const sandbox = await sandboxOf(this.context, this.task);
      for (let last = false; ; last = this.isOver) {
        await this.look(sandbox, 'stdout', this.context.terminal.stdout);
        await this.look(sandbox, 'stderr', this.context.terminal.stderr);
        if (last) return;
        if (!this.isOver) await this.context.wait(LOOK_MS);
      }
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.context.say(`mesostate: its output cannot be shown: ${error.message}`);
    }
  }

  private async look(sandbox: Sandbox, file: 'stdout' | 'stderr', to: Writable): Promise<void> {
    for (;;) {
      const { size, data } = await sandbox.read(file, this.offsets[file]);
      // Cut off at the agent because it had become too large: it begins anew.
      if (size < this.offsets[file]) {
        this.offsets[file] = 0;
        continue;
      }
      if (data.length > 0) to.write(data);
      this.offsets[file] += data.length;
      if (data.length === 0 || this.offsets[file] >= size) return;
    }
  }
}

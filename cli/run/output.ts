/** What a task of `mesostate run` prints, as it prints it. */
import type { Writable } from 'node:stream';
import type { Context } from '../context.ts';
import { newsOf } from '../find/growing.ts';
import { type Sandbox, sandboxOf } from '../find/sandbox.ts';
import { Problem } from '../problem.ts';

/** How often its files are looked at, in milliseconds. */
const LOOK_MS = 300;

export class Output {
  private readonly context: Context;
  private readonly task: string;
  private readonly places = { stdout: { offset: 0 }, stderr: { offset: 0 } };
  private isOver = false;
  private followed: Promise<void> = Promise.resolve();

  constructor(context: Context, task: string) {
    this.context = context;
    this.task = task;
  }

  start(): void {
    this.followed = this.follow();
  }

  /** What is printed from now on is of no use to anybody. */
  stop(): void {
    this.isOver = true;
  }

  /** Prints what is left. */
  async finish(): Promise<void> {
    this.isOver = true;
    await this.followed;
  }

  /** An agent that is away may come back: what cannot be read now is tried again as long as the task runs. */
  private async follow(): Promise<void> {
    let sandbox: Sandbox | undefined;
    let told = '';
    for (let last = false; ; last = this.isOver) {
      try {
        sandbox ??= await sandboxOf(this.context, this.task);
        await this.look(sandbox, 'stdout', this.context.terminal.stdout);
        await this.look(sandbox, 'stderr', this.context.terminal.stderr);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        if (error.message !== told)
          this.context.say(`mesostate: its output cannot be shown: ${error.message}`);
        told = error.message;
        sandbox = undefined;
      }
      if (last) return;
      if (!this.isOver) await this.context.wait(LOOK_MS);
    }
  }

  private async look(sandbox: Sandbox, file: 'stdout' | 'stderr', to: Writable): Promise<void> {
    for await (const data of newsOf(sandbox, file, this.places[file])) await this.context.write(data, to);
  }
}

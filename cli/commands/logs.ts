/** What a task printed. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { newsOf } from '../find/growing.ts';
import { READ_BYTES, type Sandbox, sandboxOf } from '../find/sandbox.ts';
import { Problem, usageProblem } from '../problem.ts';

/** How often a followed file is looked at, in milliseconds. */
const FOLLOW_MS = 500;
const DEFAULT_LINES = 100;
const NEWLINE = 0x0a;

export const logs = defineCommand({
  name: 'logs',
  words: 'TASK [FILE]',
  summary: 'Prints the end of what a task wrote to stdout, or to another file of its sandbox',
  options: {
    follow: { kind: 'flag', short: 'f', help: 'Go on as more is written' },
    lines: {
      kind: 'text',
      short: 'n',
      value: 'N',
      help: `Begin so many lines before the end; default ${DEFAULT_LINES}`,
    },
    all: { kind: 'flag', short: 'a', help: 'Begin at the beginning' },
    stderr: { kind: 'flag', help: 'stderr in place of stdout' },
  },
  arity: { min: 1, max: 2 },
  completes: 'task',
  run: async (context, { follow, lines, all, stderr }, [task = '', named]) => {
    if (stderr && named !== undefined) throw usageProblem('logs: expected --stderr or a FILE, got both');
    const count = lines === undefined ? DEFAULT_LINES : Number(lines);
    if (!Number.isInteger(count) || count < 0)
      throw usageProblem(`--lines: expected a whole number from 0 up, got '${lines}'`);
    const file = named ?? (stderr ? 'stderr' : 'stdout');
    const sandbox = await sandboxOf(context, task);
    const { size } = await sandbox.read(file, 0, 0);
    const from = all ? 0 : await startOfLastLines(sandbox, file, size, count);
    if (follow) await followFrom(context, sandbox, file, from);
    else await printPart(context, sandbox, file, from, size);
    return undefined;
  },
});

/** Where the last lines begin, in bytes, looked for from the end: the file may have gigabytes. */
async function startOfLastLines(
  sandbox: Sandbox,
  file: string,
  size: number,
  count: number,
): Promise<number> {
  let end = size;
  // The newline at the very end closes the last line.
  let left = count + 1;
  while (end > 0) {
    const offset = Math.max(0, end - READ_BYTES);
    const { data } = await sandbox.read(file, offset, end - offset);
    for (let at = data.length - 1; at >= 0; at--) {
      if (data[at] !== NEWLINE && !(offset + at === size - 1 && left === count + 1)) continue;
      left -= 1;
      if (left === 0 || (left === count && count === 0)) return offset + at + 1;
    }
    end = offset;
  }
  return 0;
}

/** What was there when one asked: a task that goes on printing does not keep the command from its end. */
async function printPart(
  context: Context,
  sandbox: Sandbox,
  file: string,
  from: number,
  to: number,
): Promise<void> {
  for (let offset = from; offset < to; ) {
    const { data } = await sandbox.read(file, offset, Math.min(READ_BYTES, to - offset));
    // Rotated or truncated meanwhile: there is no more of it.
    if (data.length === 0) return;
    await context.write(data);
    offset += data.length;
  }
}

/** Until the person has seen enough. */
async function followFrom(context: Context, sandbox: Sandbox, file: string, from: number): Promise<void> {
  const place = { offset: from };
  let interrupted = false;
  const off = context.terminal.on('SIGINT', () => {
    interrupted = true;
  });
  try {
    while (!interrupted) {
      for await (const data of newsOf(sandbox, file, place)) {
        if (interrupted) return;
        await context.write(data);
      }
      await context.wait(FOLLOW_MS);
    }
  } catch (error) {
    if (error instanceof Problem) throw new Problem(`following ended: ${error.message}`, error.exitCode);
    throw error;
  } finally {
    off();
  }
}

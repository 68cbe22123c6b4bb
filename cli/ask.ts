/** Asks before anything is destroyed. */
import { createInterface } from 'node:readline/promises';
import type { Option } from './command.ts';
import type { Context } from './context.ts';
import { safeText } from './output/text.ts';
import { Problem } from './problem.ts';

/** Option of every command that destroys. */
export const yesOption = { kind: 'flag', short: 'y', help: 'Do not ask' } as const satisfies Option;

/** @throws Problem when the answer is not yes, or nobody is there to ask */
export async function confirm({ terminal }: Context, question: string, yes: boolean): Promise<void> {
  if (yes) return;
  if (terminal.stdin.isTTY !== true) throw new Problem(`${question} Nobody is there to ask: say --yes`);
  const lines = createInterface({ input: terminal.stdin, output: terminal.stderr });
  try {
    // Ctrl-C and Ctrl-D end the question without an answer.
    const left = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
    const answered = lines.question(`${safeText(question)} [y/N] `).catch(() => undefined);
    const answer = await Promise.race([answered, left]);
    if (answer === undefined) terminal.stderr.write('\n');
    if (answer === undefined || !/^y(es)?$/i.test(answer.trim())) throw new Problem('nothing was done');
  } finally {
    lines.close();
  }
}

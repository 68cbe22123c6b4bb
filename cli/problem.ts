/** What went wrong, for the person at the terminal. */
import { ExitCode } from '../runtime/startError.ts';

/** A command that could not do what it was asked for: one line that says why, and what to do about it. */
export class Problem extends Error {
  override readonly name: string = 'Problem';
  readonly exitCode: number;

  /** @param exitCode 1 unless told otherwise; those of sysexits.h where one fits */
  constructor(message: string, exitCode: number = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command line itself is wrong. */
export function usageProblem(message: string): Problem {
  return new Problem(message, ExitCode.usage);
}

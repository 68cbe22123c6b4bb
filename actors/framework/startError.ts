/** A framework that cannot be started: one line that says what was wrong, for the person who gave the flags. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
  /** Exit code of the program. */
  readonly exitCode = 1;
}

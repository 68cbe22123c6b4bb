/** Exit codes besides 0 and 1, of sysexits.h. */
export const ExitCode = {
  usage: 64,
  dataError: 65,
  unavailable: 69,
  software: 70,
  osError: 71,
  cannotCreate: 73,
  configuration: 78,
} as const;

/** A start that failed for a reason a person can mend: one line that says what was wrong, and the program's exit code. */
export class StartError extends Error {
  override readonly name: string = 'StartError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

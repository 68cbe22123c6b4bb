/** What a role is: a table of flags and a way to start. The starters beside this file are where the parts meet. */
import type { FlagRecord, FlagTable, FlagValues } from '../flags/index.ts';
import * as flag from '../flags/index.ts';
import type { Logger } from '../logging/index.ts';
import { loggingFlags } from '../logging/index.ts';

export interface Role<F extends FlagRecord> {
  readonly name: string;
  /** How the role is called, for `--help`. */
  readonly synopsis: string;
  readonly table: FlagTable<F>;
  /** @throws StartError (by rejection) with the line to print and the exit code */
  start(values: FlagValues<F>, context: RoleContext): Promise<Running>;
}

export interface RoleContext {
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Words for the person at the terminal. */
  print(line: string): void;
}

export interface Running {
  /** Resolves with the exit code when the role ends by itself. */
  readonly done: Promise<number>;
  /** Ends everything this role started. */
  stop(): Promise<void>;
  /** SIGUSR1, where the role has a use for it (an agent unregisters). */
  unregister?(): Promise<void>;
}

/** Exit codes besides 0 and 1, of sysexits.h. */
export const ExitCode = { usage: 64, unavailable: 69, software: 70, osError: 71, cannotCreate: 73 } as const;

/** A start that failed for a reason a person can act on. */
export class StartError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Flags every role has. */
export const commonFlags = {
  role: flag.string({ help: 'What this node is: local, master, agent, framework or executor' }),
  help: flag.boolean({ help: 'Explain the flags of the role and end' }),
  version: flag.boolean({ help: 'Print the version and end' }),
  advertise_ip: flag.ip({ help: 'Address told to others, when it is not the one listened on' }),
  advertise_port: flag.port({ help: 'Port told to others, when it is not the one listened on' }),
  ...loggingFlags,
};

/** Values of `commonFlags`, which every role's values contain. */
export type CommonValues = FlagValues<typeof commonFlags>;

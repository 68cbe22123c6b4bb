/** What a role is: a table of flags and a way to start. The starters beside this file are where the parts meet. */
import type { FlagRecord, FlagTable, FlagValues } from '../flags/index.ts';
import * as flag from '../flags/index.ts';
import type { Logger } from '../logging/index.ts';
import { loggingFlags } from '../logging/index.ts';
import { withLibprocessVariables } from './libprocess.ts';
import { securityFlags } from './security.ts';

/** A role as its starter writes it down. */
export interface RoleDefinition<F extends FlagRecord> {
  readonly name: string;
  /** How the role is called, for `--help`. */
  readonly synopsis: string;
  readonly table: FlagTable<F>;
  /** What the role logs unless told otherwise; default: INFO. */
  readonly loggingLevel?: 'INFO' | 'WARNING';
  /** How it is told its flags besides Mesos' own way. */
  readonly ways?: (argv: readonly string[], env: flag.Environment) => flag.ReadingWays;
  /** @throws an error with `exitCode` (by rejection), such as StartError, whose message is the line to print */
  start(values: FlagValues<F> & CommonValues, context: RoleContext): Promise<Running>;
}

/** What came of a role's command line. */
export type Reading =
  | { readonly outcome: 'help' }
  | { readonly outcome: 'version' }
  | { readonly outcome: 'errors'; readonly errors: readonly string[]; readonly warnings: readonly string[] }
  | {
      readonly outcome: 'ready';
      readonly warnings: readonly string[];
      readonly common: CommonValues;
      start(context: RoleContext): Promise<Running>;
    };

export interface Role {
  readonly name: string;
  help(): string;
  read(argv: readonly string[], env: flag.Environment): Reading;
}

/** A role whose flags are read and checked as the common ones together with its own. */
export function defineRole<F extends FlagRecord>(definition: RoleDefinition<F>): Role {
  const { name, synopsis } = definition;
  const table = flag.defineFlags<F & typeof commonFlags>(
    { ...commonFlags, logging_level: loggingLevel(definition.loggingLevel), ...definition.table.flags },
    definition.table.rules as readonly flag.FlagRule<F & typeof commonFlags>[],
    definition.table.foreign,
  );
  return {
    name,
    help: () => flag.helpText(table, { role: name, synopsis }),
    read: (argv, env) => {
      const ways = definition.ways?.(argv, env) ?? {};
      const parsed = flag.parseFlags(table, argv, withLibprocessVariables(env, name), ways);
      if (parsed.outcome !== 'values') return parsed;
      const values = parsed.values as FlagValues<F> & CommonValues;
      return {
        outcome: 'ready',
        warnings: parsed.warnings,
        common: values,
        start: (context) => definition.start(values, context),
      };
    },
  };
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

/** Flags every role has. */
export const commonFlags = {
  role: flag.string({ help: 'What this node is: local, master, agent, framework or executor' }),
  help: flag.boolean({ help: 'Explain the flags of the role and end' }),
  version: flag.boolean({ help: 'Print the version and end' }),
  advertise_ip: flag.ip({ help: 'Address told to others, when it is not the one listened on' }),
  advertise_port: flag.port({ help: 'Port told to others, when it is not the one listened on' }),
  ...securityFlags,
  inspect: flag.boolean({ help: 'Print the address where the states of this node can be watched' }),
  ...loggingFlags,
};

const loggingLevel = (level: 'INFO' | 'WARNING' = 'INFO'): typeof loggingFlags.logging_level =>
  flag.choice({
    values: ['TRACE', 'DEBUG', 'INFO', 'WARNING', 'ERROR'],
    default: level,
    help: 'The least important level to log',
  });

/** Values of `commonFlags`, which every role's values contain. */
export type CommonValues = FlagValues<typeof commonFlags>;

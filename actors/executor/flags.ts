/** The flags of `--role=executor`. All else an executor is told by its agent, in its environment. */
import * as flag from '../../runtime/flags/index.ts';

/** Rows of the table, to be joined with those of every role. */
export const executorFlags = {
  executor: flag.path({ required: true, help: 'The module that exports the executor' }),
};

export type ExecutorFlags = flag.FlagValues<typeof executorFlags>;

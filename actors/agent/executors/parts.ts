import type { CommandExecutor } from '../commandExecutor/commandExecutor.ts';
import type { DefaultExecutor } from '../defaultExecutor/defaultExecutor.ts';
import type { NestedContainers } from '../nestedContainers/nestedContainers.ts';
import type { StatusUpdates } from '../statusUpdates.ts';
import type { Frameworks } from './frameworks.ts';

/** The parts of the agent that its executors need and that need its executors. */
export interface ExecutorParts {
  readonly frameworks: Frameworks;
  readonly commandExecutor: CommandExecutor;
  readonly defaultExecutor: DefaultExecutor;
  readonly nestedContainers: NestedContainers;
  readonly updates: StatusUpdates;
}

/** Starts what `--role=executor` asks for. */
import type { Node, Pid } from '../../runtime/index.ts';
import { type ExecutorContext, type ExecutorDefinition, loadExecutor } from './definition.ts';
import { MesosExecutorDriver } from './driver.ts';
import { type ExecutorEnvironment, executorEnvironment, type Variables } from './environment.ts';
import type { ExecutorFlags } from './flags.ts';

export interface StartedExecutor {
  /** Of the driver. */
  readonly pid: Pid;
  /** Exit code for the program, when the executor has ended. */
  readonly done: Promise<number>;
  /** Ends the executor as its agent would order it to. */
  stop(): Promise<void>;
}

/**
 * @param env the environment that the agent made
 * @throws EnvironmentError (by rejection) with one line and an exit code
 */
export async function startExecutor(
  node: Node,
  flags: ExecutorFlags,
  env: Variables,
): Promise<StartedExecutor> {
  const environment = executorEnvironment(env);
  return hostExecutor(node, await loadExecutor(flags.executor), environment, killOwnGroup);
}

/** Spawns the driver of an executor. */
export function hostExecutor(
  node: Node,
  definition: ExecutorDefinition,
  environment: ExecutorEnvironment,
  killGroup: () => void,
): StartedExecutor {
  const driver: MesosExecutorDriver = new MesosExecutorDriver({
    id: node.generateId('executor'),
    environment,
    executor: () => definition.create(contextOf(node, driver, definition, environment)),
    killGroup,
  });
  const pid = node.spawn(driver);
  return {
    pid,
    done: node.wait(pid).then(() => 0),
    stop: async () => {
      node.deliver(pid, 'mesos.internal.ShutdownExecutorMessage', {}, undefined);
      await node.wait(pid);
    },
  };
}

function contextOf(
  node: Node,
  driver: MesosExecutorDriver,
  definition: ExecutorDefinition,
  environment: ExecutorEnvironment,
): ExecutorContext {
  return {
    environment,
    clock: node.clock,
    random: node.random,
    ids: node.ids,
    log: node.loggerFor(driver.id).child(definition.name),
    delay: (delayMs, run) => driver.after(delayMs, run),
    defer: (handler) => driver.deferred(handler),
  };
}

/** Agents start each executor as the leader of a group of its own, with everything that it starts in it. */
function killOwnGroup(): void {
  process.kill(0, 'SIGKILL');
}

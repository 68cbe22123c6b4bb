/** Custom executors as processes of their own: each is a small machine beside its agent's, with the real driver. */
import type { ContainerLaunch } from '../../../actors/agent/containerizer/index.ts';
import { MesosExecutorDriver } from '../../../actors/executor/driver.ts';
import { executorEnvironment } from '../../../actors/executor/environment.ts';
import type { Executor, ExecutorDriver } from '../../../actors/executor/executor.ts';
import { type TaskID, TaskState } from '../../../proto/index.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import type { ExecutorProcesses } from './containers.ts';

/** The command of an executor that a task asks for. */
export const EXECUTOR_COMMAND = 'executor';

const RUN_MOST_MS = 20_000;
const IDLE_MS = 20_000;
/** Of executors: never say anything, die in the middle. */
const MUTE = 0.08;
const MORTAL = 0.15;

type Told = Parameters<ExecutorProcesses['start']>[1];

/** Those of one agent's machine. */
export class SimulatedExecutors implements ExecutorProcesses {
  readonly problems: string[] = [];
  private readonly simulation: Simulation;
  private readonly network: number;
  private readonly machines = new Map<string, string>();
  private count = 0;

  /** @param network they live at `10.<network>.<n>.1` */
  constructor(simulation: Simulation, network: number) {
    this.simulation = simulation;
    this.network = network;
  }

  runs({ command }: ContainerLaunch): boolean {
    return command.value === EXECUTOR_COMMAND;
  }

  start(launch: ContainerLaunch, told: Told): void {
    const { simulation } = this;
    const { chance } = simulation;
    const n = ++this.count;
    const id = launch.containerId;
    const name = `executor-${this.network}-${n}`;
    this.machines.set(id, name);
    if (chance.next() < MORTAL) simulation.at(chance.next() * RUN_MOST_MS, told.ended);
    if (chance.next() < MUTE) {
      return;
    }
    const address = { host: `10.${this.network}.${n}.1`, port: 5050 };
    simulation.start(
      name,
      (place) => {
        const node = place.node();
        const environment = executorEnvironment(launch.environment);
        node.spawn(
          new EndingDriver(
            {
              id: node.generateId('executor'),
              environment,
              killGroup: told.ended,
              executor: () => this.executorOf(told),
            },
            () => simulation.at(0, told.ended),
          ),
        );
      },
      address,
    );
  }

  end(containerId: string): void {
    const name = this.machines.get(containerId);
    if (name === undefined || !this.machines.delete(containerId)) return;
    if (this.simulation.has(name)) this.simulation.remove(name);
  }

  /** Tells that a task runs, and a while later that it is done; killed, that too. */
  private executorOf(told: Told): Executor {
    const { chance } = this.simulation;
    const running = new Map<string, TaskID>();
    let last = 0;
    const stopWhenIdle = (driver: ExecutorDriver): void =>
      void (driver as MesosExecutorDriver).after(IDLE_MS, () => {
        if (running.size === 0) driver.stop();
      });
    const finish = (driver: ExecutorDriver, task_id: TaskID, state: TaskState): void => {
      if (running.delete(task_id.value)) driver.sendStatusUpdate({ task_id, state });
      stopWhenIdle(driver);
    };
    return {
      registered: stopWhenIdle,
      launchTask: (driver, { task_id }) => {
        told.started(task_id.value);
        const number = Number(task_id.value.replace(/\D/g, ''));
        if (number < last) this.problems.push(`18: task ${task_id.value} came after one of number ${last}`);
        last = number;
        running.set(task_id.value, task_id);
        driver.sendStatusUpdate({ task_id, state: TaskState.TASK_RUNNING });
        (driver as MesosExecutorDriver).after(chance.next() * RUN_MOST_MS, () =>
          finish(driver, task_id, TaskState.TASK_FINISHED),
        );
      },
      killTask: (driver, task_id) => finish(driver, task_id, TaskState.TASK_KILLED),
      shutdown: (driver) => {
        for (const task_id of [...running.values()]) finish(driver, task_id, TaskState.TASK_KILLED);
        driver.stop();
      },
    };
  }
}

/** Its program ends with it. */
class EndingDriver extends MesosExecutorDriver {
  readonly #ended: () => void;

  constructor(options: ConstructorParameters<typeof MesosExecutorDriver>[0], ended: () => void) {
    super(options);
    this.#ended = ended;
  }

  override finalize(): void {
    super.finalize();
    this.#ended();
  }
}

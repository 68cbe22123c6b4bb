/** The processes of one simulated machine: they live on when the agent dies, and end when the power does. */
import type {
  ContainerLaunch,
  ContainerSink,
  ExitStatus,
} from '../../../actors/agent/containerizer/index.ts';
import { IDLE_COMMAND } from '../../../actors/agent/defaultExecutor/defaultExecutor.ts';
import type { ContainerPort } from '../../../actors/agent/host.ts';
import type { Clock } from '../../../runtime/index.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';

interface Container {
  readonly task: string;
  status: ExitStatus | undefined;
  listener: { readonly clock: Clock; readonly sink: ContainerSink } | undefined;
}

const RUN_MOST_MS = 30_000;
/** Of default executors: die in the middle. */
const MORTAL = 0.15;

/** How a command goes: undefined runs until it is killed. */
export type TaskScript = (command: string) => { readonly afterMs: number; readonly code: number } | undefined;

/** What runs in containers of executors: see `executors.ts`. */
export interface ExecutorProcesses {
  runs(launch: ContainerLaunch): boolean;
  start(
    launch: ContainerLaunch,
    told: { readonly started: (task: string) => void; readonly ended: () => void },
  ): void;
  /** The container is over; nothing happens when none of that name runs. */
  end(containerId: string): void;
}

export class MachineContainers {
  private readonly simulation: Simulation;
  private readonly containers = new Map<string, Container>();
  /** Tasks of which a process was ever started. */
  readonly tasks = new Set<string>();

  private readonly script: TaskScript;
  private readonly executors: ExecutorProcesses | undefined;

  /**
   * @param script default: a while that chance gives, and now and then a failure
   * @param executors runs those of its commands; default: all are tasks
   */
  constructor(simulation: Simulation, script?: TaskScript, executors?: ExecutorProcesses) {
    this.simulation = simulation;
    this.executors = executors;
    const chance = (): number => simulation.chance.next();
    this.script = script ?? (() => ({ code: chance() < 0.2 ? 1 : 0, afterMs: 2 + chance() * RUN_MOST_MS }));
  }

  /** The machine was booted: no process is left, nor what the runtime directory told. */
  reboot(): void {
    for (const [id, container] of this.containers) {
      container.listener = undefined;
      this.executors?.end(id);
    }
    this.containers.clear();
  }

  /** Containers whose process runs, of an agent that lives. */
  get running(): string[] {
    return [...this.containers].flatMap(([id, { status }]) => (status === undefined ? [id] : []));
  }

  /** Whether a process of a task runs. */
  runs(task: string): boolean {
    for (const each of this.containers.values())
      if (each.task === task && each.status === undefined) return true;
    return false;
  }

  /** For one agent: what is told comes from its event loop, and ends with it. */
  port(clock: Clock): ContainerPort {
    return {
      launch: (launch, sink) => this.launch(launch, { clock, sink }),
      kill: (id) => this.end(id, { kind: 'signaled', signal: 15 }),
      destroy: (id) => this.end(id, { kind: 'signaled', signal: 9 }),
      recover: (ids, sink) => {
        for (const id of ids) this.recover(id, { clock, sink });
      },
      recordedContainers: () => [...this.containers.keys()].filter((id) => !id.includes('.')),
      recordedBelow: (above) => [...this.containers.keys()].filter((id) => id.startsWith(`${above}.`)),
      update: () => undefined,
      usage: () => undefined,
      measure: function* () {},
      status: () => ({}),
      enforces: new Set(),
      remove: (id) => void this.containers.delete(id),
      close: () => undefined,
    };
  }

  private launch(launch: ContainerLaunch, listener: NonNullable<Container['listener']>): void {
    const id = launch.containerId;
    const task = launch.command.value ?? '';
    this.containers.set(id, { task, status: undefined, listener });
    if (this.executors?.runs(launch) !== true) this.tasks.add(task);
    this.simulation.note(`container ${id} of ${task} starts`);
    listener.clock.setTimer(1, () => listener.sink.started(id, 4711));
    if (this.executors?.runs(launch) === true) {
      this.executors.start(launch, {
        started: (id) => this.tasks.add(id),
        ended: () => this.end(id, { kind: 'exited', code: 0 }),
      });
      return;
    }
    const course = task === IDLE_COMMAND.value ? this.fate() : this.script(task);
    if (course === undefined) return;
    this.simulation.at(course.afterMs, () => this.end(id, { kind: 'exited', code: course.code }));
  }

  /** Of an executor that does nothing: some die in the middle. */
  private fate(): ReturnType<TaskScript> {
    const { chance } = this.simulation;
    return chance.next() < MORTAL ? { afterMs: chance.next() * RUN_MOST_MS, code: 1 } : undefined;
  }

  private recover(id: string, listener: NonNullable<Container['listener']>): void {
    const container = this.containers.get(id);
    if (container === undefined) {
      listener.clock.setTimer(1, () => listener.sink.failed(id, 'the agent ended before it was started'));
      return;
    }
    container.listener = listener;
    listener.clock.setTimer(1, () => listener.sink.started(id, 4711));
    if (container.status !== undefined) this.tell(id, container);
  }

  private end(id: string, status: ExitStatus): void {
    const container = this.containers.get(id);
    if (container === undefined || container.status !== undefined) return;
    container.status = status;
    this.executors?.end(id);
    for (const inner of [...this.containers.keys()])
      if (inner.startsWith(`${id}.`)) this.end(inner, { kind: 'signaled', signal: 9 });
    this.simulation.note(`container ${id} of ${container.task} ends`);
    this.tell(id, container);
  }

  private tell(id: string, { listener, status }: Container): void {
    if (listener === undefined || status === undefined) return;
    listener.clock.setTimer(1.5, () => {
      listener.sink.exited(id, status);
      listener.sink.destroyed(id);
    });
  }
}

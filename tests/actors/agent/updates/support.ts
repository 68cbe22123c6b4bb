/** The streams of an agent on a disk in memory. */
import { StatusUpdateManager } from '../../../../actors/agent/updates/index.ts';
import type { StatusUpdate } from '../../../../proto/generated/types/internal.ts';
import type { TaskState } from '../../../../proto/generated/types/v1.ts';
import { MemoryDisk, type MemoryDiskOptions } from '../../../../runtime/storage/index.ts';
import { VirtualClock } from '../../../../runtime/virtualPorts.ts';

export function uuid(n: number): Uint8Array {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setUint32(12, n);
  return bytes;
}

export function number(update: StatusUpdate): number {
  const bytes = update.uuid ?? new Uint8Array(16);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(12);
}

export function make(task: string, n: number, state: TaskState, framework = 'F'): StatusUpdate {
  const status = { task_id: { value: task }, state, uuid: uuid(n) };
  return {
    framework_id: { value: framework },
    slave_id: { value: 'S' },
    status,
    timestamp: 1,
    uuid: uuid(n),
  };
}

/** An agent's update side on a disk in memory, whose answers come when `settle` says so. */
export class Agent {
  readonly clock = new VirtualClock();
  readonly sent: string[] = [];
  readonly safe: number[] = [];
  readonly warnings: string[] = [];
  readonly failures: string[] = [];
  readonly disk: MemoryDisk;
  readonly manager: StatusUpdateManager;
  #turns: (() => void)[] = [];

  constructor(
    options: { disk?: (schedule: MemoryDiskOptions) => MemoryDisk; compactBytesMin?: number } = {},
  ) {
    const schedule = { schedule: (callback: () => void) => void this.#turns.push(callback) };
    this.disk = options.disk?.(schedule) ?? new MemoryDisk(schedule);
    this.manager = StatusUpdateManager.open({
      dir: '/meta',
      disk: this.disk,
      clock: this.clock,
      dispatch: (run) => void this.#turns.push(run),
      forward: (update) => {
        this.sent.push(`${update.status.task_id.value}:${number(update)}`);
      },
      onWarning: (text) => this.warnings.push(text),
      onFailure: (error) => this.failures.push(error.message),
      ...(options.compactBytesMin === undefined ? {} : { compactBytesMin: options.compactBytesMin }),
    });
  }

  /** The machine crashed; the next agent on what is left of the disk. */
  restarted(chance: () => number = () => 0, compactBytesMin?: number): Agent {
    const disk = (schedule: MemoryDiskOptions): MemoryDisk => this.disk.restart(chance, schedule);
    return new Agent(compactBytesMin === undefined ? { disk } : { disk, compactBytesMin });
  }

  take(update: StatusUpdate, checkpoint = true): void {
    this.manager.update(update, checkpoint, () => this.safe.push(number(update)));
  }

  acknowledge(task: string, n: number): boolean {
    let done = false;
    this.manager.acknowledge('F', task, uuid(n), () => {
      done = true;
    });
    this.settle();
    return done;
  }

  /** Lets the disk and the actor's mailbox do what is waiting. */
  settle(turns = Number.POSITIVE_INFINITY): void {
    for (let turn = 0; turn < turns && this.#turns.length > 0; turn++) this.#turns.shift()?.();
  }

  wait(seconds: number): void {
    this.clock.advance(seconds * 1000, () => this.settle());
  }
}

export function running(): Agent {
  const agent = new Agent();
  agent.manager.resume();
  return agent;
}

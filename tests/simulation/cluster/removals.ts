/** Frameworks that have ended; numbers as in failover.md §5. */
import type { Master } from '../../../actors/master/master.ts';
import { type MessageTypes, type SchedulerCall, SchedulerCallType } from '../../../proto/index.ts';
import { type Pid, Sealed } from '../../../runtime/index.ts';
import type { Delivery, Simulation } from '../../../runtime/simulation/index.ts';

/** What one run of a master has done; the next one knows nothing of it. */
interface Run {
  readonly removed: Set<string>;
  /** Agent → frameworks that it brought with its last re-registration and has not been told to end. */
  readonly brought: Map<string, Set<string>>;
}

export class RemovalWatch {
  readonly problems: string[] = [];
  /** Subscriptions of ended frameworks, and agents that brought some. */
  refused = 0;
  told = 0;
  private readonly simulation: Simulation;
  private readonly leader: () => Master | undefined;
  private readonly runs = new Map<string, Run>();
  /** Who subscribes with the id of an ended framework, while that is handled. */
  private waiting: Pid | undefined;

  constructor(simulation: Simulation, leader: () => Master | undefined) {
    this.simulation = simulation;
    this.leader = leader;
  }

  handling({ name, from, to, body }: Delivery): (() => void) | undefined {
    const leader = this.leader();
    if (leader?.self.equals(to) !== true || from === undefined) return undefined;
    if (name === 'mesos.internal.ReregisterSlaveMessage') {
      const message = Sealed.of(body).open() as MessageTypes[typeof name] | undefined;
      const ids = (message?.frameworks ?? []).map(({ id }) => id?.value ?? '');
      this.runOf(to).brought.set(from.text, new Set(ids));
    }
    return name === 'mesos.scheduler.Call' ? this.calling(leader, from, body as SchedulerCall) : undefined;
  }

  /** What a master says to agents and schedulers. */
  sent({ name, from, to, body }: Delivery): void {
    if (from?.id !== 'master') return;
    if (name === 'mesos.internal.ShutdownFrameworkMessage') {
      const id = (body as MessageTypes[typeof name]).framework_id.value;
      const { removed, brought } = this.runOf(from);
      removed.add(id);
      if (brought.get(to.text)?.delete(id) === true) this.told++;
    }
    if (name === 'mesos.internal.SlaveReregisteredMessage') this.welcomed(from, to);
    if (name === 'mesos.internal.FrameworkErrorMessage' && this.waiting?.equals(to)) this.waiting = undefined;
    if (
      name === 'mesos.internal.FrameworkRegisteredMessage' ||
      name === 'mesos.internal.FrameworkReregisteredMessage'
    ) {
      const id = (body as MessageTypes[typeof name]).framework_id.value;
      if (this.runOf(from).removed.has(id)) this.problems.push(`37: framework ${id} has ended and is back`);
    }
  }

  /** 37: an agent that is back has been told to end what has ended. */
  private welcomed(master: Pid, agent: Pid): void {
    const { removed, brought } = this.runOf(master);
    for (const id of brought.get(agent.text) ?? [])
      if (removed.has(id)) this.problems.push(`37: ${agent} keeps framework ${id}, which has ended`);
  }

  private calling(leader: Master, from: Pid, call: SchedulerCall): (() => void) | undefined {
    const { frameworks } = leader.parts;
    const { removed } = this.runOf(leader.self);
    if (call.type === SchedulerCallType.TEARDOWN) {
      const id = call.framework_id?.value ?? '';
      if (frameworks.at(from)?.id === id) return () => void removed.add(id);
    }
    const id = call.subscribe?.framework_info.id?.value ?? '';
    if (call.type !== SchedulerCallType.SUBSCRIBE || !removed.has(id)) return undefined;
    this.waiting = from;
    this.refused++;
    return () => {
      if (this.waiting !== undefined)
        this.problems.push(`37: ${from} with ended framework ${id} is not refused`);
      this.waiting = undefined;
    };
  }

  private runOf({ host }: Pid): Run {
    const machine = this.simulation.all.find(({ address }) => address.host === host);
    const key = `${host} ${machine?.starts}`;
    const run = this.runs.get(key) ?? { removed: new Set(), brought: new Map() };
    this.runs.set(key, run);
    return run;
  }
}

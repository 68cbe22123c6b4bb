/** Who is a member of the cluster, as it passes over the wire; numbers as in failover.md §5. */
import type { MessageTypes } from '../../../proto/index.ts';
import type { Delivery } from '../../../runtime/simulation/index.ts';

export class MemberWatch {
  readonly problems: string[] = [];
  /** Agent id → the machine it was given to. */
  private readonly owners = new Map<string, string>();
  /** Agents that the registry calls gone. */
  private readonly gone = new Set<string>();
  /** Frameworks that never end themselves, nor stay away for longer than they may. */
  private readonly lasting = new Set<string>();
  private readonly isStored: (id: string) => boolean;

  /** @param isStored whether a power cut would leave an agent's id in the registry */
  constructor(isStored: (id: string) => boolean) {
    this.isStored = isStored;
  }

  see({ name, from, to, body }: Delivery): void {
    if (from?.id !== 'master') return;
    if (name === 'mesos.internal.SlaveRegisteredMessage')
      this.registered((body as MessageTypes[typeof name]).slave_id.value, to.host);
    if (name === 'mesos.internal.SlaveReregisteredMessage')
      this.welcomed((body as MessageTypes[typeof name]).slave_id.value);
    if (name === 'mesos.internal.ShutdownFrameworkMessage')
      this.shutDown((body as MessageTypes[typeof name]).framework_id.value);
  }

  /** An operator's word is in the registry. */
  markedGone(id: string): void {
    this.gone.add(id);
  }

  /** A framework that never ends. */
  lasts(framework: string): void {
    this.lasting.add(framework);
  }

  /** 1 and 4: an id for one, after it is on disk. */
  private registered(id: string, host: string): void {
    const owner = this.owners.get(id) ?? host;
    if (owner !== host) this.problems.push(`1: ${owner} and ${host} are both agent ${id}`);
    if (!this.owners.has(id) && !this.isStored(id))
      this.problems.push(`4: agent ${id} was admitted before it was on disk`);
    this.owners.set(id, owner);
    this.welcomed(id);
  }

  /** 7 */
  private welcomed(id: string): void {
    if (this.gone.has(id)) this.problems.push(`7: agent ${id} is gone and was registered again`);
  }

  /** 38: a framework that only went away keeps its tasks. */
  private shutDown(id: string): void {
    if (this.lasting.has(id))
      this.problems.push(`38: framework ${id} was shut down within its failover time-out`);
  }
}

/**
 * The registry: the few facts about a cluster that outlive its masters (Mesos' `Registry` message). Which agents belong to it,
 * which are unreachable or gone. Tasks and frameworks are not in it: they come back with agents and schedulers.
 *
 * It is kept as entries by key (`slaves/<id>`), so that a change costs what it changes and not the whole.
 */
import type {
  RegistryGoneSlave,
  RegistryMaster,
  RegistrySlave,
  RegistryUnreachableSlave,
} from '../../../proto/index.ts';
import { decodeAs, encode } from '../../../proto/index.ts';
import { Overlay } from './overlay.ts';

/** One change of a store: a new value for the key, or its end. */
export interface RegistryChange {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** The parts of the registry and the message in which each part's values are stored. */
interface RegistryParts {
  master: RegistryMaster;
  slaves: RegistrySlave;
  unreachable: RegistryUnreachableSlave;
  gone: RegistryGoneSlave;
}

const typeOf = {
  master: 'mesos.internal.Registry.Master',
  slaves: 'mesos.internal.Registry.Slave',
  unreachable: 'mesos.internal.Registry.UnreachableSlave',
  gone: 'mesos.internal.Registry.GoneSlave',
} as const;

type PartName = keyof RegistryParts;

/** Key of the only value of the part `master`. */
export const LEADER = 'leader';

/** What is durable: changes are seen here only after the store has them. */
export class Registry {
  readonly master = new Map<string, RegistryMaster>();
  readonly slaves = new Map<string, RegistrySlave>();
  readonly unreachable = new Map<string, RegistryUnreachableSlave>();
  readonly gone = new Map<string, RegistryGoneSlave>();

  /**
   * Takes in one stored entry.
   * @throws Error naming the key when its part is unknown or its value is not that part's message
   */
  load(key: string, value: Uint8Array): void {
    const cut = key.indexOf('/');
    const part = key.slice(0, cut);
    const id = key.slice(cut + 1);
    try {
      if (part === 'master') this.master.set(id, decodeAs(typeOf.master, value));
      else if (part === 'slaves') this.slaves.set(id, decodeAs(typeOf.slaves, value));
      else if (part === 'unreachable') this.unreachable.set(id, decodeAs(typeOf.unreachable, value));
      else if (part === 'gone') this.gone.set(id, decodeAs(typeOf.gone, value));
      else throw new Error('no such part');
    } catch (error) {
      throw new Error(`registry entry '${key}': ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** The registry as it will be when the operations of one batch are stored. */
export class RegistryDraft {
  readonly master: Overlay<RegistryMaster>;
  readonly slaves: Overlay<RegistrySlave>;
  readonly unreachable: Overlay<RegistryUnreachableSlave>;
  readonly gone: Overlay<RegistryGoneSlave>;

  constructor(registry: Registry) {
    this.master = new Overlay(registry.master);
    this.slaves = new Overlay(registry.slaves);
    this.unreachable = new Overlay(registry.unreachable);
    this.gone = new Overlay(registry.gone);
  }

  /** What the store has to write. */
  changes(): RegistryChange[] {
    return [
      ...changesOf('master', this.master),
      ...changesOf('slaves', this.slaves),
      ...changesOf('unreachable', this.unreachable),
      ...changesOf('gone', this.gone),
    ];
  }

  /** Makes the changes visible in the registry. */
  commit(): void {
    this.master.commit();
    this.slaves.commit();
    this.unreachable.commit();
    this.gone.commit();
  }
}

function changesOf<P extends PartName>(part: P, overlay: Overlay<RegistryParts[P]>): RegistryChange[] {
  return [...overlay.pending].map(([id, value]) => ({
    key: `${part}/${id}`,
    value: value === undefined ? undefined : encode(typeOf[part], value),
  }));
}

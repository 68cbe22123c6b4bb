/**
 * What an agent has made of its resources, and which operations nobody has acknowledged yet, on disk: one journal, in which a
 * change that concerns folders is written twice, as what shall be and as what is (agent.md §3 and §15; failover.md 35).
 *
 * Mesos keeps `resources_and_operations.target` and `.state` and a file of updates for each operation; here a torn or missing
 * second record says the same as a `.target` that was never renamed: the change is to be finished.
 */
import { decodeAs, encodeAs } from '../../../proto/codec.ts';
import type { ResourceState } from '../../../proto/generated/types/agent_state.ts';
import type { ResourceProviderRegistryResourceProvider } from '../../../proto/generated/types/resource_provider_registry.ts';
import type { Operation, Resource } from '../../../proto/generated/types/v1.ts';
import type { Disk, DiskCallback } from '../../../runtime/storage/disk.ts';
import { Journal } from '../../../runtime/storage/journal.ts';

/** The journal is rewritten when it is this long and four times as long as what counted when it was rewritten last. */
const COMPACT_BYTES_MIN = 1024 * 1024;
const COMPACT_RATIO = 4;

/** One byte that says which kind, then protobuf: `ResourceState`, `UUID` of an acknowledgement, or a provider of the registry. */
const KIND = {
  /** What shall be, once folders are made and removed; with the operation that wants it. */
  target: 1,
  /** The target before this is what is. */
  committed: 2,
  /** The target before this could not be; with the operation, as it failed. */
  abandoned: 3,
  /** What is, at once: no folder is concerned. */
  state: 4,
  /** An operation that changed nothing. */
  operation: 5,
  acknowledged: 6,
  /** A resource provider has its id. */
  providerAdmitted: 7,
  providerRemoved: 8,
} as const;

type Kind = (typeof KIND)[keyof typeof KIND];

export interface ResourceJournalOptions {
  readonly disk: Disk;
  /** Folder of the journal, `<work_dir>/meta/resources`. */
  readonly dir: string;
  /** Told once when the disk failed: an agent that cannot write down what it does must stop. */
  readonly onFailure: (error: Error) => void;
  /** The journal is not rewritten below this length, in bytes; default 1 MiB. */
  readonly compactBytesMin?: number;
}

/** A resource provider that may come back with its id. */
export type AdmittedProvider = ResourceProviderRegistryResourceProvider;

export class ResourceJournal {
  private readonly journal: Journal;
  private readonly live = new Map<string, Operation>();
  private readonly admitted = new Map<string, AdmittedProvider>();
  private kept: Resource[] = [];
  private intended: ResourceState | undefined;
  private readonly compactBytesMin: number;
  private compactAtBytes: number;
  private compacting = false;

  /** @throws what `Journal.open` throws, and an Error for a record of a later version */
  static open(options: ResourceJournalOptions): ResourceJournal {
    return new ResourceJournal(options);
  }

  private constructor({ disk, dir, onFailure, compactBytesMin }: ResourceJournalOptions) {
    this.compactBytesMin = compactBytesMin ?? COMPACT_BYTES_MIN;
    this.compactAtBytes = this.compactBytesMin;
    this.journal = Journal.open(dir, {
      name: 'resources',
      disk,
      onRecord: (bytes: Uint8Array) => this.replay(bytes),
      onFailure,
    });
  }

  /** Dynamic reservations and volumes, as they are. */
  get resources(): readonly Resource[] {
    return this.kept;
  }

  /** Operations that are not acknowledged, oldest first, with the update that is to be. */
  get operations(): readonly Operation[] {
    return [...this.live.values()];
  }

  /** A change that was begun and of which it is not known how far it came: to be finished before anything else. */
  get unfinished(): ResourceState | undefined {
    return this.intended;
  }

  /** Resource providers that have ids, oldest first. */
  get providers(): readonly AdmittedProvider[] {
    return [...this.admitted.values()];
  }

  providerAdmitted(provider: AdmittedProvider, done: DiskCallback): void {
    this.admitted.set(provider.id.value, provider);
    this.write(KIND.providerAdmitted, encodeProvider(provider), done);
  }

  /** The id is never given again, and nobody who has it is taken. */
  providerRemoved(provider: AdmittedProvider, done: DiskCallback): void {
    this.admitted.delete(provider.id.value);
    this.write(KIND.providerRemoved, encodeProvider(provider), done);
  }

  target(state: ResourceState, done: DiskCallback): void {
    this.intended = state;
    this.write(KIND.target, encodeState(state), done);
  }

  /** Folders are as the target wants them. */
  committed(done: DiskCallback): void {
    this.take(this.intended);
    this.write(KIND.committed, new Uint8Array(0), done);
  }

  /** @param operation what the target was for, as it failed */
  abandoned(operation: Operation | undefined, done: DiskCallback): void {
    this.intended = undefined;
    if (operation !== undefined) this.keep(operation);
    this.write(KIND.abandoned, encodeState({ operations: operation === undefined ? [] : [operation] }), done);
  }

  state(state: ResourceState, done: DiskCallback): void {
    this.take(state);
    this.write(KIND.state, encodeState(state), done);
  }

  operation(operation: Operation, done: DiskCallback): void {
    this.keep(operation);
    this.write(KIND.operation, encodeState({ operations: [operation] }), done);
  }

  acknowledged(uuid: Uint8Array, done: DiskCallback): void {
    this.live.delete(keyOf(uuid));
    this.write(KIND.acknowledged, encodeAs('mesos.v1.UUID', { value: uuid }), done);
  }

  /** Operations of an agent id that is no more: nobody will ever acknowledge them. */
  forgetOperations(): void {
    if (this.live.size === 0) return;
    this.live.clear();
    this.compact();
  }

  close(done: () => void): void {
    this.journal.close(done);
  }

  private write(kind: Kind, body: Uint8Array, done: DiskCallback): void {
    this.journal.append(tagged(kind, body), done);
    const isDue = this.journal.size >= this.compactAtBytes && !this.compacting;
    // A target is no part of what is: it stays where it was written.
    if (isDue && this.intended === undefined) this.compact();
  }

  private compact(): void {
    const snapshot = this.snapshot();
    const length = snapshot.reduce((sum, record) => sum + record.length, 0);
    this.compacting = true;
    this.compactAtBytes = Math.max(this.compactBytesMin, length * COMPACT_RATIO);
    this.journal.compact(snapshot, () => {
      this.compacting = false;
    });
  }

  private snapshot(): Uint8Array[] {
    const state = encodeState({ resources: this.kept, operations: [...this.live.values()] });
    const providers = this.providers.map((each) => tagged(KIND.providerAdmitted, encodeProvider(each)));
    return [tagged(KIND.state, state), ...providers];
  }

  private take(state: ResourceState | undefined): void {
    this.intended = undefined;
    this.kept = [...(state?.resources ?? [])];
    for (const operation of state?.operations ?? []) this.keep(operation);
  }

  private keep(operation: Operation): void {
    this.live.set(keyOf(operation.uuid.value), operation);
  }

  private replay(bytes: Uint8Array): void {
    const body = bytes.subarray(1);
    const state = () => decodeAs('mesos.internal.slave.ResourceState', body);
    switch (bytes[0]) {
      case KIND.target:
        this.intended = state();
        return;
      case KIND.committed:
        this.take(this.intended);
        return;
      case KIND.state:
        this.take(state());
        return;
      case KIND.abandoned:
        this.intended = undefined;
        for (const operation of state().operations ?? []) this.keep(operation);
        return;
      case KIND.operation:
        for (const operation of state().operations ?? []) this.keep(operation);
        return;
      case KIND.acknowledged:
        this.live.delete(keyOf(decodeAs('mesos.v1.UUID', body).value));
        return;
      case KIND.providerAdmitted: {
        const provider = decodeAs(PROVIDER, body);
        this.admitted.set(provider.id.value, provider);
        return;
      }
      case KIND.providerRemoved:
        this.admitted.delete(decodeAs(PROVIDER, body).id.value);
        return;
      default:
        throw new Error(`${this.journal?.file}: a record of kind ${bytes[0]} is not known to this version`);
    }
  }
}

export function keyOf(uuid: Uint8Array): string {
  return Buffer.from(uuid).toString('hex');
}

const PROVIDER = 'mesos.resource_provider.registry.ResourceProvider';

function encodeProvider(provider: AdmittedProvider): Uint8Array {
  return encodeAs(PROVIDER, provider);
}

function encodeState(state: ResourceState): Uint8Array {
  return encodeAs('mesos.internal.slave.ResourceState', state);
}

function tagged(kind: Kind, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(body.length + 1);
  bytes[0] = kind;
  bytes.set(body, 1);
  return bytes;
}

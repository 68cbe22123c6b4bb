/** Where a processor writes down its framework id and its jobs: in memory, or in a journal below its work_dir. */
import { type CutOff, type Disk, Journal } from '../../../runtime/storage/index.ts';
import type { JobRecord } from './jobRecord.ts';
import type { JobSpec } from './jobSpec.ts';

/** Called once it is written for good, or with why it was not. */
export type Written = (error?: Error) => void;

export interface JobStore {
  /** The id under which the processor subscribed before. */
  readonly frameworkId: string | undefined;
  /** Every job that was ever added, by id. */
  readonly specs: ReadonlyMap<string, JobSpec>;
  /** The last record of each job, as it was when the store was opened; none where nothing happened yet. */
  readonly jobs: ReadonlyMap<string, JobRecord>;
  /** @param id undefined: that framework has ended */
  saveFramework(id: string | undefined, written?: Written): void;
  /** A new job. */
  saveSpec(spec: JobSpec): void;
  saveJob(record: JobRecord, written?: Written): void;
  close(done: () => void): void;
}

/** Keeps nothing beyond the process; everything is "written" at once. */
export class MemoryJobStore implements JobStore {
  readonly frameworkId = undefined;
  readonly specs: ReadonlyMap<string, JobSpec> = new Map();
  readonly jobs: ReadonlyMap<string, JobRecord> = new Map();

  saveFramework(_id: string | undefined, written?: Written): void {
    written?.();
  }

  saveSpec(_spec: JobSpec): void {}

  saveJob(_record: JobRecord, written?: Written): void {
    written?.();
  }

  close(done: () => void): void {
    done();
  }
}

export interface JournalJobStoreOptions {
  readonly disk?: Disk;
  /** A record that makes no sense: it is set aside. */
  readonly onDamage?: (problem: string) => void;
  /** The disk failed: nothing is written any more. */
  readonly onFailure?: (error: Error) => void;
}

type Line = { readonly framework: string | null } | { readonly spec: JobSpec } | { readonly job: JobRecord };

/** The journal `<work_dir>/jobs.journal`: one JSON object a record, the last one of a job counts. */
export class JournalJobStore implements JobStore {
  readonly specs = new Map<string, JobSpec>();
  readonly jobs = new Map<string, JobRecord>();
  readonly #journal: Journal;
  #frameworkId: string | undefined;

  /** @throws when the folder cannot be used, another processor has it open, or the journal is damaged inside */
  constructor(workDir: string, { disk, onDamage, onFailure }: JournalJobStoreOptions = {}) {
    this.#journal = Journal.open(workDir, {
      name: 'jobs',
      onRecord: (payload, index) => this.#replay(payload, index, onDamage),
      ...(disk === undefined ? {} : { disk }),
      ...(onFailure === undefined ? {} : { onFailure }),
    });
    if (this.#journal.size > 0) this.#journal.compact(this.#snapshot(), () => {});
  }

  get frameworkId(): string | undefined {
    return this.#frameworkId;
  }

  /** What a crash left half written, and opening cut off. */
  get cutOff(): CutOff | undefined {
    return this.#journal.cutOff;
  }

  saveFramework(id: string | undefined, written: Written = () => {}): void {
    this.#journal.append(bytesOf({ framework: id ?? null }), written);
  }

  saveSpec(spec: JobSpec): void {
    this.#journal.append(bytesOf({ spec }), () => {});
  }

  saveJob(record: JobRecord, written: Written = () => {}): void {
    this.#journal.append(bytesOf({ job: record }), written);
  }

  close(done: () => void): void {
    this.#journal.close(done);
  }

  #replay(payload: Uint8Array, index: number, onDamage: JournalJobStoreOptions['onDamage']): void {
    const line = lineOf(payload);
    if (line === undefined) onDamage?.(`record ${index} makes no sense and is set aside`);
    else if ('job' in line) this.jobs.set(line.job.id, line.job);
    else if ('spec' in line) this.specs.set(line.spec.id, line.spec);
    else this.#frameworkId = line.framework ?? undefined;
  }

  #snapshot(): Uint8Array[] {
    const jobs = [...this.jobs.values()].map((job) => bytesOf({ job }));
    const specs = [...this.specs.values()].map((spec) => bytesOf({ spec }));
    return [bytesOf({ framework: this.#frameworkId ?? null }), ...specs, ...jobs];
  }
}

function bytesOf(line: Line): Uint8Array {
  return Buffer.from(JSON.stringify(line));
}

function lineOf(payload: Uint8Array): Line | undefined {
  try {
    const line = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>;
    if (typeof line['framework'] === 'string' || line['framework'] === null) return line as Line;
    const [what] = [line['job'], line['spec']].filter((each) => each !== undefined);
    return typeof (what as { readonly id?: unknown } | undefined)?.id === 'string'
      ? (line as Line)
      : undefined;
  } catch {
    return undefined;
  }
}

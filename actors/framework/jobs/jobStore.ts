/** Where a processor writes down its framework id and its jobs: in memory, or in a journal below its work_dir. */
import { type CutOff, type Disk, Journal } from '../../../runtime/storage/index.ts';
import type { JobDefinition } from './definition.ts';
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
  /** Jobs that may be run again and again, by name, as they were when the store was opened. */
  readonly definitions: ReadonlyMap<string, JobDefinition>;
  /** @param id undefined: that framework has ended */
  saveFramework(id: string | undefined, written?: Written): void;
  /** A new job. */
  saveSpec(spec: JobSpec, written?: Written): void;
  saveJob(record: JobRecord, written?: Written): void;
  /** A job that has ended is of no interest any more. */
  forget(id: string): void;
  saveDefinition(definition: JobDefinition, written?: Written): void;
  removeDefinition(name: string, written?: Written): void;
  close(done: () => void): void;
}

/** Keeps nothing beyond the process; everything is "written" at once. */
export class MemoryJobStore implements JobStore {
  readonly frameworkId = undefined;
  readonly specs: ReadonlyMap<string, JobSpec> = new Map();
  readonly jobs: ReadonlyMap<string, JobRecord> = new Map();
  readonly definitions: ReadonlyMap<string, JobDefinition> = new Map();

  saveFramework(_id: string | undefined, written?: Written): void {
    written?.();
  }

  saveSpec(_spec: JobSpec, written?: Written): void {
    written?.();
  }

  forget(_id: string): void {}

  saveDefinition(_definition: JobDefinition, written?: Written): void {
    written?.();
  }

  removeDefinition(_name: string, written?: Written): void {
    written?.();
  }

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

type Line =
  | { readonly framework: string | null }
  | { readonly spec: JobSpec }
  | { readonly job: JobRecord }
  | { readonly forgotten: string }
  | { readonly definition: JobDefinition }
  | { readonly undefined: string };

/** Lines written since the journal was made anew, until that pays again: so many for each job that is kept. */
const LINES_PER_JOB = 8;
const LINES_MIN = 10_000;

/** The journal `<work_dir>/jobs.journal`: one JSON object a record, the last one of a job counts. */
export class JournalJobStore implements JobStore {
  readonly specs = new Map<string, JobSpec>();
  readonly jobs = new Map<string, JobRecord>();
  readonly definitions = new Map<string, JobDefinition>();
  readonly #journal: Journal;
  /** As the journal has it now; `specs` and `jobs` stay as they were found. */
  readonly #current: {
    framework: string | undefined;
    readonly specs: Map<string, JobSpec>;
    readonly jobs: Map<string, JobRecord>;
    readonly definitions: Map<string, JobDefinition>;
  };
  #lines = 0;
  #compacting = false;
  #frameworkId: string | undefined;

  /** @throws when the folder cannot be used, another processor has it open, or the journal is damaged inside */
  constructor(workDir: string, { disk, onDamage, onFailure }: JournalJobStoreOptions = {}) {
    this.#journal = Journal.open(workDir, {
      name: 'jobs',
      onRecord: (payload, index) => this.#replay(payload, index, onDamage),
      ...(disk === undefined ? {} : { disk }),
      ...(onFailure === undefined ? {} : { onFailure }),
    });
    this.#current = {
      framework: this.#frameworkId,
      specs: new Map(this.specs),
      jobs: new Map(this.jobs),
      definitions: new Map(this.definitions),
    };
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
    this.#current.framework = id;
    this.#append({ framework: id ?? null }, written);
  }

  saveSpec(spec: JobSpec, written: Written = () => {}): void {
    this.#current.specs.set(spec.id, spec);
    this.#append({ spec }, written);
  }

  saveJob(record: JobRecord, written: Written = () => {}): void {
    this.#current.jobs.set(record.id, record);
    this.#append({ job: record }, written);
  }

  forget(id: string): void {
    this.#current.specs.delete(id);
    this.#current.jobs.delete(id);
    this.#append({ forgotten: id }, () => {});
  }

  saveDefinition(definition: JobDefinition, written: Written = () => {}): void {
    this.#current.definitions.set(definition.name, definition);
    this.#append({ definition }, written);
  }

  removeDefinition(name: string, written: Written = () => {}): void {
    this.#current.definitions.delete(name);
    this.#append({ undefined: name }, written);
  }

  /** What is written over and over is left out of a new journal, once that is most of it. */
  #append(line: Line, written: Written): void {
    this.#journal.append(bytesOf(line), written);
    this.#lines++;
    const { specs } = this.#current;
    if (this.#compacting || this.#lines < LINES_MIN + LINES_PER_JOB * specs.size) return;
    this.#compacting = true;
    this.#lines = 0;
    this.#journal.compact(this.#snapshot(), () => {
      this.#compacting = false;
    });
  }

  close(done: () => void): void {
    this.#journal.close(done);
  }

  #replay(payload: Uint8Array, index: number, onDamage: JournalJobStoreOptions['onDamage']): void {
    const line = lineOf(payload);
    if (line === undefined) onDamage?.(`record ${index} makes no sense and is set aside`);
    else if ('job' in line) this.jobs.set(line.job.id, line.job);
    else if ('spec' in line) this.specs.set(line.spec.id, line.spec);
    else if ('definition' in line) this.definitions.set(line.definition.name, line.definition);
    else if ('undefined' in line) this.definitions.delete(line.undefined);
    else if ('forgotten' in line) {
      this.jobs.delete(line.forgotten);
      this.specs.delete(line.forgotten);
    } else this.#frameworkId = line.framework ?? undefined;
  }

  #snapshot(): Uint8Array[] {
    const { framework, specs, jobs, definitions } = this.#current;
    return [
      bytesOf({ framework: framework ?? null }),
      ...[...definitions.values()].map((definition) => bytesOf({ definition })),
      ...[...specs.values()].map((spec) => bytesOf({ spec })),
      ...[...jobs.values()].map((job) => bytesOf({ job })),
    ];
  }
}

function bytesOf(line: Line): Uint8Array {
  return Buffer.from(JSON.stringify(line));
}

function lineOf(payload: Uint8Array): Line | undefined {
  try {
    const line = JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>;
    if (typeof line['framework'] === 'string' || line['framework'] === null) return line as Line;
    if (typeof line['forgotten'] === 'string' || typeof line['undefined'] === 'string') return line as Line;
    const { name } = (line['definition'] ?? {}) as { readonly name?: unknown };
    if (typeof name === 'string') return line as Line;
    const [what] = [line['job'], line['spec']].filter((each) => each !== undefined);
    return typeof (what as { readonly id?: unknown } | undefined)?.id === 'string'
      ? (line as Line)
      : undefined;
  } catch {
    return undefined;
  }
}

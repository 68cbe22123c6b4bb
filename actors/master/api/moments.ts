/**
 * Records as they were at one moment, though they are looked at a few at a time: a look at a hundred thousand tasks at once would hold up
 * the master. What is about to change while somebody looks is kept as it was for those who have not come to it (copy on write).
 */

/** Records looked at between two stops: well below a millisecond. */
const RECORDS_A_STEP = 32;

/** A look that has begun. Who begins one goes through with `take`, or ends it. */
export class Moment<R extends object, S> {
  /** The records there were when the look began. */
  readonly records: readonly R[];
  /** How each of them was, by its place in `records`; complete when `take` is done. */
  readonly snapshots: S[] = [];
  private readonly moments: Moments<R, S>;
  /** How records were that have changed since. */
  private readonly before = new Map<R, S>();

  constructor(moments: Moments<R, S>, records: readonly R[]) {
    this.moments = moments;
    this.records = records;
  }

  /** Looks at all of them; stops again and again for the caller to look at the time. */
  *take(): Generator<undefined, void> {
    const { records, snapshots, before, moments } = this;
    try {
      for (const record of records) {
        snapshots.push(before.get(record) ?? moments.now(record));
        if (snapshots.length % RECORDS_A_STEP === 0) yield;
      }
    } finally {
      this.end();
    }
  }

  /** Nobody looks any more. */
  end(): void {
    this.moments.over(this);
    this.before.clear();
  }

  /** The record is as it was when the look began, and about to change. */
  keep(record: R): void {
    if (!this.before.has(record)) this.before.set(record, this.moments.now(record));
  }
}

export class Moments<R extends object, S> {
  /** A snapshot of the record as it is. */
  readonly now: (record: R) => S;
  private readonly open = new Set<Moment<R, S>>();

  constructor(now: (record: R) => S) {
    this.now = now;
  }

  /** Looks that are not through. */
  get count(): number {
    return this.open.size;
  }

  /** The present moment of these records. */
  begin(records: readonly R[]): Moment<R, S> {
    const moment = new Moment(this, records);
    this.open.add(moment);
    return moment;
  }

  /** To be told before anything changes in a record that its snapshot shows, or the record goes. */
  changing(record: R): void {
    if (this.open.size === 0) return;
    for (const moment of this.open) moment.keep(record);
  }

  /** The look is through, or nobody wants it any more. */
  over(moment: Moment<R, S>): void {
    this.open.delete(moment);
  }
}

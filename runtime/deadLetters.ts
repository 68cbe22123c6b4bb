import type { Pid } from './pid.ts';

/** Why a message reached nobody. */
export type DeadLetterReason =
  | 'no-process'
  | 'no-handler'
  | 'terminated'
  | 'mailbox-full'
  | 'link-broken'
  | 'undecodable'
  | 'foreign-sender'
  | 'wrong-node';

export interface DeadLetter {
  readonly to: Pid;
  readonly name: string;
  readonly from?: Pid | undefined;
}

/** Counts what was lost, by reason, and remembers the last few for a person who asks. */
export class DeadLetters {
  private readonly counts = new Map<DeadLetterReason, number>();
  private readonly recent: { reason: DeadLetterReason; to: string; name: string; from: string }[] = [];
  private readonly kept: number;

  constructor(kept = 50) {
    this.kept = kept;
  }

  count(reason: DeadLetterReason, letter: DeadLetter): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    if (this.recent.length >= this.kept) this.recent.shift();
    this.recent.push({
      reason,
      to: letter.to.text,
      name: letter.name,
      from: letter.from?.text ?? '',
    });
  }

  /** For losses of many at once, where naming each would cost more than it tells. */
  countMany(reason: DeadLetterReason, n: number): void {
    if (n > 0) this.counts.set(reason, (this.counts.get(reason) ?? 0) + n);
  }

  total(reason?: DeadLetterReason): number {
    if (reason !== undefined) return this.counts.get(reason) ?? 0;
    let sum = 0;
    for (const n of this.counts.values()) sum += n;
    return sum;
  }

  get last(): readonly { reason: DeadLetterReason; to: string; name: string; from: string }[] {
    return this.recent;
  }
}

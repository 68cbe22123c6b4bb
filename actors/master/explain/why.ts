/**
 * Why is it pending: for every framework and role, what came of the last allocations. Batches are heard; an answer that says the
 * same as the one before only makes it longer, so the last 100 tell of 100 changes.
 */
import type { Allocation, ExplainSink } from '../allocator/index.ts';
import type { MasterParts } from '../parts.ts';
import { answerOf, saysTheSame, type WhyAnswer } from './answers.ts';
import { SkipTally } from './tally.ts';

/** Answers kept for each framework and role. */
export const ANSWERS_MAX = 100;

/** An answer and how long it was the answer: milliseconds since 1970. */
export interface TimedAnswer {
  /** The newest of those that say the same. */
  readonly answer: WhyAnswer;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** Allocations that came to it. */
  readonly times: number;
}

/** The same, while it may become longer. */
type Growing = { -readonly [Name in keyof TimedAnswer]: TimedAnswer[Name] };

export class Why {
  private readonly parts: MasterParts;
  /** framework id → role → answers, the oldest first */
  private readonly answers = new Map<string, Map<string, Growing[]>>();
  private tally: SkipTally | undefined;
  /** framework id → role → agents that were offered in the cycle */
  private offered = new Map<string, Map<string, number>>();

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** Begins to hear a cycle. */
  listen(): ExplainSink {
    this.tally = new SkipTally();
    this.offered = new Map();
    return this.tally.sink;
  }

  /** What a slice of the cycle came to. */
  hear(allocations: readonly Allocation[]): void {
    for (const { frameworkId, offers } of allocations) {
      const roles = this.offered.get(frameworkId) ?? new Map<string, number>();
      for (const [role, agents] of offers) roles.set(role, (roles.get(role) ?? 0) + agents.size);
      this.offered.set(frameworkId, roles);
    }
  }

  /**
   * The cycle that was heard is over.
   * @param agents how many it looked at
   */
  conclude(agents: number): void {
    const { tally, offered } = this;
    this.tally = undefined;
    if (tally === undefined) return;
    for (const { id, description, offers } of this.parts.frameworks.all()) {
      const standing = offers.size === 0 ? [] : this.parts.offers.listed(offers);
      for (const role of description.roles) {
        const answer = answerOf({
          skipped: tally.reasons(id, role),
          agents,
          offered: offered.get(id)?.get(role) ?? 0,
          outstanding: standing.filter((offer) => offer.role === role).length,
          whole: tally.isWhole,
        });
        this.keep(id, role, answer);
      }
    }
  }

  /** The newest first; none for a framework that is not in the role or has seen no allocation. */
  of(frameworkId: string, role: string): TimedAnswer[] {
    return [...(this.answers.get(frameworkId)?.get(role) ?? [])].reverse();
  }

  forget(frameworkId: string): void {
    this.answers.delete(frameworkId);
  }

  private keep(frameworkId: string, role: string, answer: WhyAnswer): void {
    const list = this.listOf(frameworkId, role);
    const { nowMs } = this.parts;
    const last = list.at(-1);
    if (last !== undefined && saysTheSame(last.answer, answer)) {
      last.answer = answer;
      last.untilMs = nowMs;
      last.times++;
      return;
    }
    list.push({ answer, sinceMs: nowMs, untilMs: nowMs, times: 1 });
    if (list.length > ANSWERS_MAX) list.shift();
  }

  private listOf(frameworkId: string, role: string): Growing[] {
    let roles = this.answers.get(frameworkId);
    if (roles === undefined) {
      roles = new Map();
      this.answers.set(frameworkId, roles);
    }
    let list = roles.get(role);
    if (list === undefined) {
      list = [];
      roles.set(role, list);
    }
    return list;
  }
}

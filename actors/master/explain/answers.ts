/** What came of one allocation cycle for a framework in a role, in a code and in words. */
import { type SkipCode, SkipReason } from '../allocator/index.ts';
import type { Counts } from './tally.ts';

/** Codes beside those of what was skipped. */
const texts = {
  OFFERED: 'something was offered',
  NO_AGENTS: 'the cluster has no agents',
  HOLDS_OFFERS: 'what is free is in offers that the framework has not answered',
  SERVED_FIRST: 'others came first: they have a smaller share, or were offered less often',
} as const;

export type WhyCode = SkipCode | keyof typeof texts;

export interface WhyReason {
  readonly code: WhyCode;
  readonly text: string;
  /** On how many agents it held. */
  readonly agents: number;
}

/** What is known after the cycle. */
export interface CycleFacts {
  /** Skips of the framework in the role. */
  readonly skipped: Counts;
  /** Agents the cycle looked at. */
  readonly agents: number;
  /** Agents that were offered to the framework in the role. */
  readonly offered: number;
  /** Offers of the framework in the role that it has not answered, those of this cycle left out. */
  readonly outstanding: number;
  /** Whether skips on all agents were counted. */
  readonly whole: boolean;
}

/** One answer; the same again only makes it longer. */
export interface WhyAnswer {
  readonly code: WhyCode;
  readonly text: string;
  readonly reasons: readonly WhyReason[];
  readonly agents: number;
}

/** Reasons that hold whatever the agents have. */
const PERSONAL: readonly SkipCode[] = ['FRAMEWORK_INACTIVE', 'SUPPRESSED'];

export function answerOf(facts: CycleFacts): WhyAnswer {
  const { agents, offered, skipped } = facts;
  const personal = PERSONAL.find((code) => skipped.has(code));
  if (personal !== undefined) return answer(personal, SkipReason[personal], [], agents);
  const reasons = reasonsOf(facts);
  if (offered > 0) return answer('OFFERED', `${counted(offered, agents)}: ${texts.OFFERED}`, reasons, agents);
  const [first] = reasons;
  if (agents === 0 || first === undefined) return answer('NO_AGENTS', texts.NO_AGENTS, reasons, agents);
  if (first.code === 'AGENT_EMPTY' && facts.outstanding > 0)
    return answer('HOLDS_OFFERS', `${facts.outstanding} unanswered: ${texts.HOLDS_OFFERS}`, reasons, agents);
  const words = reasons.map((reason) => `${counted(reason.agents, agents)}: ${reason.text}`);
  return answer(first.code, words.join('; '), reasons, agents);
}

/** Whether an answer says the same as another, numbers aside. */
export function saysTheSame(a: WhyAnswer, b: WhyAnswer): boolean {
  if (a.code !== b.code || a.reasons.length !== b.reasons.length) return false;
  return a.reasons.every(({ code }) => b.reasons.some((other) => other.code === code));
}

/** The most frequent first. */
function reasonsOf({ skipped, agents, offered, whole }: CycleFacts): WhyReason[] {
  const reasons: WhyReason[] = [];
  let told = 0;
  for (const [code, count] of skipped) {
    // Both stages of a cycle may pass over the same agent.
    const most = Math.min(count, agents - offered);
    if (most <= 0 || code === 'NO_GUARANTEE_PROGRESS') continue;
    told += most;
    reasons.push({ code, text: SkipReason[code], agents: most });
  }
  const rest = agents - offered - told;
  if (rest > 0 && whole) reasons.push({ code: 'SERVED_FIRST', text: texts.SERVED_FIRST, agents: rest });
  return reasons.sort((a, b) => b.agents - a.agents);
}

function answer(code: WhyCode, text: string, reasons: readonly WhyReason[], agents: number): WhyAnswer {
  return { code, text, reasons, agents };
}

function counted(part: number, whole: number): string {
  return `${part} of ${whole} ${whole === 1 ? 'agent' : 'agents'}`;
}

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

/** One answer; the same again only makes it longer. Its words are found when somebody reads it. */
export interface WhyAnswer {
  readonly code: WhyCode;
  /** The most frequent first. */
  readonly reasons: readonly WhyReason[];
  readonly agents: number;
  readonly offered: number;
  readonly outstanding: number;
}

/** Reasons that hold whatever the agents have. */
const PERSONAL: readonly SkipCode[] = ['FRAMEWORK_INACTIVE', 'SUPPRESSED'];
const NONE: readonly WhyReason[] = [];

export function answerOf(facts: CycleFacts): WhyAnswer {
  const { agents, offered, outstanding, skipped } = facts;
  const personal = PERSONAL.find((code) => skipped.has(code));
  if (personal !== undefined) return { code: personal, reasons: NONE, agents, offered, outstanding };
  const reasons = reasonsOf(facts);
  return { code: codeOf(facts, reasons[0]), reasons, agents, offered, outstanding };
}

function codeOf({ agents, offered, outstanding }: CycleFacts, first: WhyReason | undefined): WhyCode {
  if (offered > 0) return 'OFFERED';
  if (agents === 0 || first === undefined) return 'NO_AGENTS';
  return first.code === 'AGENT_EMPTY' && outstanding > 0 ? 'HOLDS_OFFERS' : first.code;
}

/** A reason in words. */
export function wordsOf(code: WhyCode): string {
  return code in texts ? texts[code as keyof typeof texts] : SkipReason[code as SkipCode];
}

/** An answer in words. */
export function textOf({ code, reasons, agents, offered, outstanding }: WhyAnswer): string {
  if (code === 'OFFERED') return `${counted(offered, agents)}: ${texts.OFFERED}`;
  if (code === 'HOLDS_OFFERS') return `${outstanding} unanswered: ${texts.HOLDS_OFFERS}`;
  if (reasons.length === 0) return wordsOf(code);
  return reasons.map((reason) => `${counted(reason.agents, agents)}: ${wordsOf(reason.code)}`).join('; ');
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
    reasons.push({ code, agents: most });
  }
  const rest = agents - offered - told;
  if (rest > 0 && whole) reasons.push({ code: 'SERVED_FIRST', agents: rest });
  return reasons.sort((a, b) => b.agents - a.agents);
}

function counted(part: number, whole: number): string {
  return `${part} of ${whole} ${whole === 1 ? 'agent' : 'agents'}`;
}

/** Why a service waits: in a few words for people, and in numbers. */
import type { QueueEntry } from '../launcher/queue.ts';
import type { Marathon } from '../marathon.ts';
import { patternTrouble } from '../offers/constraints.ts';
import { placeOf } from '../offers/constraintValue.ts';

export interface WhyWaiting {
  /** Instances that are to be launched. */
  readonly count: number;
  readonly since: string;
  /** `delayed`: a failure is waited out; `waiting`: for an offer. */
  readonly state: 'delayed' | 'waiting';
  readonly reason: string;
  readonly reasons: Readonly<Record<string, number>>;
}

const WORDS: Readonly<Record<string, string>> = {
  UnfulfilledRole: 'the offers are of another role',
  UnfulfilledConstraint: 'no agent satisfies the constraints',
  NoCorrespondingReservationFound: 'the agent with its reservation offers nothing',
  AgentMaintenance: 'the agents are in maintenance',
  InsufficientCpus: 'no agent has enough cpus free',
  InsufficientMemory: 'no agent has enough memory free',
  InsufficientDisk: 'no agent has enough disk free',
  InsufficientGpus: 'no agent has enough gpus free',
  InsufficientPorts: 'no agent has the ports free',
  DeclinedScarceResources:
    'agents with gpus are kept for services that use them, or too many launches are under way',
};

/** A pattern of its constraints that cannot be used: what agents have does not matter then. */
function troubleOf({ spec, history }: QueueEntry): string | undefined {
  for (const { offer, reason } of history.last.toReversed()) {
    if (reason !== 'UnfulfilledConstraint') continue;
    const trouble = patternTrouble(spec.constraints, placeOf(offer));
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}

/** Undefined when nothing of the service waits. */
export function whyWaiting({ queue, nowText }: Marathon, service: string): WhyWaiting | undefined {
  const entry = queue.entry(service);
  if (entry === undefined) return undefined;
  const leftMs = queue.leftMs(service);
  const { top, last } = entry.history;
  const reasons: Record<string, number> = {};
  for (const { reason } of last) reasons[reason] = (reasons[reason] ?? 0) + 1;
  const reason =
    leftMs > 0
      ? `an instance ended; the next launch is in ${Math.ceil(leftMs / 1000)} s`
      : top === undefined
        ? 'no offer came yet'
        : `${top}: ${troubleOf(entry) ?? WORDS[top] ?? top}`;
  return {
    count: entry.count,
    since: Number.isFinite(entry.sinceMs) ? new Date(entry.sinceMs).toISOString() : nowText,
    state: leftMs > 0 ? 'delayed' : 'waiting',
    reason,
    reasons,
  };
}

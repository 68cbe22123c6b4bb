/** Small readings of what the API says. */
import type { Agent, Framework, Resource, Time } from './types.ts';

/** Sum of a scalar resource over all reservations. */
export function scalar(resources: readonly Resource[] | undefined, name: string): number {
  let sum = 0;
  for (const resource of resources ?? []) if (resource.name === name) sum += resource.scalar?.value ?? 0;
  return sum;
}

export function secondsOf(time: Time | undefined): number {
  return time === undefined ? 0 : time.nanoseconds / 1e9;
}

/** One word for the life of an agent. */
export function agentState({ active, deactivated, drain_info }: Agent): string {
  if (drain_info !== undefined) return drain_info.state.toLowerCase();
  if (deactivated === true) return 'deactivated';
  return active ? 'active' : 'disconnected';
}

/** Of the states of the master's chart of agents those in which one is known and not registered, in words. */
export function awayOf(counts: Readonly<Record<string, number>>): Record<string, number> {
  const away: Record<string, number> = {};
  for (const [state, count] of Object.entries(counts)) {
    const word = /membership\.(unreachable|recovered)\b/.exec(state)?.[1];
    if (word !== undefined && count > 0) away[word] = (away[word] ?? 0) + count;
  }
  return away;
}

export function frameworkState({ active, connected, recovered }: Framework, isCompleted: boolean): string {
  if (isCompleted) return 'completed';
  if (recovered === true) return 'recovered';
  if (!connected) return 'disconnected';
  return active ? 'active' : 'inactive';
}

/** The right to end a framework of this principal, and its tasks. */
export function rightToEnd(principal: string): string {
  return principal === '' ? 'TEARDOWN_FRAMEWORK' : `TEARDOWN_FRAMEWORK:${principal}`;
}

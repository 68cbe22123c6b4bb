/** Operations on what operators want of agents: drained, deactivated, reactivated (master.md §13). */
import type { DrainConfig } from '../../../proto/index.ts';
import { DrainState } from '../../../proto/index.ts';
import { toggleCapability } from './capabilities.ts';
import type { RegistryOperation } from './operations.ts';
import type { RegistryDraft } from './registry.ts';

/** The fields members and unreachable agents have in common. */
interface Service {
  readonly drain_info?: { readonly state: DrainState; readonly config: DrainConfig } | undefined;
  readonly deactivated?: boolean | undefined;
}

/** The agent is deactivated and drains; a former drain is replaced. Refused when it is neither member nor unreachable. */
export function drainAgent(id: string, config: DrainConfig): RegistryOperation {
  return onService('DrainAgent', id, (kept) => ({
    ...kept,
    drain_info: { state: DrainState.DRAINING, config },
    deactivated: true,
  }));
}

/** Nothing is left on the agent. Refused when it does not drain. */
export function markAgentDrained(id: string): RegistryOperation {
  return onService('MarkAgentDrained', id, (kept) =>
    kept.drain_info?.state === DrainState.DRAINING
      ? { ...kept, drain_info: { ...kept.drain_info, state: DrainState.DRAINED } }
      : undefined,
  );
}

/** Refused when it is neither member nor unreachable. */
export function deactivateAgent(id: string): RegistryOperation {
  return onService('DeactivateAgent', id, (kept) => ({ ...kept, deactivated: true }));
}

/** Ends a deactivation and forgets the drain that led to it. Refused when it is neither member nor unreachable. */
export function reactivateAgent(id: string): RegistryOperation {
  return onService('ReactivateAgent', id, ({ drain_info: _drain, deactivated: _flag, ...kept }) => kept);
}

/** @param change undefined: refused */
function onService(
  name: string,
  id: string,
  change: <T extends Service>(kept: T) => T | Omit<T, keyof Service> | undefined,
): RegistryOperation {
  return {
    name,
    apply: (draft) => {
      const slave = draft.slaves.get(id);
      const unreachable = draft.unreachable.get(id);
      const changed = slave === undefined ? undefined : change(slave);
      const away = slave !== undefined || unreachable === undefined ? undefined : change(unreachable);
      if (changed === undefined && away === undefined) return false;
      if (changed !== undefined) draft.slaves.set(id, changed);
      if (away !== undefined) draft.unreachable.set(id, away);
      toggleCapability(draft, 'AGENT_DRAINING', needsDraining(draft));
      return true;
    },
  };
}

function needsDraining(draft: RegistryDraft): boolean {
  for (const [, { deactivated }] of draft.slaves.entries()) if (deactivated === true) return true;
  for (const [, { deactivated }] of draft.unreachable.entries()) if (deactivated === true) return true;
  return false;
}

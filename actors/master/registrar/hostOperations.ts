/** Operations on the table of hosts: what is said of an agent and whether it is offered change together (spec: other-frameworks.md §5). */
import type { Labels } from '../../../proto/index.ts';
import { deactivateAgent, reactivateAgent } from './drainOperations.ts';
import type { RegistryOperation } from './operations.ts';

/**
 * @param entry undefined: nothing is said of it any more
 * @param offered undefined: that stays as it is
 */
export function switchHost(
  id: string,
  entry: Labels | undefined,
  offered: boolean | undefined,
): RegistryOperation {
  const service = offered === undefined ? undefined : offered ? reactivateAgent(id) : deactivateAgent(id);
  return {
    name: 'SwitchHost',
    apply: (draft) => {
      if (service !== undefined && !service.apply(draft)) return false;
      if (entry === undefined) draft.hosts.delete(id);
      else draft.hosts.set(id, entry);
      return true;
    },
  };
}

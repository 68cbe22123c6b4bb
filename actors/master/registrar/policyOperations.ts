/** Operations on what operators have said of roles: quota and weights (master.md §4, §15). */
import type { QuotaConfig, WeightInfo } from '../../../proto/index.ts';
import { toggleCapability } from './capabilities.ts';
import type { RegistryOperation } from './operations.ts';
import type { RegistryDraft } from './registry.ts';

/** What the quotas will be when the draft is stored. */
export type QuotaCheck = (quotas: readonly QuotaConfig[]) => boolean;

/**
 * New quota for some roles, all at once; one without guarantees and limits ends a role's quota.
 * @param check refuses what came to contradict the rules while the request was on its way
 */
export function updateQuota(configs: readonly QuotaConfig[], check: QuotaCheck): RegistryOperation {
  return {
    name: 'UpdateQuota',
    apply: (draft) => {
      const roles = new Set(configs.map(({ role }) => role));
      const others = quotasOf(draft).filter(({ role }) => !roles.has(role));
      if (!check([...others, ...configs])) return false;
      for (const config of configs) {
        if (isDefaultQuota(config)) draft.quota_configs.delete(config.role);
        else draft.quota_configs.set(config.role, config);
      }
      toggleCapability(draft, 'QUOTA_V2', quotasOf(draft).length > 0);
      return true;
    },
  };
}

/** New weights for some roles, all at once. */
export function updateWeights(infos: readonly WeightInfo[]): RegistryOperation {
  return {
    name: 'UpdateWeights',
    apply: (draft) => {
      for (const { role = '*', weight } of infos) {
        if (draft.weights.get(role)?.info.weight === weight) continue;
        draft.weights.set(role, { info: { role, weight } });
      }
      return true;
    },
  };
}

/** No guarantee and no limit: as good as no quota. */
export function isDefaultQuota({ guarantees, limits }: QuotaConfig): boolean {
  return Object.keys(guarantees ?? {}).length === 0 && Object.keys(limits ?? {}).length === 0;
}

function quotasOf(draft: RegistryDraft): QuotaConfig[] {
  return [...draft.quota_configs.entries()].map(([, config]) => config);
}

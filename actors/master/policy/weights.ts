/** Weights of roles, set at run time (master.md §15): durable first, then in force. */
import type { WeightInfo } from '../../../proto/index.ts';
import { isRoleOrSubroleOf } from '../../../proto/resources/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import type { MasterParts } from '../parts.ts';
import { updateWeights } from '../registrar/policyOperations.ts';
import { validateWeights } from '../validation/weights.ts';
import type { Done } from './done.ts';

export const DEFAULT_WEIGHT = 1;

export class Weights {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** Those that were set, by role in the order of the names. */
  list(shown: (role: string) => boolean = () => true): WeightInfo[] {
    const infos = [...this.parts.registrar.registry.weights.values()].map(({ info }) => info);
    return infos
      .filter(({ role = '*' }) => shown(role))
      .sort((a, b) => ((a.role ?? '') < (b.role ?? '') ? -1 : 1));
  }

  of(role: string): number {
    return this.parts.registrar.registry.weights.get(role)?.info.weight ?? DEFAULT_WEIGHT;
  }

  /** @throws HttpRefusal 400 when one of them cannot be */
  update(infos: readonly WeightInfo[], done: Done): void {
    const problem = validateWeights(infos, this.parts.flags.roles);
    if (problem !== undefined) throw new HttpRefusal(400, problem);
    this.parts.registrar.apply(updateWeights(infos), () => {
      this.put(infos);
      this.parts.actor.log.info('weights changed', {
        weights: infos.map(({ role, weight }) => `${role ?? '*'}=${weight}`).join(','),
      });
      // What is offered was shared out by the former weights.
      if (infos.some(({ role = '*' }) => this.isInUse(role))) this.parts.offers.rescindWhere(() => true);
      done();
    });
  }

  /** A new leader: what the registry knows counts, `--weights` only for a registry that knows none. */
  recover(): void {
    const { registrar, flags, actor } = this.parts;
    const stored = this.list();
    this.put(stored);
    if (flags.weights === undefined) return;
    if (stored.length > 0) {
      actor.log.warn('--weights is ignored: the registry has weights, which are changed by UPDATE_WEIGHTS');
      return;
    }
    const initial = flags.weights;
    registrar.apply(updateWeights(initial), () => this.put(initial));
  }

  private put(infos: readonly WeightInfo[]): void {
    const weights = infos.map(({ role = '*', weight }) => [role, weight] as const);
    this.parts.allocation.updateWeights(Object.fromEntries(weights));
  }

  private isInUse(role: string): boolean {
    for (const { description } of this.parts.frameworks.all()) {
      if (description.roles.some((own) => isRoleOrSubroleOf(own, role))) return true;
    }
    return false;
  }
}

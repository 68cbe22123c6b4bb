/** Quota of roles, set at run time (master.md §15, allocator.md §5): checked, durable, in force, room made for it. */
import type {
  MasterCallUpdateQuota,
  QuotaConfig,
  QuotaRequest,
  QuotaStatus,
  ValueScalar,
} from '../../../proto/index.ts';
import { isRoleOrSubroleOf, Limits, Quantities, Resources } from '../../../proto/resources/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import { isQuotaKind } from '../allocator/index.ts';
import type { MasterParts } from '../parts.ts';
import { isDefaultQuota, type QuotaCheck, updateQuota } from '../registrar/policyOperations.ts';
import { treeProblem, validateQuotaConfig, validateQuotaRequest } from '../validation/quota.ts';
import type { Done } from './done.ts';
import { rescindForQuota } from './quotaRescind.ts';

export class Quotas {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** Quotas that are set, in the order of their roles. */
  list(): QuotaConfig[] {
    return [...this.parts.registrar.registry.quota_configs.values()].sort((a, b) =>
      a.role < b.role ? -1 : 1,
    );
  }

  of(role: string): QuotaConfig | undefined {
    return this.parts.registrar.registry.quota_configs.get(role);
  }

  /** As GET_QUOTA shows them; the older form knows guarantees alone. */
  status(shown: (role: string) => boolean = () => true): QuotaStatus {
    const configs = this.list().filter(({ role }) => shown(role));
    const infos = configs.map(({ role, guarantees }) => ({
      role,
      guarantee: Object.entries(guarantees ?? {}).map(([name, scalar]) => ({
        name,
        type: 0 as const,
        scalar,
      })),
    }));
    return { infos, configs };
  }

  /** What the role and those below it take up; what is only offered is not shown, though the allocator counts it. */
  consumed(role: string): Quantities {
    const { allocation, offers } = this.parts;
    const offered = Resources.sum(
      [...offers.all()]
        .filter((offer) => isRoleOrSubroleOf(offer.role, role))
        .map((offer) => offer.resources),
    );
    return allocation.allocator.consumed(role).minus(offered.filter(isQuotaKind).scalarQuantities());
  }

  /**
   * UPDATE_QUOTA: some roles at once, or none of them.
   * @throws HttpRefusal 400 when one of the configs cannot be
   */
  update({ quota_configs = [], force = false }: MasterCallUpdateQuota, done: Done): void {
    const seen = new Set<string>();
    for (const config of quota_configs) {
      if (seen.has(config.role))
        throw new HttpRefusal(400, `Invalid QuotaConfig: '${config.role}' is named twice`);
      seen.add(config.role);
      const problem = validateQuotaConfig(config, this.parts.flags.roles);
      if (problem !== undefined) throw new HttpRefusal(400, `Invalid QuotaConfig: ${problem}`);
      if (!force) this.checkLimits(config);
    }
    const problem = this.problemOf(this.after(quota_configs), force);
    if (problem !== undefined) throw new HttpRefusal(400, `Invalid QuotaConfig: ${problem}`);
    this.store(quota_configs, (after) => this.problemOf(after, force) === undefined, done);
  }

  /**
   * SET_QUOTA and POST /quota, of older tools: a guarantee that is the limit as well.
   * @throws HttpRefusal 400 for a bad request, 409 when the cluster is too small for it
   */
  set(request: QuotaRequest, done: Done): void {
    const invalid = (problem: string) =>
      new HttpRefusal(400, `Failed to validate set quota request: ${problem}`);
    const wrong = validateQuotaRequest(request, this.parts.flags.roles);
    if (wrong !== undefined) throw invalid(wrong);
    const { role = '', guarantee, force = false } = request;
    if (this.of(role) !== undefined)
      throw invalid(`Quota of role '${role}' is set already; it can be updated`);
    const amounts: Record<string, ValueScalar> = {};
    for (const { name, scalar } of guarantee ?? []) amounts[name] = { value: scalar?.value ?? 0 };
    const config: QuotaConfig = { role, guarantees: amounts, limits: amounts };
    const after = this.after([config]);
    const tree = treeProblem(after);
    if (tree !== undefined) throw invalid(tree);
    const problem = this.problemOf(after, force);
    if (problem !== undefined) throw new HttpRefusal(409, problem);
    this.store([config], (next) => this.problemOf(next, force) === undefined, done);
  }

  /**
   * REMOVE_QUOTA and DELETE /quota/ROLE.
   * @throws HttpRefusal 400 when the role has none, or others depend on it
   */
  remove(role: string, done: Done): void {
    const invalid = (problem: string) => new HttpRefusal(400, `Failed to remove quota: ${problem}`);
    if (this.of(role) === undefined) throw invalid(`Role '${role}' has no quota set`);
    const problem = treeProblem(this.after([{ role }]));
    if (problem !== undefined) throw invalid(problem);
    this.store([{ role }], (after) => treeProblem(after) === undefined, done);
  }

  /** A new leader: quota of the registry is in force before anything is offered. */
  recover(): void {
    for (const config of this.list()) this.put(config);
  }

  private store(configs: readonly QuotaConfig[], check: QuotaCheck, done: Done): void {
    this.parts.registrar.apply(updateQuota(configs, check), (applied) => {
      if (!applied) {
        done(new HttpRefusal(409, 'Other quota was set meanwhile; try again'));
        return;
      }
      for (const config of configs) {
        this.put(config);
        this.parts.actor.log.info('quota changed', {
          role: config.role,
          guarantees: String(Quantities.ofMessage(config.guarantees)),
          limits: String(Limits.ofMessage(config.limits)),
        });
        rescindForQuota(this.parts, config);
      }
      done();
    });
  }

  private put(config: QuotaConfig): void {
    this.parts.roleGauges.quota(config);
    this.parts.allocation.setQuota(
      config.role,
      isDefaultQuota(config)
        ? undefined
        : { guarantees: Quantities.ofMessage(config.guarantees), limits: Limits.ofMessage(config.limits) },
    );
  }

  private after(configs: readonly QuotaConfig[]): QuotaConfig[] {
    const roles = new Set(configs.map(({ role }) => role));
    return [...this.list().filter(({ role }) => !roles.has(role)), ...configs];
  }

  private problemOf(after: readonly QuotaConfig[], force: boolean): string | undefined {
    return treeProblem(after) ?? (force ? undefined : this.capacityProblem(after));
  }

  /** Limits below what the role takes up already would be broken from the start. */
  private checkLimits({ role, limits }: QuotaConfig): void {
    const consumed = this.consumed(role);
    if (Limits.ofMessage(limits).contains(consumed)) return;
    throw new HttpRefusal(
      400,
      `Invalid QuotaConfig: role '${role}' consumes ${consumed} already, more than the limits ` +
        `${Limits.ofMessage(limits)}; 'force' sets them all the same`,
    );
  }

  private capacityProblem(after: readonly QuotaConfig[]): string | undefined {
    let guaranteed = Quantities.NONE;
    for (const { role, guarantees } of after) {
      if (!role.includes('/')) guaranteed = guaranteed.plus(Quantities.ofMessage(guarantees));
    }
    const capacity = this.capacity();
    if (capacity.contains(guaranteed)) return undefined;
    return (
      `Not enough cluster capacity: all guarantees together are ${guaranteed}, the registered agents have ` +
      `${capacity}; 'force' overrides this check`
    );
  }

  /** The scalars of all registered agents that are there to stay. */
  private capacity(): Quantities {
    let sum = Quantities.NONE;
    for (const agent of this.parts.agents.all()) {
      sum = sum.plus(agent.total.nonRevocable().scalarQuantities());
    }
    return sum;
  }
}

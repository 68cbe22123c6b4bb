/** Quota of roles. */
import { MasterCallType, type QuotaConfig } from '../../proto/index.ts';
import { toJson } from '../../proto/json.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { part } from '../http/operator.ts';
import { numberText } from '../output/text.ts';
import { usageProblem } from '../problem.ts';

const OPTIONS = {
  guarantee: { kind: 'list', value: 'NAME:N,…', help: 'What the role is sure to get: cpus:4,mem:8192' },
  limit: { kind: 'list', value: 'NAME:N,…', help: 'What the role may have at most' },
  force: { kind: 'flag', help: 'Set it although the cluster may not have that much' },
} as const;

export const quota = defineCommand({
  name: 'quota',
  words: '[set|remove ROLE]',
  summary: 'Shows the quota of roles, sets or removes it',
  details: 'Without words the quota of all roles is listed. `set` replaces what the role had.',
  options: OPTIONS,
  arity: { min: 0, max: 2 },
  completes: ['set', 'remove'],
  run: async (context, { guarantee, limit, force }, [verb, role]) => {
    if (verb === undefined) return show(context);
    if ((verb !== 'set' && verb !== 'remove') || role === undefined)
      throw usageProblem('quota: expected `quota`, `quota set ROLE` or `quota remove ROLE`');
    const config: QuotaConfig = { role };
    if (verb === 'set') {
      if (guarantee.length + limit.length === 0)
        throw usageProblem('quota set: expected --guarantee or --limit');
      if (guarantee.length > 0) config.guarantees = scalars('--guarantee', guarantee);
      if (limit.length > 0) config.limits = scalars('--limit', limit);
    }
    const update_quota = { force, quota_configs: [config] };
    await context.master.perform({ type: MasterCallType.UPDATE_QUOTA, update_quota });
    context.say(verb === 'set' ? `quota of ${role} is set` : `${role} has no quota any more`);
    return undefined;
  },
});

async function show(context: Context): Promise<undefined> {
  const answer = await context.master.call({ type: MasterCallType.GET_QUOTA });
  context.list(
    part(answer.get_quota, 'get_quota').status.configs ?? [],
    [
      { title: 'role', text: ({ role }) => role },
      { title: 'guarantees', text: ({ guarantees }) => scalarsText(guarantees) },
      { title: 'limits', text: ({ limits }) => scalarsText(limits) },
    ],
    (config) => toJson('mesos.v1.quota.QuotaConfig', config),
  );
  return undefined;
}

type Scalars = Readonly<Record<string, { readonly value: number }>>;

function scalarsText(scalars: Scalars | undefined): string {
  const entries = Object.entries(scalars ?? {});
  return entries.length === 0
    ? '-'
    : entries.map(([name, { value }]) => `${name}:${numberText(value)}`).join(' ');
}

/** `cpus:4,mem:8192`, also given piece by piece. @throws Problem naming what is not of that form */
export function scalars(option: string, texts: readonly string[]): Record<string, { value: number }> {
  const all: Record<string, { value: number }> = {};
  for (const piece of texts.flatMap((text) => text.split(/[,;]/)).filter((text) => text !== '')) {
    const [name = '', number = ''] = piece.split(':');
    const value = Number(number);
    if (name === '' || number === '' || !Number.isFinite(value) || value < 0)
      throw usageProblem(`${option}: expected NAME:NUMBER such as cpus:4, got '${piece}'`);
    all[name] = { value };
  }
  return all;
}

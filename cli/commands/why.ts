/** Why a framework, or the framework of a task, gets no offers. */
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { findFramework, frameworkId } from '../find/objects.ts';
import { agoText, numberText, safeText } from '../output/text.ts';

/** The parts of `/why` that are shown (docs/why-pending.md). */
interface Why {
  readonly frameworks?: readonly {
    readonly id: string;
    readonly name: string;
    readonly roles: readonly RoleAnswers[];
  }[];
  readonly registry_held_up?: { readonly reason: string; readonly since: number; readonly waiting: number };
}

interface RoleAnswers {
  readonly role: string;
  readonly weight: number;
  readonly role_share: number;
  readonly refused_agents: number;
  readonly answers: readonly {
    readonly code: string;
    readonly text: string;
    readonly until: number;
    readonly times: number;
  }[];
}

/** Older answers are for programs. */
const SHOWN_MAX = 5;

export const why = defineCommand({
  name: 'why',
  words: '[FRAMEWORK]',
  summary: 'Tells why a framework, or every one, gets no offers, or smaller ones than it needs',
  details: 'The codes, and what helps against each, are explained in docs/why-pending.md.',
  options: { role: { kind: 'text', value: 'ROLE', help: 'Only as far as this role is concerned' } },
  arity: { min: 0, max: 1 },
  completes: 'framework',
  run: async (context, { role }, [given]) => {
    const query = new URLSearchParams();
    if (given !== undefined)
      query.set('framework_id', frameworkId(await findFramework(context.master, given)));
    if (role !== undefined) query.set('role', role);
    const document = (await context.master.http.json(`/why?${query}`)) as Why;
    if (context.isJson) context.json(document);
    else print(context, document);
    return undefined;
  },
});

function print(context: Context, { frameworks = [], registry_held_up: held }: Why): void {
  if (held !== undefined) {
    const forLong = `for ${agoText(context.now(), held.since)} now`;
    const what = `the registry cannot be written ${forLong}, ${held.waiting} change(s) wait`;
    context.print(
      `${context.paint('yellow', what)}: ${safeText(held.reason)}; agents that come are not admitted`,
    );
  }
  if (frameworks.length === 0) context.print('no framework waits');
  for (const { id, name, roles } of frameworks) {
    context.print(`${context.paint('bold', safeText(name))} ${safeText(id)}`);
    for (const role of roles) printRole(context, role);
  }
}

function printRole(
  context: Context,
  { role, weight, role_share, refused_agents, answers }: RoleAnswers,
): void {
  const refused = refused_agents === 0 ? '' : `, refuses ${refused_agents} agent(s) for now`;
  const share = `share ${numberText(role_share * 100)} %, weight ${numberText(weight)}`;
  context.print(`  role ${safeText(role)}: ${share}${refused}`);
  for (const { code, text, until, times } of answers.slice(0, SHOWN_MAX)) {
    const when = `${agoText(context.now(), until)} ago${times > 1 ? `, ${times} times` : ''}`;
    context.print(`    ${context.paint('yellow', code)} ${safeText(text)} (${when})`);
  }
}

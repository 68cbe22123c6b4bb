/** Takes agents out of service and back. */
import { MasterCallType } from '../../proto/index.ts';
import { parseDuration } from '../../runtime/units/index.ts';
import { confirm, yesOption } from '../ask.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { agentId, findAgent } from '../find/objects.ts';
import { usageProblem } from '../problem.ts';
import { agentState } from './lists.ts';

/** How often the end of a drain is looked for, in milliseconds. */
const LOOK_MS = 1000;

export const drain = defineCommand({
  name: 'drain',
  words: 'AGENT',
  summary: 'Kills the tasks of an agent with grace and offers it no more; `activate` brings it back',
  options: {
    grace: {
      kind: 'text',
      value: 'DURATION',
      help: "Longest time a task may take to end, such as 5mins; default: the tasks' own",
    },
    gone: { kind: 'flag', help: 'Mark the agent gone when it is drained: it never comes back' },
    wait: { kind: 'flag', short: 'w', help: 'Return when it is drained' },
    yes: yesOption,
  },
  arity: { min: 1, max: 1 },
  completes: 'agent',
  run: async (context, { grace, gone, wait, yes }, [given = '']) => {
    const id = agentId(await findAgent(context.master, given));
    const graceMs = grace === undefined ? undefined : durationOf(grace);
    await confirm(
      context,
      `Drain agent ${id}: kill all its tasks${gone ? ' and mark it gone for good' : ''}?`,
      yes,
    );
    await context.master.perform({
      type: MasterCallType.DRAIN_AGENT,
      drain_agent: {
        agent_id: { value: id },
        mark_gone: gone,
        ...(graceMs === undefined
          ? {}
          : {
              max_grace_period: {
                seconds: Math.floor(graceMs / 1000),
                nanos: Math.round((graceMs % 1000) * 1e6),
              },
            }),
      },
    });
    context.say(`agent ${id} is draining`);
    if (wait) await untilDrained(context, id);
    return undefined;
  },
});

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw usageProblem(`--grace: ${(error as Error).message}`);
  }
}

async function untilDrained(context: Context, id: string): Promise<void> {
  for (;;) {
    const agent = await findAgent(context.master, id).catch(() => undefined);
    const state = agent === undefined ? 'gone' : agentState(agent);
    if (state !== 'draining') {
      context.say(`agent ${id} is ${state}`);
      return;
    }
    await context.wait(LOOK_MS);
  }
}

export const deactivate = defineCommand({
  name: 'deactivate',
  words: 'AGENT',
  summary: 'Offers nothing of an agent any more; its tasks go on',
  arity: { min: 1, max: 1 },
  completes: 'agent',
  run: async (context, _, [given = '']) => {
    const id = agentId(await findAgent(context.master, given));
    await context.master.perform({
      type: MasterCallType.DEACTIVATE_AGENT,
      deactivate_agent: { agent_id: { value: id } },
    });
    context.say(`agent ${id} is deactivated`);
    return undefined;
  },
});

export const activate = defineCommand({
  name: 'activate',
  words: 'AGENT',
  summary: 'Brings a drained or deactivated agent back into service',
  arity: { min: 1, max: 1 },
  completes: 'agent',
  run: async (context, _, [given = '']) => {
    const id = agentId(await findAgent(context.master, given));
    await context.master.perform({
      type: MasterCallType.REACTIVATE_AGENT,
      reactivate_agent: { agent_id: { value: id } },
    });
    context.say(`agent ${id} is active again`);
    return undefined;
  },
});

export const gone = defineCommand({
  name: 'gone',
  words: 'AGENT',
  summary: 'Marks an agent gone for good: its tasks are lost, it may never register again',
  details: 'AGENT must be the whole id when the agent is not registered (unreachable, say).',
  options: { yes: yesOption },
  arity: { min: 1, max: 1 },
  completes: 'agent',
  run: async (context, { yes }, [given = '']) => {
    const found = await findAgent(context.master, given).catch(() => undefined);
    const id = found === undefined ? given : agentId(found);
    await confirm(context, `Mark agent ${id} gone for good, with all its tasks?`, yes);
    await context.master.perform({
      type: MasterCallType.MARK_AGENT_GONE,
      mark_agent_gone: { agent_id: { value: id } },
    });
    context.say(`agent ${id} is gone`);
    return undefined;
  },
});

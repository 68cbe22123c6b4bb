/** The master's table of hosts: which agents are offered, and who says that some are not. */
import { parseDuration } from '../../runtime/units/index.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { type Names, theOne } from '../find/objects.ts';
import type { Column } from '../output/table.ts';
import { usageProblem } from '../problem.ts';

const FORMS = [
  'hosts                                   each agent: on or off, by whom, until when and why, and its tests',
  'hosts off AGENT --message="a new disk" --for=1hrs   no new tasks there; what runs goes on',
  'hosts on AGENT                          on, whatever tests say',
  'hosts clear AGENT                       takes back what a person said: tests decide again',
];

/** As `/hosts` of the master tells it. */
interface Host {
  readonly agent_id: string;
  readonly hostname?: string;
  readonly status: 'on' | 'off';
  readonly source?: string;
  readonly reason?: string;
  readonly until?: string;
  readonly alarm: boolean;
  readonly tests: readonly { readonly test: string; readonly state: string }[];
}

const hostNames: Names<Host> = {
  idOf: ({ agent_id }) => agent_id,
  nameOf: ({ hostname }) => hostname ?? '',
  isAlive: () => true,
};

export const hosts = defineCommand({
  name: 'hosts',
  words: '[off|on|clear AGENT]',
  summary: 'Shows which agents are switched off, by whom and why, and switches them off and on',
  details: `${FORMS.join('\n')}\n\nAn AGENT is an id, or a host name.`,
  options: {
    message: { kind: 'text', short: 'm', value: 'TEXT', help: 'off, on: why, for those who look' },
    for: { kind: 'text', value: 'DURATION', help: 'off, on: how long, such as 2hrs; default: without end' },
  },
  arity: { min: 0, max: 2 },
  completes: ['off', 'on', 'clear'],
  completesThen: 'agent',
  run: async (context, { message, for: length }, [verb, given]) => {
    if (verb === undefined) return show(context);
    if (!['off', 'on', 'clear'].includes(verb) || given === undefined)
      throw usageProblem(
        'hosts: expected `hosts`, `hosts off AGENT`, `hosts on AGENT` or `hosts clear AGENT`',
      );
    if (verb === 'clear' && (message ?? length) !== undefined)
      throw usageProblem('hosts clear: --message and --for are for `off` and `on`');
    const ttl = length === undefined ? undefined : secondsOf(length);
    const id = theOne('agent', given, await hostsOf(context), hostNames).agent_id;
    await context.master.http.ask({
      path: `/hosts/${encodeURIComponent(id)}`,
      ...(verb === 'clear'
        ? { method: 'DELETE' }
        : {
            method: 'PUT',
            headers: { 'Content-Type': 'application/json' },
            body: JSON.stringify({ status: verb, message: message ?? '', ttl }),
          }),
    });
    context.say(verb === 'clear' ? `agent ${id}: nobody says anything any more` : `agent ${id} is ${verb}`);
    return undefined;
  },
});

function secondsOf(text: string): number {
  try {
    return parseDuration(text) / 1000;
  } catch (error) {
    throw usageProblem(`--for: ${(error as Error).message}`);
  }
}

const columns: readonly Column<Host>[] = [
  { title: 'agent', cut: 'start', text: ({ agent_id }) => agent_id },
  { title: 'host', text: ({ hostname }) => hostname ?? '-' },
  {
    title: 'status',
    text: ({ status, alarm }) => (alarm ? `${status} (alarm)` : status),
    style: (text) => (text === 'on' ? 'green' : 'yellow'),
  },
  { title: 'by', text: ({ source }) => source ?? '-' },
  { title: 'until', text: ({ until }) => until ?? '-' },
  {
    title: 'tests',
    text: ({ tests }) =>
      tests.length === 0 ? '-' : tests.map(({ test, state }) => `${test}:${state}`).join(' '),
  },
  { title: 'reason', text: ({ reason }) => reason ?? '' },
];

async function show(context: Context): Promise<undefined> {
  context.list(await hostsOf(context), columns, (host) => host);
  return undefined;
}

async function hostsOf(context: Context): Promise<readonly Host[]> {
  const { hosts = [] } = (await context.master.http.json('/hosts')) as { readonly hosts?: readonly Host[] };
  return hosts;
}

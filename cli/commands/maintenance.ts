/** When which machines are taken out of service. */
import { readFileSync } from 'node:fs';
import { type MachineID, type MaintenanceSchedule, MasterCallType } from '../../proto/index.ts';
import { fromJsonText, toJson } from '../../proto/json.ts';
import { parseDuration } from '../../runtime/units/index.ts';
import { confirm, yesOption } from '../ask.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { part } from '../http/operator.ts';
import { momentText, spanText } from '../output/text.ts';
import { Problem, usageProblem } from '../problem.ts';

const FORMS = [
  'maintenance                            what is planned and under way',
  'maintenance plan HOST… --in=1hrs --for=30mins   adds a window for these machines',
  'maintenance set FILE                   replaces the whole schedule by a JSON document as Mesos writes it',
  'maintenance clear                      removes all windows',
  'maintenance down HOST…                 takes machines down: their agents are removed, their tasks lost',
  'maintenance up HOST…                   brings them back',
];

export const maintenance = defineCommand({
  name: 'maintenance',
  words: '[plan|set|clear|down|up] [HOST…]',
  summary: 'Shows and plans maintenance of machines, takes them down and brings them back',
  details: `${FORMS.join('\n')}\n\nA HOST is a host name, HOST/IP, or /IP, as agents registered.`,
  options: {
    in: { kind: 'text', value: 'DURATION', help: 'plan: when it begins, from now; default: now' },
    for: { kind: 'text', value: 'DURATION', help: 'plan: how long it takes; default: without end' },
    yes: yesOption,
  },
  arity: { min: 0, max: 1000 },
  completes: ['plan', 'set', 'clear', 'down', 'up'],
  run: async (context, values, [verb, ...words]) => {
    switch (verb) {
      case undefined:
        return show(context);
      case 'plan':
        return plan(context, machinesOf(words), values.in, values.for);
      case 'set':
        return replace(context, readSchedule(words));
      case 'clear':
        return replace(context, { windows: [] });
      case 'down':
        return takeDown(context, machinesOf(words), values.yes);
      case 'up': {
        const stop_maintenance = { machines: machinesOf(words) };
        await context.master.perform({ type: MasterCallType.STOP_MAINTENANCE, stop_maintenance });
        context.say(`up again: ${words.join(' ')}`);
        return undefined;
      }
      default:
        throw usageProblem(`maintenance: expected plan, set, clear, down or up, got '${verb}'`);
    }
  },
});

async function scheduleOf({ master }: Context): Promise<MaintenanceSchedule> {
  const answer = await master.call({ type: MasterCallType.GET_MAINTENANCE_SCHEDULE });
  return part(answer.get_maintenance_schedule, 'get_maintenance_schedule').schedule;
}

async function show(context: Context): Promise<undefined> {
  const schedule = await scheduleOf(context);
  const answer = await context.master.call({ type: MasterCallType.GET_MAINTENANCE_STATUS });
  const { status } = part(answer.get_maintenance_status, 'get_maintenance_status');
  if (context.isJson) {
    context.json({
      schedule: toJson('mesos.v1.maintenance.Schedule', schedule),
      status: toJson('mesos.v1.maintenance.ClusterStatus', status),
    });
    return undefined;
  }
  const down = new Set((status.down_machines ?? []).map(machineText));
  const rows = (schedule.windows ?? []).flatMap(({ machine_ids, unavailability }) =>
    (machine_ids ?? []).map((id) => ({ machine: machineText(id), unavailability })),
  );
  context.list(
    rows,
    [
      { title: 'machine', text: ({ machine }) => machine },
      { title: 'state', text: ({ machine }) => (down.has(machine) ? 'down' : 'draining') },
      {
        title: 'begin',
        text: ({ unavailability }) => momentText(unavailability.start.nanoseconds / 1e9),
      },
      {
        title: 'length',
        text: ({ unavailability: { duration } }) =>
          duration === undefined ? 'without end' : spanText(duration.nanoseconds / 1e9),
      },
    ],
    (row) => row,
  );
  return undefined;
}

async function plan(
  context: Context,
  machines: readonly MachineID[],
  after: string | undefined,
  length: string | undefined,
): Promise<undefined> {
  const schedule = await scheduleOf(context);
  const startMs = context.terminal.clock.now() + durationOf('--in', after ?? '0secs');
  const window = {
    machine_ids: [...machines],
    unavailability: {
      start: { nanoseconds: startMs * 1e6 },
      ...(length === undefined ? {} : { duration: { nanoseconds: durationOf('--for', length) * 1e6 } }),
    },
  };
  return replace(context, { windows: [...(schedule.windows ?? []), window] });
}

function durationOf(option: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw usageProblem(`${option}: ${(error as Error).message}`);
  }
}

async function replace(context: Context, schedule: MaintenanceSchedule): Promise<undefined> {
  const update_maintenance_schedule = { schedule };
  await context.master.perform({
    type: MasterCallType.UPDATE_MAINTENANCE_SCHEDULE,
    update_maintenance_schedule,
  });
  context.say(`the schedule has ${schedule.windows?.length ?? 0} window(s) now`);
  return undefined;
}

function readSchedule([file]: readonly string[]): MaintenanceSchedule {
  if (file === undefined) throw usageProblem('maintenance set: expected a FILE');
  try {
    return fromJsonText('mesos.v1.maintenance.Schedule', readFileSync(file, 'utf8')) as MaintenanceSchedule;
  } catch (error) {
    throw new Problem(`${file}: ${(error as Error).message}`);
  }
}

async function takeDown(context: Context, machines: readonly MachineID[], yes: boolean): Promise<undefined> {
  const names = machines.map(machineText).join(' ');
  await confirm(context, `Take ${names} down: remove the agents and lose their tasks?`, yes);
  const start_maintenance = { machines: [...machines] };
  await context.master.perform({ type: MasterCallType.START_MAINTENANCE, start_maintenance });
  context.say(`down: ${names}`);
  return undefined;
}

/** @throws Problem when there is none */
function machinesOf(words: readonly string[]): MachineID[] {
  if (words.length === 0) throw usageProblem('maintenance: expected at least one HOST');
  return words.map((word) => {
    const [hostname = '', ip] = word.split('/');
    return { ...(hostname === '' ? {} : { hostname }), ...(ip === undefined ? {} : { ip }) };
  });
}

function machineText({ hostname, ip }: MachineID): string {
  return ip === undefined ? (hostname ?? '') : `${hostname ?? ''}/${ip}`;
}

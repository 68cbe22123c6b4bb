/** When machines are away: windows, what drains, what is down. */

import { useState } from 'preact/hooks';
import { nowMs } from '../clock.ts';
import { call } from '../data/http.ts';
import { spanText } from '../format.ts';
import { t } from '../language.ts';
import { Action } from '../parts/Action.tsx';
import { ApiLink, Problem, StateBadge } from '../parts/bits.tsx';
import { MinutesField } from '../parts/MinutesField.tsx';
import { momentText } from '../times.ts';
import { useLoaded } from '../use.ts';

interface Machine {
  readonly hostname?: string;
  readonly ip?: string;
}

interface Window {
  readonly machine_ids?: readonly Machine[];
  readonly unavailability: {
    readonly start: { readonly nanoseconds: number };
    readonly duration?: { readonly nanoseconds: number };
  };
}

interface Plan {
  readonly windows: readonly Window[];
  readonly down: readonly Machine[];
}

async function askPlan(): Promise<Plan> {
  const [schedule, status] = await Promise.all([
    call<{ get_maintenance_schedule: { schedule: { windows?: readonly Window[] } } }>({
      type: 'GET_MAINTENANCE_SCHEDULE',
    }),
    call<{ get_maintenance_status: { status: { down_machines?: readonly Machine[] } } }>({
      type: 'GET_MAINTENANCE_STATUS',
    }),
  ]);
  return {
    windows: schedule.get_maintenance_schedule.schedule.windows ?? [],
    down: status.get_maintenance_status.status.down_machines ?? [],
  };
}

const nameOf = ({ hostname, ip }: Machine): string =>
  [hostname, ip].filter((part) => part !== undefined).join(' / ');

export function Maintenance() {
  const { value, problem, again } = useLoaded(askPlan, [], true);
  const windows = value?.windows ?? [];
  const down = new Set((value?.down ?? []).map(nameOf));
  const does = (body: object) => () => call<void>(body).then(again);
  return (
    <>
      <h1>{t('Maintenance')}</h1>
      <ApiLink path="/maintenance/schedule" />
      <Problem text={problem} />
      {value !== undefined && windows.length === 0 && <p>{t('No maintenance is planned.')}</p>}
      {windows.map((window) => (
        <PlannedWindow
          key={JSON.stringify(window)}
          window={window}
          others={windows.filter((each) => each !== window)}
          cancel={() => replan((now) => now.filter((each) => !isSame(each, window))).then(again)}
          {...{ down, does }}
        />
      ))}
      <PlanWindow plan={(window) => replan((now) => [...now, window]).then(again)} />
    </>
  );
}

const replaced = (windows: readonly Window[]) => ({
  type: 'UPDATE_MAINTENANCE_SCHEDULE',
  update_maintenance_schedule: { schedule: { windows } },
});

/** Of the plan as it is now: others may have changed it since the page looked. */
async function replan(change: (windows: readonly Window[]) => readonly Window[]): Promise<void> {
  const { windows } = await askPlan();
  await call<void>(replaced(change(windows)));
}

const isSame = (a: Window, b: Window): boolean => JSON.stringify(a) === JSON.stringify(b);

interface PlannedWindowProps {
  readonly window: Window;
  /** That stay when this one is cancelled. */
  readonly others: readonly Window[];
  /** Names of the machines that are down. */
  readonly down: ReadonlySet<string>;
  /** Makes a call and looks at the plan again. */
  does(body: object): () => Promise<void>;
  cancel(): Promise<void>;
}

function PlannedWindow({ window, others, down, does, cancel }: PlannedWindowProps) {
  const { start, duration } = window.unavailability;
  const machines = [...(window.machine_ids ?? [])];
  const when = momentText(start.nanoseconds / 1e9);
  return (
    <section class="card">
      <h2>
        {duration === undefined
          ? t('From {when} on, without end', { when })
          : t('From {when} for {span}', { when, span: spanText(duration.nanoseconds / 1e9) })}
      </h2>
      <ul>
        {machines.map((machine) => (
          <li key={nameOf(machine)}>
            {nameOf(machine)} <StateBadge state={down.has(nameOf(machine)) ? 'down' : 'draining'} />
          </li>
        ))}
      </ul>
      <div class="actions">
        <Action
          label="Take down"
          needs={['START_MAINTENANCE']}
          question="Remove the agents of these machines? Their tasks are lost."
          call={{ type: 'START_MAINTENANCE', start_maintenance: { machines } }}
          dangerous
          perform={does({ type: 'START_MAINTENANCE', start_maintenance: { machines } })}
        />
        <Action
          label="Bring up"
          needs={['STOP_MAINTENANCE']}
          question="Let the agents of these machines register again, and end the window?"
          call={{ type: 'STOP_MAINTENANCE', stop_maintenance: { machines } }}
          perform={does({ type: 'STOP_MAINTENANCE', stop_maintenance: { machines } })}
        />
        <Action
          label="Cancel window"
          needs={['UPDATE_MAINTENANCE_SCHEDULE']}
          question="Cancel this window? Machines that are down must be brought up first."
          call={replaced(others)}
          perform={cancel}
        />
      </div>
    </section>
  );
}

function PlanWindow({ plan }: { plan(window: Window): Promise<void> }) {
  const [hosts, setHosts] = useState('');
  const [start, setStart] = useState('');
  const [minutes, setMinutes] = useState('60');
  const window: Window = {
    machine_ids: hosts
      .split(/[\s,]+/)
      .filter((host) => host !== '')
      .map((host) => (/^\d+\.\d+\.\d+\.\d+$/.test(host) ? { ip: host } : { hostname: host })),
    unavailability: {
      start: { nanoseconds: (start === '' ? nowMs() : new Date(start).getTime()) * 1e6 },
      ...(minutes === '' ? {} : { duration: { nanoseconds: Number(minutes) * 60e9 } }),
    },
  };
  return (
    <div class="actions">
      <Action
        label="Plan a window"
        needs={['UPDATE_MAINTENANCE_SCHEDULE']}
        question="Which machines will be away, from when, for how long?"
        perform={() => plan(window)}
      >
        <label>
          {t('Hosts or addresses')}{' '}
          <input required value={hosts} onInput={(event) => setHosts(event.currentTarget.value)} />
        </label>
        <label>
          {t('From (empty: now)')}{' '}
          <input
            type="datetime-local"
            value={start}
            onInput={(event) => setStart(event.currentTarget.value)}
          />
        </label>
        <MinutesField value={minutes} change={setMinutes} />
      </Action>
    </div>
  );
}

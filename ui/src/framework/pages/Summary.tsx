/** The framework at a glance. */

import { getJson } from '../../data/http.ts';
import { t } from '../../language.ts';
import { Ago, ApiLink, Fact, Facts, IdText, Problem, StateBadge } from '../../parts/bits.tsx';
import { type ListColumn, ListTable } from '../../parts/ListTable.tsx';
import { useLoaded } from '../../use.ts';

interface Task {
  readonly id: string;
  readonly name: string;
  readonly agent_id: string;
  readonly hostname: string;
  readonly resources: string;
  readonly state: string;
  readonly since: number;
  readonly message: string;
  readonly reason: string;
}

interface Offer {
  readonly id: string;
  readonly agent_id: string;
  readonly hostname: string;
  readonly role: string;
  readonly resources: string;
  readonly since: number;
}

interface FrameworkState {
  readonly id?: string;
  readonly name: string;
  readonly user: string;
  readonly principal?: string;
  readonly roles?: readonly string[];
  readonly failover_timeout?: number;
  readonly state: string;
  readonly master: string;
  readonly events: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, number>>;
  readonly tasks_total: number;
  readonly offers: readonly Offer[];
  readonly tasks: readonly Task[];
  readonly completed_tasks: readonly Task[];
}

const PATH = '/framework/state';

export function Summary() {
  const { value, problem } = useLoaded(() => getJson<FrameworkState>(PATH), [], true);
  if (value === undefined)
    return problem === '' ? <p role="status">{t('Asking the framework …')}</p> : <Problem text={problem} />;
  return (
    <>
      <h1>
        {value.name} <StateBadge state={value.state} />
      </h1>
      <ApiLink path={PATH} />
      <Problem text={problem} />
      <Facts>
        <Fact name="Framework">
          {value.id === undefined ? t('not registered yet') : <IdText id={value.id} />}
        </Fact>
        <Fact name="Master">{value.master}</Fact>
        <Fact name="User">{value.user}</Fact>
        <Fact name="Roles">{(value.roles ?? []).join(', ')}</Fact>
        {value.principal !== undefined && <Fact name="Principal">{value.principal}</Fact>}
        <Fact name="Failover timeout">{value.failover_timeout ?? 0} s</Fact>
        <Fact name="Tasks">{value.tasks_total}</Fact>
      </Facts>
      <ListTable
        label="Tasks"
        rows={value.tasks}
        columns={taskColumns}
        keyOf={({ id }) => id}
        sort={LATEST}
      />
      <ListTable
        label="Offers"
        rows={value.offers}
        columns={offerColumns}
        keyOf={({ id }) => id}
        sort={LATEST}
        nothing="None waits for an answer."
      />
      <ListTable
        label="Completed tasks"
        rows={value.completed_tasks}
        columns={taskColumns}
        keyOf={({ id }) => id}
        sort={LATEST}
      />
      <div class="cards">
        <Counts title="Events of the master" counts={value.events} />
        <Counts title="Calls to the master" counts={value.calls} />
      </div>
    </>
  );
}

const LATEST = { by: 'Since', descending: true };

const taskColumns: readonly ListColumn<Task>[] = [
  { title: 'Task', value: ({ id }) => id, show: ({ id }) => <IdText id={id} /> },
  { title: 'Name', value: ({ name }) => name },
  {
    title: 'State',
    value: ({ state }) => state.replace(/^TASK_/, '').toLowerCase(),
    show: ({ state }) => <StateBadge state={state.replace(/^TASK_/, '')} />,
  },
  { title: 'Host', value: ({ hostname, agent_id }) => hostname || agent_id },
  { title: 'Resources', value: ({ resources }) => resources },
  { title: 'Since', numeric: true, value: ({ since }) => since, show: ({ since }) => <Ago at={since} /> },
  {
    title: 'Message',
    value: ({ message, reason }) => message || reason.replace(/^REASON_/, '').toLowerCase(),
  },
];

const offerColumns: readonly ListColumn<Offer>[] = [
  { title: 'Offer', value: ({ id }) => id, show: ({ id }) => <IdText id={id} /> },
  { title: 'Host', value: ({ hostname }) => hostname },
  { title: 'Role', value: ({ role }) => role },
  { title: 'Resources', value: ({ resources }) => resources },
  { title: 'Since', numeric: true, value: ({ since }) => since, show: ({ since }) => <Ago at={since} /> },
];

function Counts({
  title,
  counts,
}: {
  readonly title: string;
  readonly counts: Readonly<Record<string, number>>;
}) {
  return (
    <section class="card">
      <h2>{t(title)}</h2>
      <Facts>
        {Object.entries(counts).map(([name, count]) => (
          <Fact key={name} name={name.toLowerCase().replaceAll('_', ' ')}>
            {count}
          </Fact>
        ))}
        {Object.keys(counts).length === 0 && <Fact name="none yet">0</Fact>}
      </Facts>
    </section>
  );
}

/** The tables that several pages show. */

import type { AgentRow, FrameworkRow, OfferRow, TaskRow } from '../data/rows.ts';
import { memoryText, numberText, percentText } from '../format.ts';
import { t } from '../language.ts';
import { to } from '../router.ts';
import { Ago, IdText, Meter, StateBadge } from './bits.tsx';
import { type Column, DataTable } from './DataTable.tsx';

interface Narrowed {
  readonly label?: string;
  readonly prefix?: string;
  readonly where?: Readonly<Record<string, string>>;
}

const TASK_STATES = [
  'STAGING',
  'STARTING',
  'RUNNING',
  'KILLING',
  'FINISHED',
  'FAILED',
  'KILLED',
  'LOST',
  'ERROR',
  'DROPPED',
  'UNREACHABLE',
  'GONE',
  'GONE_BY_OPERATOR',
];

function LinkTo({ href, text }: { readonly href: string; readonly text: string }) {
  return (
    <a class="text" href={href} title={text}>
      {text}
    </a>
  );
}

const taskColumns: readonly Column<TaskRow>[] = [
  {
    name: 'id',
    title: 'Task',
    show: (row) => <IdText id={row.id} href={to('tasks', row.framework, row.id)} />,
  },
  { name: 'name', title: 'Name', show: (row) => row.name },
  { name: 'state', title: 'State', show: (row) => <StateBadge state={row.state} /> },
  {
    name: 'health',
    title: 'Health',
    show: (row) => (row.health === '' ? '–' : <StateBadge state={row.health} />),
  },
  {
    name: 'frameworkName',
    title: 'Framework',
    show: (row) => <LinkTo href={to('frameworks', row.framework)} text={row.frameworkName} />,
  },
  { name: 'role', title: 'Role', show: (row) => row.role },
  {
    name: 'host',
    title: 'Host',
    show: (row) =>
      row.host === '' ? t('not registered') : <LinkTo href={to('agents', row.agent)} text={row.host} />,
  },
  { name: 'cpus', title: 'CPUs', numeric: true, show: (row) => numberText(row.cpus) },
  { name: 'mem', title: 'Memory', numeric: true, show: (row) => memoryText(row.mem) },
  { name: 'since', title: 'Since', numeric: true, show: (row) => <Ago at={row.since} /> },
  { name: 'message', title: 'Message', show: (row) => row.message },
];

export function TaskTable({ label = 'Tasks', prefix = '', where = {} }: Narrowed) {
  return (
    <DataTable
      kind="tasks"
      label={label}
      prefix={prefix}
      where={where}
      columns={taskColumns}
      sort={{ by: 'since', descending: true }}
      choice={{ name: 'state', title: 'State', values: TASK_STATES }}
      keyOf={(row) => row.key}
    />
  );
}

const agentColumns: readonly Column<AgentRow>[] = [
  { name: 'id', title: 'Agent', show: (row) => <IdText id={row.id} href={to('agents', row.id)} /> },
  { name: 'host', title: 'Host', show: (row) => row.host },
  { name: 'state', title: 'State', show: (row) => <StateBadge state={row.state} /> },
  { name: 'tasks', title: 'Tasks', numeric: true, show: (row) => row.tasks },
  {
    name: 'cpus',
    title: 'CPUs',
    numeric: true,
    show: (row) => <Meter used={row.cpus} total={row.cpusTotal} text={numberText} />,
  },
  {
    name: 'mem',
    title: 'Memory',
    numeric: true,
    show: (row) => <Meter used={row.mem} total={row.memTotal} text={memoryText} />,
  },
  {
    name: 'disk',
    title: 'Disk',
    numeric: true,
    show: (row) => <Meter used={row.disk} total={row.diskTotal} text={memoryText} />,
  },
  { name: 'gpusTotal', title: 'GPUs', numeric: true, show: (row) => row.gpusTotal },
  { name: 'attributes', title: 'Attributes', show: (row) => row.attributes },
  { name: 'zone', title: 'Region / zone', show: (row) => row.zone },
  { name: 'version', title: 'Version', show: (row) => row.version },
  { name: 'since', title: 'Registered', numeric: true, show: (row) => <Ago at={row.since} /> },
];

export function AgentTable() {
  return (
    <DataTable
      kind="agents"
      label="Agents"
      columns={agentColumns}
      sort={{ by: 'host' }}
      choice={{
        name: 'state',
        title: 'State',
        values: ['active', 'draining', 'drained', 'deactivated', 'disconnected'],
      }}
      keyOf={(row) => row.id}
    />
  );
}

const frameworkColumns: readonly Column<FrameworkRow>[] = [
  { name: 'id', title: 'Framework', show: (row) => <IdText id={row.id} href={to('frameworks', row.id)} /> },
  { name: 'name', title: 'Name', show: (row) => row.name },
  { name: 'state', title: 'State', show: (row) => <StateBadge state={row.state} /> },
  { name: 'user', title: 'User', show: (row) => row.user },
  { name: 'roles', title: 'Roles', show: (row) => row.roles },
  { name: 'principal', title: 'Principal', show: (row) => row.principal },
  { name: 'tasks', title: 'Tasks', numeric: true, show: (row) => row.tasks },
  { name: 'cpus', title: 'CPUs', numeric: true, show: (row) => numberText(row.cpus) },
  { name: 'mem', title: 'Memory', numeric: true, show: (row) => memoryText(row.mem) },
  { name: 'share', title: 'Max share', numeric: true, show: (row) => percentText(row.share) },
  { name: 'since', title: 'Since', numeric: true, show: (row) => <Ago at={row.since} /> },
];

export function FrameworkTable() {
  return (
    <DataTable
      kind="frameworks"
      label="Frameworks"
      columns={frameworkColumns}
      sort={{ by: 'since', descending: true }}
      choice={{
        name: 'state',
        title: 'State',
        values: ['active', 'inactive', 'disconnected', 'recovered', 'completed'],
      }}
      keyOf={(row) => row.id}
    />
  );
}

const offerColumns: readonly Column<OfferRow>[] = [
  { name: 'id', title: 'Offer', show: (row) => <IdText id={row.id} /> },
  {
    name: 'frameworkName',
    title: 'Framework',
    show: (row) => <LinkTo href={to('frameworks', row.framework)} text={row.frameworkName} />,
  },
  { name: 'role', title: 'Role', show: (row) => row.role },
  { name: 'host', title: 'Host', show: (row) => <LinkTo href={to('agents', row.agent)} text={row.host} /> },
  { name: 'cpus', title: 'CPUs', numeric: true, show: (row) => numberText(row.cpus) },
  { name: 'mem', title: 'Memory', numeric: true, show: (row) => memoryText(row.mem) },
  { name: 'disk', title: 'Disk', numeric: true, show: (row) => memoryText(row.disk) },
];

export function OfferTable() {
  return <DataTable kind="offers" label="Offers" columns={offerColumns} keyOf={(row) => row.id} />;
}

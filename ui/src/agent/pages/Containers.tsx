/** Containers with what they use, looked at again and again while the page shows them. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { later } from '../../clock.ts';
import { ownFiles } from '../../data/files.ts';
import { getJson } from '../../data/http.ts';
import { bytesText, numberText } from '../../format.ts';
import { t } from '../../language.ts';
import { ApiLink, IdText, Meter, Problem } from '../../parts/bits.tsx';
import { type ListColumn, ListTable } from '../../parts/ListTable.tsx';
import { to } from '../../router.ts';
import { useLoaded } from '../../use.ts';
import { sandboxOf } from '../state.ts';
import type { ContainerUse } from '../types.ts';

/** No event tells how much something uses. */
const LOOK_MS = 5000;
/** How busy something is shows only in the second look. */
const FIRST_LOOK_MS = 1000;

interface Row extends ContainerUse {
  /** Processors used between the last two looks; undefined before there were two. */
  readonly cpus: number | undefined;
}

const COLUMNS: readonly ListColumn<Row>[] = [
  {
    title: 'Container',
    value: ({ container_id }) => container_id,
    show: ({ container_id }) => <IdText id={container_id} />,
  },
  {
    title: 'Executor',
    value: ({ executor_id }) => executor_id,
    show: ({ executor_id, framework_id }) => (
      <IdText id={executor_id} href={to('frameworks', framework_id)} />
    ),
  },
  {
    title: 'CPUs',
    numeric: true,
    value: ({ cpus }) => cpus ?? 0,
    show: ({ cpus, statistics }) =>
      cpus === undefined ? '…' : <Meter used={cpus} total={statistics.cpus_limit ?? 0} text={numberText} />,
  },
  {
    title: 'Memory',
    numeric: true,
    value: ({ statistics }) => memoryOf(statistics),
    show: ({ statistics }) => (
      <Meter used={memoryOf(statistics)} total={statistics.mem_limit_bytes ?? 0} text={bytesText} />
    ),
  },
  {
    title: 'Disk',
    numeric: true,
    value: ({ statistics }) => statistics.disk_used_bytes ?? 0,
    show: ({ statistics: { disk_used_bytes, disk_limit_bytes = 0 } }) =>
      disk_used_bytes === undefined ? (
        '–'
      ) : (
        <Meter used={disk_used_bytes} total={disk_limit_bytes} text={bytesText} />
      ),
  },
  { title: 'Processes', numeric: true, value: ({ statistics }) => statistics.processes ?? '–' },
  { title: 'PID', numeric: true, value: ({ status }) => status?.executor_pid ?? '–' },
  {
    title: 'Sandbox',
    value: () => '',
    show: ({ framework_id, executor_id }) => (
      <a href={ownFiles.link('browse', sandboxOf(framework_id, executor_id))}>{t('files')}</a>
    ),
  },
];

export function Containers() {
  const [round, setRound] = useState(0);
  const { value, problem, isKnown } = useLoaded(
    () => getJson<readonly ContainerUse[]>('/containers'),
    [round],
    true,
  );
  const rows = useRows(value);
  useEffect(() => later(round === 0 ? FIRST_LOOK_MS : LOOK_MS, () => setRound(round + 1)), [round]);
  return (
    <>
      <h1>{t('Containers')}</h1>
      <ApiLink path="/containers" />
      <Problem text={problem} />
      <ListTable
        label="Containers"
        rows={rows}
        nothing={isKnown ? 'Nothing runs here.' : 'Asking …'}
        keyOf={({ container_id }) => container_id}
        sort={{ by: 'Memory', descending: true }}
        columns={COLUMNS}
      />
    </>
  );
}

/** With what each used since it was looked at before. */
function useRows(value: readonly ContainerUse[] | undefined): readonly Row[] {
  const before = useRef(new Map<string, ContainerUse>());
  const rows = useRef<readonly Row[]>([]);
  const seen = useRef<readonly ContainerUse[] | undefined>(undefined);
  if (value !== undefined && value !== seen.current) {
    seen.current = value;
    rows.current = value.map((each) => ({
      ...each,
      cpus: cpusBetween(before.current.get(each.container_id), each),
    }));
    before.current = new Map(value.map((each) => [each.container_id, each]));
  }
  return rows.current;
}

function memoryOf({ mem_rss_bytes, mem_total_bytes }: ContainerUse['statistics']): number {
  return mem_rss_bytes ?? mem_total_bytes ?? 0;
}

function secondsOf({
  cpus_system_time_secs = 0,
  cpus_user_time_secs = 0,
}: ContainerUse['statistics']): number {
  return cpus_system_time_secs + cpus_user_time_secs;
}

function cpusBetween(before: ContainerUse | undefined, after: ContainerUse): number | undefined {
  if (before === undefined) return undefined;
  const span = (after.statistics.timestamp ?? 0) - (before.statistics.timestamp ?? 0);
  return span <= 0
    ? undefined
    : Math.max(0, (secondsOf(after.statistics) - secondsOf(before.statistics)) / span);
}

/** What lies in a group: groups first, then apps; or all that fits a search, wherever it lies. */

import { useState } from 'preact/hooks';
import { memoryText, numberText } from '../../format.ts';
import { t } from '../../language.ts';
import { ApiLink, StateBadge } from '../../parts/bits.tsx';
import { NoRows, ScrollRegion, SelectFilter, SortHead, TableTools } from '../../parts/tableParts.tsx';
import { place, setQuery, to } from '../../router.ts';
import { Dependencies } from '../parts/Dependencies.tsx';
import { HealthBar } from '../parts/HealthBar.tsx';
import { Removed } from '../parts/Removed.tsx';
import { Write } from '../parts/Write.tsx';
import { type AppRow, childRows, isBelow, type Row, searchedRows, sortedRows } from '../rows.ts';
import { STATUSES } from '../status.ts';
import { apps, groups, isLoaded, pods, queue } from '../store.ts';

interface Column {
  readonly name: keyof AppRow & string;
  readonly title: string;
  readonly numeric?: boolean;
}

const COLUMNS: readonly Column[] = [
  { name: 'name', title: 'Name' },
  { name: 'cpus', title: 'CPU', numeric: true },
  { name: 'mem', title: 'Memory', numeric: true },
  { name: 'status', title: 'Status' },
  { name: 'running', title: 'Running instances', numeric: true },
  { name: 'weight', title: 'Health' },
];
/** Drawn at first; more on request. */
const SHOWN_MAX = 200;

export function Applications({ group }: { readonly group: string }) {
  const { query } = place.value;
  const search = query.get('search') ?? '';
  const status = query.get('status') ?? '';
  if (!isLoaded.value) return <p role="status">{t('Asking Marathon …')}</p>;
  const known = { apps: apps.value, groups: groups.value, queue: queue.value };
  const found =
    search === '' && status === '' ? childRows(known, group) : searchedRows(known, group, search, status);
  const rows = sortedRows(found, query.get('sort') ?? 'name', query.get('desc') === '1');
  const podsHere = pods.value.filter((id) => isBelow(id, group));
  return (
    <>
      <h1>{t('Applications')}</h1>
      <ApiLink path={group === '/' ? '/v2/apps' : `/v2/groups${group}`} />
      <Crumbs group={group} />
      <div class="actions">
        <a class="button" href={`${to('new')}?group=${encodeURIComponent(group)}`}>
          {t('Create application')}
        </a>
        <a class="button" href={to('newpod')}>
          {t('Create pod')}
        </a>
        <GroupActions group={group} />
      </div>
      <Removed group={group} />
      <RowTable rows={rows} search={search} status={status} />
      {podsHere.length > 0 && (
        <section>
          <h2>{t('Pods')}</h2>
          <ul>
            {podsHere.map((id) => (
              <li key={id}>
                <a href={to('pods', id)}>{id}</a>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Dependencies group={group} />
    </>
  );
}

function Crumbs({ group }: { readonly group: string }) {
  const names = group.split('/').filter((name) => name !== '');
  return (
    <nav class="crumbs" aria-label={t('Groups')}>
      <a href="#/">{t('all')}</a>
      {names.map((name, at) => (
        <a key={name} href={to('group', `/${names.slice(0, at + 1).join('/')}`)}>
          {name}
        </a>
      ))}
    </nav>
  );
}

interface RowTableProps {
  readonly rows: readonly Row[];
  readonly search: string;
  readonly status: string;
}

function RowTable({ rows, search, status }: RowTableProps) {
  const [showsAll, setShowsAll] = useState(false);
  const shown = showsAll ? rows : rows.slice(0, SHOWN_MAX);
  const isNarrowed = search !== '' || status !== '';
  return (
    <section class="table" aria-label={t('Applications')}>
      <TableTools
        title="Applications"
        count={rows.length}
        search={search}
        findLabel={t('Find applications')}
        find={(text) => setQuery('search', text)}
      >
        <SelectFilter
          title="Status"
          value={status}
          values={STATUSES}
          choose={(value) => setQuery('status', value)}
        />
      </TableTools>
      <ScrollRegion>
        <table>
          <Head />
          <tbody>
            {shown.map((row) => (
              <RowLine key={`${row.kind}${row.id}`} row={row} whole={isNarrowed} />
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <NoRows search={search + status} nothing="Nothing runs here yet." />}
      </ScrollRegion>
      {shown.length < rows.length && (
        <button type="button" onClick={() => setShowsAll(true)}>
          {t('Show all {count}', { count: rows.length })}
        </button>
      )}
    </section>
  );
}

function Head() {
  const { query } = place.value;
  const sort = query.get('sort') ?? 'name';
  const descending = query.get('desc') === '1';
  const sortBy = (name: string) => {
    setQuery('sort', name);
    setQuery('desc', sort === name && !descending ? '1' : '');
  };
  return <SortHead columns={COLUMNS} by={sort} descending={descending} sortBy={sortBy} />;
}

function RowLine({ row, whole }: { readonly row: Row; readonly whole: boolean }) {
  const name = whole ? row.id : row.name;
  return (
    <tr>
      <td>
        {row.kind === 'group' ? (
          <a href={to('group', row.id)}>{name}/</a>
        ) : (
          <a href={to('apps', row.id)}>{name}</a>
        )}{' '}
        {row.container !== '' && <span class="badge">{row.container}</span>}{' '}
        {row.labels.slice(0, 3).map((label) => (
          <span class="badge" key={label}>
            {label}
          </span>
        ))}
        {row.labels.length > 3 && <span title={row.labels.slice(3).join(', ')}> …</span>}
      </td>
      <td class="numeric">{numberText(row.cpus)}</td>
      <td class="numeric">{memoryText(row.mem)}</td>
      <td>{row.status !== '' && <StateBadge state={row.status} />}</td>
      <td class="numeric">
        {row.running} {t('of')} {row.instances}
      </td>
      <td>
        <HealthBar health={row.health} />
      </td>
    </tr>
  );
}

function GroupActions({ group }: { readonly group: string }) {
  const [factor, setFactor] = useState('2');
  const inside = [...apps.value.values()].filter(({ id }) => isBelow(id, group));
  if (group === '/') return null;
  const running = inside.some(({ instances }) => instances > 0);
  return (
    <>
      <Write
        label="Scale group"
        question="By which factor?"
        method="PUT"
        path={`/groups${group}`}
        body={{ scaleBy: Number(factor) }}
      >
        <label>
          {t('Factor')}{' '}
          <input
            type="number"
            min="0.1"
            step="any"
            required
            value={factor}
            onInput={(event) => setFactor(event.currentTarget.value)}
          />
        </label>
      </Write>
      {inside.length > 0 && (
        <Write
          label="Suspend group"
          question={t('Scale all {count} applications of the group to 0?', { count: inside.length })}
          method="PUT"
          path="/apps"
          body={inside.map(({ id }) => ({ id, instances: 0 }))}
        />
      )}
      <Write
        label="Destroy group"
        question={t(
          'All {count} applications in it are destroyed. For ten minutes it is offered to bring them back.',
          { count: inside.length },
        )}
        method="DELETE"
        path={`/groups${group}`}
        dangerous
        {...(running && { confirmWord: group })}
        done={() => {
          location.hash = '#/';
        }}
      />
    </>
  );
}

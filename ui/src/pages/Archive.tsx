/** Ended tasks that the master remembers no more, from its archive: searched there, a hundred at a time. */
import { useRef } from 'preact/hooks';
import { archivedRow, archivePath, askArchive } from '../data/archive.ts';
import type { TaskRow } from '../data/rows.ts';
import { entry, useKept, useKeptScroll } from '../kept.ts';
import { t } from '../language.ts';
import { Ago, ApiLink, Cell, IdText, Problem, StateBadge } from '../parts/bits.tsx';
import { NoRows, ScrollRegion, TableTools } from '../parts/tableParts.tsx';
import { place, setQuery, to } from '../router.ts';
import { useLoadedInTurn } from '../use.ts';

const SHOWN = 100;

export function Archive() {
  return <Kept key={entry.value} />;
}

function Kept() {
  const { query } = place.value;
  const search = query.get('search') ?? '';
  const [limit, setLimit] = useKept('archive/limit', SHOWN);
  const wanted = archivePath({ framework_id: query.get('framework') ?? '', search, limit, own: true });
  const { value, problem, isKnown, asked } = useLoadedInTurn(askArchive, wanted);
  const rows = (value?.tasks ?? []).map(archivedRow);
  const box = useRef<HTMLDivElement>(null);
  const scrolled = useKeptScroll('archive/scroll', box, rows.length > 0);
  return (
    <>
      <h1>{t('Archive')}</h1>
      <ApiLink path={asked} />
      {value?.kept === false ? (
        <p>{t(NO_ARCHIVE)}</p>
      ) : (
        <p>
          {t('Tasks that ended while this master led, as far back as its archive reaches.')}{' '}
          {t('What ended while another one led is in the archive of that one, and on its page.')}
        </p>
      )}
      <Problem text={problem} />
      <section class="table" aria-label={t('Archive')}>
        <TableTools
          title="Tasks"
          count={value?.total}
          search={search}
          findLabel={t('Find in {label}', { label: t('Archive') })}
          find={(text) => setQuery('search', text)}
        />
        <ScrollRegion box={box} onScroll={scrolled}>
          <table>
            <thead>
              <tr>
                {TITLES.map((title) => (
                  <th key={title} scope="col">
                    {t(title)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row, at) => (
                <Line key={`${row.key}/${at}`} row={row} />
              ))}
            </tbody>
          </table>
          {isKnown && rows.length === 0 && <NoRows search={search} nothing="There are none." />}
        </ScrollRegion>
        {(value?.total ?? 0) > rows.length && rows.length < LIMIT_MAX && (
          <button type="button" onClick={() => setLimit(Math.min(LIMIT_MAX, limit * 5))}>
            {t('Show more of {count}', { count: value?.total ?? 0 })}
          </button>
        )}
      </section>
    </>
  );
}

function Line({ row }: { readonly row: TaskRow }) {
  return (
    <tr>
      <td>
        <IdText id={row.id} href={to('tasks', row.framework, row.id)} />
      </td>
      <td>
        <Cell content={row.name} />
      </td>
      <td>
        <StateBadge state={row.state} />
      </td>
      <td>
        <Cell content={row.frameworkName} />
      </td>
      <td>
        <Ago at={row.since} />
      </td>
      <td>
        <Cell content={row.message} />
      </td>
    </tr>
  );
}

/** What the master tells at a time. */
const LIMIT_MAX = 1000;
const TITLES = ['Task', 'Name', 'State', 'Framework', 'Ended', 'Message'];
const NO_ARCHIVE = 'This master keeps no archive of tasks; with --task_archive=FOLDER it does from then on.';

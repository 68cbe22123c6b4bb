/** Ended tasks that the master remembers no more, from its archive: searched there, a hundred at a time. */
import { useState } from 'preact/hooks';
import { archivedRow, archivePath, askArchive } from '../data/archive.ts';
import { t } from '../language.ts';
import { Ago, ApiLink, Cell, IdText, Problem, StateBadge } from '../parts/bits.tsx';
import { place, setQuery, to } from '../router.ts';
import { useLoaded } from '../use.ts';

const SHOWN = 100;

export function Archive() {
  const { query } = place.value;
  const search = query.get('search') ?? '';
  const framework = query.get('framework') ?? '';
  const [limit, setLimit] = useState(SHOWN);
  const question = { framework_id: framework, search, limit };
  const { value, problem, isKnown } = useLoaded(() => askArchive(question), [search, framework, limit]);
  const rows = (value?.tasks ?? []).map(archivedRow);
  return (
    <>
      <h1>{t('Archive')}</h1>
      <ApiLink path={archivePath(question)} />
      <p>{t(value?.kept === false ? NO_ARCHIVE : 'Tasks that ended, as far back as the archive reaches.')}</p>
      <Problem text={problem} />
      <section class="table" aria-label={t('Archive')}>
        <div class="tools">
          <h2>
            {t('Tasks')} <span class="count">{value?.total ?? '…'}</span>
          </h2>
          <input
            type="search"
            placeholder={t('Find…')}
            aria-label={t('Find in {label}', { label: t('Archive') })}
            value={search}
            onInput={(event) => setQuery('search', event.currentTarget.value)}
          />
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
        <div class="scroll" tabIndex={0}>
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
                <tr key={`${row.key}/${at}`}>
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
              ))}
            </tbody>
          </table>
          {isKnown && rows.length === 0 && (
            <p class="nothing">{t(search === '' ? 'There are none.' : 'Nothing fits what is looked for.')}</p>
          )}
        </div>
        {(value?.total ?? 0) > rows.length && rows.length < LIMIT_MAX && (
          <button type="button" onClick={() => setLimit(Math.min(LIMIT_MAX, limit * 5))}>
            {t('Show more of {count}', { count: value?.total ?? 0 })}
          </button>
        )}
      </section>
    </>
  );
}

/** What the master tells at a time. */
const LIMIT_MAX = 1000;
const TITLES = ['Task', 'Name', 'State', 'Framework', 'Ended', 'Message'];
const NO_ARCHIVE = 'This master keeps no archive of tasks; with --task_archive=FOLDER it does from then on.';

/** Instances of an app: where, since when, how they are; each can be killed. */

import { useState } from 'preact/hooks';
import { t } from '../../language.ts';
import { IdText, StateBadge } from '../../parts/bits.tsx';
import { NoRows, ScrollRegion, TableTools } from '../../parts/tableParts.tsx';
import { appPath } from '../api.ts';
import { taskLink } from '../master.ts';
import type { Task } from '../types.ts';
import { When } from './LastFailure.tsx';
import { Write } from './Write.tsx';

interface InstancesProps {
  readonly app: string;
  readonly tasks: readonly Task[];
}

/** Drawn at first; more on request. */
const SHOWN_MAX = 100;

export function Instances({ app, tasks }: InstancesProps) {
  const [search, setSearch] = useState('');
  const [showsAll, setShowsAll] = useState(false);
  const [byHost, setByHost] = useState(false);
  const fits = (task: Task): boolean => textOf(task).includes(search.trim().toLowerCase());
  const found = tasks
    .filter(fits)
    .sort((a, b) =>
      byHost
        ? a.host.localeCompare(b.host, undefined, { numeric: true })
        : (a.instanceNumber ?? 0) - (b.instanceNumber ?? 0),
    );
  const shown = showsAll ? found : found.slice(0, SHOWN_MAX);
  return (
    <section class="table" aria-label={t('Instances')}>
      <TableTools
        title="Instances"
        count={found.length}
        search={search}
        findLabel={t('Find instances')}
        find={setSearch}
      />
      <ScrollRegion>
        <table>
          <Head byHost={byHost} setByHost={setByHost} />
          <tbody>
            {shown.map((task) => (
              <InstanceLine key={task.id} app={app} task={task} />
            ))}
          </tbody>
        </table>
        {found.length === 0 && <NoRows search={search} nothing="There are none." />}
      </ScrollRegion>
      {shown.length < found.length && (
        <button type="button" onClick={() => setShowsAll(true)}>
          {t('Show all {count}', { count: found.length })}
        </button>
      )}
    </section>
  );
}

interface HeadProps {
  readonly byHost: boolean;
  setByHost(byHost: boolean): void;
}

function Head({ byHost, setByHost }: HeadProps) {
  return (
    <thead>
      <tr>
        <SortButton title="Number" isChosen={!byHost} choose={() => setByHost(false)} />
        <th scope="col">{t('Instance')}</th>
        <SortButton title="Host" isChosen={byHost} choose={() => setByHost(true)} />
        <th scope="col">{t('State')}</th>
        <th scope="col">{t('Health')}</th>
        <th scope="col">{t('Version')}</th>
        <th scope="col">{t('Started')}</th>
        <th scope="col">{t('Logs')}</th>
        <th scope="col">{t('Kill')}</th>
      </tr>
    </thead>
  );
}

interface SortButtonProps {
  readonly title: string;
  readonly isChosen: boolean;
  choose(): void;
}

function SortButton({ title, isChosen, choose }: SortButtonProps) {
  return (
    <th scope="col" aria-sort={isChosen ? 'ascending' : 'none'}>
      <button type="button" onClick={choose}>
        {t(title)}
        <span aria-hidden="true">{isChosen ? ' ▲' : ''}</span>
      </button>
    </th>
  );
}

function textOf(task: Task): string {
  return [
    task.id,
    ...task.ports.map((port) => `${task.host}:${port}`),
    task.host,
    task.state,
    healthWord(task),
  ]
    .join('\n')
    .toLowerCase();
}

function healthWord({ healthCheckResults = [] }: Task): string {
  if (healthCheckResults.length === 0) return '';
  return healthCheckResults.every(({ alive }) => alive) ? 'healthy' : 'unhealthy';
}

interface LineProps {
  readonly app: string;
  readonly task: Task;
}

function InstanceLine({ app, task }: LineProps) {
  const health = healthWord(task);
  const cause = task.healthCheckResults?.find(({ alive }) => !alive)?.lastFailureCause;
  const link = taskLink(task.id);
  return (
    <tr>
      <td>{task.instanceNumber ?? '–'}</td>
      <td>
        <IdText id={task.id} />
      </td>
      <td>
        {task.ports.length === 0
          ? task.host
          : task.ports.map((port) => (
              <a key={port} href={`http://${task.host}:${port}`} rel="noreferrer">
                {task.host}:{port}{' '}
              </a>
            ))}
      </td>
      <td>
        <StateBadge state={task.state.replace(/^TASK_/, '')} />
      </td>
      <td>
        {health === '' ? '–' : <StateBadge state={health} />} {cause}
      </td>
      <td>
        {task.version} {task.outdated === true && <span class="badge warn">{t('older')}</span>}
      </td>
      <td>
        <When text={task.startedAt} />
      </td>
      <td>{link === undefined ? '–' : <a href={link}>{t('at the master')}</a>}</td>
      <td>
        <Write
          label="Kill"
          question={t('Kill {id}? Another one takes its place.', { id: task.id })}
          method="DELETE"
          path={`${appPath(app)}/tasks/${encodeURIComponent(task.id)}`}
        />
        <Write
          label="Kill and scale"
          question={t('Kill {id}, and have one instance less?', { id: task.id })}
          method="DELETE"
          path={`${appPath(app)}/tasks/${encodeURIComponent(task.id)}?scale=true`}
        />
      </td>
    </tr>
  );
}

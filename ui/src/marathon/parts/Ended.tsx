/** The last instances of an app that are over: what became of them, with a way to their logs. */
import { t } from '../../language.ts';
import { StateBadge, WideTable } from '../../parts/bits.tsx';
import { useLoaded } from '../../use.ts';
import { appPath, ask } from '../api.ts';
import { taskLink } from '../master.ts';
import type { App, EndedInstance } from '../types.ts';
import { When } from './LastFailure.tsx';

export function Ended({ app }: { readonly app: App }) {
  const { value = [] } = useLoaded(
    () =>
      ask<{ history: readonly EndedInstance[] }>('GET', `${appPath(app.id)}/tasks?history=true`).then(
        ({ history }) => history,
      ),
    [app.id],
    app,
  );
  if (value.length === 0) return null;
  return (
    <details>
      <summary>{t('Instances that are over')}</summary>
      <WideTable label={t('Instances that are over')}>
        <thead>
          <tr>
            <th>{t('Instance')}</th>
            <th>{t('State')}</th>
            <th>{t('Host')}</th>
            <th>{t('When')}</th>
            <th>{t('Message')}</th>
          </tr>
        </thead>
        <tbody>
          {value.flatMap(({ number, host, endedAt, condition, tasks }) =>
            tasks.map(({ id, message = '' }) => (
              <tr key={id}>
                <td>
                  {number} <TaskId id={id} />
                </td>
                <td>
                  <StateBadge state={condition.toLowerCase()} />
                </td>
                <td>{host}</td>
                <td>
                  <When text={endedAt} />
                </td>
                <td>{message}</td>
              </tr>
            )),
          )}
        </tbody>
      </WideTable>
    </details>
  );
}

/** Leads to the task at the master, its logs with it, while that knows of it. */
function TaskId({ id }: { readonly id: string }) {
  const link = taskLink(id);
  return link === undefined ? <code>{id}</code> : <a href={link}>{id}</a>;
}

/** One task: its history with timings, where it runs, what it printed. */

import { askTask } from '../data/client.ts';
import { rightToEnd } from '../data/facts.ts';
import { postForm } from '../data/http.ts';
import type { Status } from '../data/types.ts';
import { memoryText, numberText, spanText } from '../format.ts';
import { t } from '../language.ts';
import { Action } from '../parts/Action.tsx';
import { Ago, ApiLink, Fact, Facts, IdText, Problem, StateBadge } from '../parts/bits.tsx';
import { to } from '../router.ts';
import { useLast, useLoaded } from '../use.ts';

export function Task({ framework, id }: { readonly framework: string; readonly id: string }) {
  const { value: now, isKnown } = useLoaded(() => askTask(framework, id), [framework, id], true);
  const value = useLast(now);
  if (value === undefined)
    return (
      <p role="status">
        {isKnown
          ? `The master does not know task ${id} (any more): it keeps the last completed tasks of a framework only.`
          : 'Looking …'}
      </p>
    );
  const { task, row } = value;
  const run = `/frameworks/${framework}/executors/${task.executor_id?.value || id}/runs/latest`;
  const file = (name: string): string =>
    `${to('agents', row.agent, 'read')}?path=${encodeURIComponent(`${run}/${name}`)}`;
  return (
    <>
      <h1>
        {row.name} <StateBadge state={row.state} />
      </h1>
      {now === undefined && (
        <Problem text="The master knows it no more, or not yet again. This is what was last known." />
      )}
      <ApiLink
        path={`/tasks?task_id=${encodeURIComponent(id)}&framework_id=${encodeURIComponent(framework)}`}
      />
      <Facts>
        <Fact name="Task">
          <IdText id={id} />
        </Fact>
        <Fact name="Framework">
          <a href={to('frameworks', framework)}>{row.frameworkName}</a>
        </Fact>
        <Fact name="Agent">
          <a href={to('agents', row.agent)}>{row.host || row.agent}</a>
        </Fact>
        <Fact name="Executor">{task.executor_id?.value || 'of its own'}</Fact>
        <Fact name="User">{task.user ?? '–'}</Fact>
        <Fact name="Role">{row.role}</Fact>
        <Fact name="CPUs">{numberText(row.cpus)}</Fact>
        <Fact name="Memory">{memoryText(row.mem)}</Fact>
        {row.health !== '' && (
          <Fact name="Health">
            <StateBadge state={row.health} />
          </Fact>
        )}
        {(task.labels?.labels ?? []).map(({ key, value }) => (
          <Fact key={key} name={key}>
            {value ?? ''}
          </Fact>
        ))}
      </Facts>
      <div class="actions">
        <a class="button" href={file('stdout')}>
          stdout
        </a>
        <a class="button" href={file('stderr')}>
          stderr
        </a>
        <a class="button" href={`${to('agents', row.agent, 'browse')}?path=${encodeURIComponent(run)}`}>
          {t('Sandbox')}
        </a>
        <a
          class="button"
          href={`${to('charts')}?actor=master&machine=task&instance=${encodeURIComponent(row.key)}`}
        >
          {t('Statechart')}
        </a>
        {row.kept === 'active' && (
          <Action
            label="Kill"
            needs={[rightToEnd(value.principal)]}
            question={`Kill ${row.name}? Its framework hears of it, and may start another one.`}
            dangerous
            perform={() => postForm('/tasks/kill', { framework_id: framework, task_id: id })}
          />
        )}
      </div>
      <History statuses={task.statuses ?? []} />
    </>
  );
}

function History({ statuses }: { readonly statuses: readonly Status[] }) {
  const first = statuses[0]?.timestamp ?? 0;
  return (
    <section>
      <h2>{t('History')}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('State')}</th>
            <th scope="col">{t('When')}</th>
            <th scope="col">{t('After')}</th>
            <th scope="col">{t('By')}</th>
            <th scope="col">{t('Reason')}</th>
            <th scope="col">{t('Message')}</th>
          </tr>
        </thead>
        <tbody>
          {statuses.map(({ state, timestamp = 0, source, reason, message }, at) => (
            <tr key={at}>
              <td>
                <StateBadge state={state.replace(/^TASK_/, '')} />
              </td>
              <td>
                <Ago at={timestamp} />
              </td>
              <td class="numeric">{at === 0 ? '' : afterText(timestamp - first)}</td>
              <td>{source?.replace(/^SOURCE_/, '').toLowerCase() ?? '–'}</td>
              <td>
                {reason
                  ?.replace(/^REASON_/, '')
                  .toLowerCase()
                  .replaceAll('_', ' ') ?? '–'}
              </td>
              <td>{message ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function afterText(seconds: number): string {
  return seconds < 10 ? `${Math.round(seconds * 1000)} ms` : spanText(seconds);
}

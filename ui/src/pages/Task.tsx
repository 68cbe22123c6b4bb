/** One task: its history with timings, where it runs, what it printed. */

import { type Archived, archivedRow, archivePath, askArchive } from '../data/archive.ts';
import { askTask } from '../data/client.ts';
import { rightToEnd } from '../data/facts.ts';
import { postForm } from '../data/http.ts';
import type { Details } from '../data/rows.ts';
import type { Status } from '../data/types.ts';
import { memoryText, numberText, spanText } from '../format.ts';
import { t } from '../language.ts';
import { Action } from '../parts/Action.tsx';
import { Ago, ApiLink, Fact, Facts, IdText, Problem, StateBadge, WideTable } from '../parts/bits.tsx';
import { to } from '../router.ts';
import { useLast, useLoaded } from '../use.ts';

export function Task({ framework, id }: { readonly framework: string; readonly id: string }) {
  const { value: now, isKnown } = useLoaded(() => askTask(framework, id), [framework, id], true);
  const value = useLast(now);
  if (value === undefined)
    return isKnown ? <FormerTask framework={framework} id={id} /> : <p role="status">{t('Looking …')}</p>;
  return (
    <Shown
      value={value}
      note={
        now === undefined ? 'The master knows it no more, or not yet again. This is what was last known.' : ''
      }
    />
  );
}

/** One that the master does not remember, or another one does: from its archive, or why not. */
export function FormerTask({ framework, id }: { readonly framework: string; readonly id: string }) {
  const question = { framework_id: framework, task_id: id, limit: 1, own: true } as const;
  const { value, problem, isKnown } = useLoaded(() => askArchive(archivePath(question)), [framework, id]);
  const [found] = value?.tasks ?? [];
  if (found !== undefined)
    return (
      <Shown
        value={{ task: found.task, row: archivedRow(found), principal: '' }}
        note="It ended long ago: this is from the archive. What it wrote may be gone with its sandbox."
      />
    );
  return (
    <>
      <h1>{id}</h1>
      <p role="status">{t(isKnown ? unknownText(value) : 'Looking …')}</p>
      <Problem text={problem} />
    </>
  );
}

function unknownText(answer: Archived | undefined): string {
  return answer?.kept === true
    ? 'The master does not know this task (any more), and its archive does not reach back to it. What ended while another master led is in the archive of that one.'
    : 'The master does not know this task (any more): it remembers the last completed tasks of a framework only, and keeps no archive (--task_archive).';
}

interface ShownProps {
  readonly value: NonNullable<Details['task']>;
  /** What is to be known of what is shown. */
  readonly note: string;
}

function Shown({ value, note }: ShownProps) {
  const { task, row } = value;
  const { framework, id } = row;
  const run = `/frameworks/${framework}/executors/${task.executor_id?.value || id}/runs/latest`;
  const file = (name: string): string =>
    `${to('agents', row.agent, 'read')}?path=${encodeURIComponent(`${run}/${name}`)}`;
  return (
    <>
      <h1>
        {row.name} <StateBadge state={row.state} />
      </h1>
      <Problem text={t(note)} />
      <ApiLink
        path={`/tasks?task_id=${encodeURIComponent(id)}&framework_id=${encodeURIComponent(framework)}`}
      />
      <TaskFacts value={value} />
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
            question={t('Kill {name}? Its framework hears of it, and may start another one.', {
              name: row.name,
            })}
            dangerous
            perform={() => postForm('/tasks/kill', { framework_id: framework, task_id: id })}
          />
        )}
      </div>
      <History statuses={task.statuses ?? []} />
    </>
  );
}

function TaskFacts({ value: { task, row } }: { readonly value: NonNullable<Details['task']> }) {
  return (
    <Facts>
      <Fact name="Task">
        <IdText id={row.id} />
      </Fact>
      <Fact name="Framework">
        <a href={to('frameworks', row.framework)}>{row.frameworkName}</a>
      </Fact>
      <Fact name="Agent">
        <a href={to('agents', row.agent)}>{row.host || row.agent}</a>
      </Fact>
      <Fact name="Executor">{task.executor_id?.value || t('of its own')}</Fact>
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
  );
}

function History({ statuses }: { readonly statuses: readonly Status[] }) {
  const first = statuses[0]?.timestamp ?? 0;
  return (
    <section>
      <h2>{t('History')}</h2>
      <WideTable>
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
      </WideTable>
    </section>
  );
}

function afterText(seconds: number): string {
  return seconds < 10 ? `${Math.round(seconds * 1000)} ms` : spanText(seconds);
}

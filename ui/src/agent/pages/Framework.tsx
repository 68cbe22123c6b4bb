/** What one framework runs on this agent: executors, their containers, the tasks within. */

import { ownFiles } from '../../data/files.ts';
import { memoryText, numberText } from '../../format.ts';
import { t } from '../../language.ts';
import { ApiLink, Fact, Facts, IdText, Problem, StateBadge, WideTable } from '../../parts/bits.tsx';
import { useLast } from '../../use.ts';
import { sandboxOf, shortState, useAgentState } from '../state.ts';
import type { AgentExecutor, AgentTask } from '../types.ts';

/** Tasks of an executor that are listed; the others are found by search among all tasks. */
const TASKS_SHOWN = 50;

export function Framework({ id }: { readonly id: string }) {
  const { value, problem, isKnown } = useAgentState();
  const all = [...(value?.frameworks ?? []), ...(value?.completed_frameworks ?? [])];
  const framework = useLast(all.find((each) => each.id === id));
  if (framework === undefined)
    return (
      <>
        <Problem text={problem} />
        <p role="status">
          {isKnown ? t('This agent knows no framework {id} (any more).', { id }) : t('Looking …')}
        </p>
      </>
    );
  return (
    <>
      <h1>{framework.name}</h1>
      <ApiLink path="/state" />
      <Facts>
        <Fact name="Framework">
          <IdText id={id} />
        </Fact>
        <Fact name="User">{framework.user}</Fact>
        <Fact name="Roles">{(framework.roles ?? [framework.role ?? '*']).join(', ')}</Fact>
      </Facts>
      <h2>{t('Executors')}</h2>
      {framework.executors.length === 0 && <p>{t('None runs now.')}</p>}
      {framework.executors.map((executor) => (
        <Executor key={executor.container} framework={id} executor={executor} />
      ))}
      {framework.completed_executors.length > 0 && (
        <details>
          <summary>
            {t('{count} completed executor(s)', { count: framework.completed_executors.length })}
          </summary>
          {framework.completed_executors.map((executor) => (
            <Executor key={executor.container} framework={id} executor={executor} />
          ))}
        </details>
      )}
    </>
  );
}

interface ExecutorProps {
  readonly framework: string;
  readonly executor: AgentExecutor;
}

function Executor({ framework, executor }: ExecutorProps) {
  const { id, name, source, container, resources, tasks, queued_tasks, completed_tasks } = executor;
  const sandbox = sandboxOf(framework, id);
  return (
    <section class="card" aria-label={t('Executor {id}', { id })}>
      <h3>{name || id}</h3>
      <Facts>
        <Fact name="Executor">
          <IdText id={id} />
        </Fact>
        {source !== '' && <Fact name="Source">{source}</Fact>}
        <Fact name="Container">
          <IdText id={container} />
        </Fact>
        <Fact name="CPUs">{numberText(resources.cpus)}</Fact>
        <Fact name="Memory">{memoryText(resources.mem)}</Fact>
        <Fact name="Sandbox">
          <a href={ownFiles.link('browse', sandbox)}>{t('files')}</a> ·{' '}
          <a href={ownFiles.link('read', `${sandbox}/stdout`)}>stdout</a> ·{' '}
          <a href={ownFiles.link('read', `${sandbox}/stderr`)}>stderr</a>
        </Fact>
      </Facts>
      <Tasks title="Tasks" tasks={tasks} />
      <Tasks title="Queued tasks" tasks={queued_tasks} />
      <Tasks title="Completed tasks" tasks={completed_tasks} />
    </section>
  );
}

function Tasks({ title, tasks }: { readonly title: string; readonly tasks: readonly AgentTask[] }) {
  if (tasks.length === 0) return null;
  return (
    <WideTable>
      <caption>
        {t(title)}: {tasks.length}
        {tasks.length > TASKS_SHOWN && t(', the latest {count} shown', { count: TASKS_SHOWN })}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t('Task')}</th>
          <th scope="col">{t('Name')}</th>
          <th scope="col">{t('State')}</th>
          <th scope="col" class="numeric">
            {t('CPUs')}
          </th>
          <th scope="col" class="numeric">
            {t('Memory')}
          </th>
        </tr>
      </thead>
      <tbody>
        {tasks.slice(-TASKS_SHOWN).map((task) => (
          <tr key={task.id}>
            <td>
              <IdText id={task.id} />
            </td>
            <td>{task.name}</td>
            <td>
              <StateBadge state={shortState(task)} />
            </td>
            <td class="numeric">{numberText(task.resources.cpus)}</td>
            <td class="numeric">{memoryText(task.resources.mem)}</td>
          </tr>
        ))}
      </tbody>
    </WideTable>
  );
}

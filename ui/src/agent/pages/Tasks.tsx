/** Every task that the agent knows. */

import { ownFiles } from '../../data/files.ts';
import { memoryText, numberText } from '../../format.ts';
import { t } from '../../language.ts';
import { Ago, ApiLink, IdText, Problem, StateBadge } from '../../parts/bits.tsx';
import { ListTable } from '../../parts/ListTable.tsx';
import { to } from '../../router.ts';
import { sandboxOf, shortState, tasksOf, useAgentState } from '../state.ts';

export function Tasks() {
  const { value, problem } = useAgentState();
  return (
    <>
      <h1>{t('Tasks')}</h1>
      <ApiLink path="/state" />
      <Problem text={problem} />
      <ListTable
        label="Tasks"
        rows={value === undefined ? [] : tasksOf(value)}
        keyOf={({ framework, executor, task }) => `${framework.id}/${executor.container}/${task.id}`}
        sort={{ by: 'Since', descending: true }}
        columns={[
          { title: 'Task', value: ({ task }) => task.id, show: ({ task }) => <IdText id={task.id} /> },
          { title: 'Name', value: ({ task }) => task.name },
          {
            title: 'State',
            value: ({ task }) => shortState(task).toLowerCase(),
            show: ({ task }) => <StateBadge state={shortState(task)} />,
          },
          {
            title: 'Framework',
            value: ({ framework }) => framework.name,
            show: ({ framework }) => <a href={to('frameworks', framework.id)}>{framework.name}</a>,
          },
          { title: 'Role', value: ({ task }) => task.role ?? '*' },
          {
            title: 'CPUs',
            numeric: true,
            value: ({ task }) => task.resources.cpus,
            show: ({ task }) => numberText(task.resources.cpus),
          },
          {
            title: 'Memory',
            numeric: true,
            value: ({ task }) => task.resources.mem,
            show: ({ task }) => memoryText(task.resources.mem),
          },
          {
            title: 'Since',
            numeric: true,
            value: ({ task }) => task.statuses?.at(-1)?.timestamp ?? 0,
            show: ({ task }) => <Ago at={task.statuses?.at(-1)?.timestamp ?? 0} />,
          },
          {
            title: 'Sandbox',
            value: () => '',
            show: ({ framework, executor }) => (
              <a href={ownFiles.link('browse', sandboxOf(framework.id, executor.id))}>{t('files')}</a>
            ),
          },
        ]}
      />
    </>
  );
}

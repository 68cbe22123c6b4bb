/** `/tasks`: tasks of all frameworks, sorted by when they began (v1-operator-api.md §5.1). */
import type { FrameworkTraits } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import { type Document, taskBlock } from './blocks.ts';
import type { Viewer } from './viewer.ts';

const LIMIT = 100;

export const tasksDocument: Document = (parts, viewer, query) => {
  const found = findTasks(parts, viewer, query);
  const direction = query.get('order') === 'asc' ? 1 : -1;
  found.sort((a, b) => direction * (beganAt(a.task) - beganAt(b.task)));
  const offset = numberOr(query.get('offset'), 0);
  const limit = numberOr(query.get('limit'), LIMIT);
  const page = found.slice(offset, offset + limit);
  return { tasks: page.map(({ task, traits }) => taskBlock(parts, task, traits)) };
};

interface Found {
  readonly task: TaskRecord;
  readonly traits: FrameworkTraits;
}

function findTasks({ frameworks }: MasterParts, viewer: Viewer, query: URLSearchParams): Found[] {
  const frameworkId = query.get('framework_id');
  const taskId = query.get('task_id');
  const found: Found[] = [];
  for (const framework of [...frameworks.all(), ...frameworks.completed()]) {
    if (frameworkId !== null && framework.id !== frameworkId) continue;
    if (!viewer.seesFramework(framework)) continue;
    const { traits } = framework.description;
    for (const tasks of [framework.tasks, framework.unreachable, framework.completed]) {
      for (const task of tasks.values())
        if ((taskId === null || task.id === taskId) && viewer.seesTask(framework, task))
          found.push({ task, traits });
    }
  }
  return found;
}

/** Seconds; a task that no status has been heard of began just now. */
function beganAt({ statuses }: TaskRecord): number {
  return statuses[0]?.timestamp ?? Number.MAX_VALUE;
}

/** Text that is no number counts as none. */
function numberOr(text: string | null, fallback: number): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : fallback;
}

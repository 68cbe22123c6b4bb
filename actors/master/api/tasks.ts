/** `/tasks`: tasks of all frameworks, sorted by when they began (v1-operator-api.md §5.1). */
import { ListJson, SlowJson } from '../../../proto/json.ts';
import type { FrameworkTraits } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { type Document, taskJson } from './blocks.ts';
import { sortedSlowly } from './sortedSlowly.ts';
import type { TaskSnapshot } from './taskSnapshots.ts';
import type { Viewer } from './viewer.ts';

const LIMIT = 100;

export const tasksDocument: Document = (parts, viewer, query) => {
  const found = findTasks(parts, viewer, query);
  const direction = query.get('order') === 'asc' ? 1 : -1;
  const offset = numberOr(query.get('offset'), 0);
  const limit = numberOr(query.get('limit'), LIMIT);
  return {
    tasks: new SlowJson(function* () {
      const first = yield* sortedSlowly(
        found,
        (a, b) => direction * (beganAt(a.snapshot) - beganAt(b.snapshot)),
        offset + limit,
      );
      return new ListJson(first.slice(offset), ({ snapshot, traits }) => taskJson(snapshot, traits));
    }),
  };
};

interface Found {
  readonly snapshot: TaskSnapshot;
  readonly traits: FrameworkTraits;
}

function findTasks({ frameworks, tasks }: MasterParts, viewer: Viewer, query: URLSearchParams): Found[] {
  const frameworkId = query.get('framework_id');
  const taskId = query.get('task_id');
  const found: Found[] = [];
  for (const framework of [...frameworks.all(), ...frameworks.completed()]) {
    if (frameworkId !== null && framework.id !== frameworkId) continue;
    if (!viewer.seesFramework(framework)) continue;
    const { traits } = framework.description;
    for (const group of [framework.tasks, framework.unreachable, framework.completed]) {
      for (const task of group.values())
        if ((taskId === null || task.id === taskId) && viewer.seesTask(framework, task))
          found.push({ snapshot: tasks.snapshot(task), traits });
    }
  }
  return found;
}

/** Seconds; a task that no status has been heard of began just now. */
function beganAt({ statuses }: TaskSnapshot): number {
  return statuses[0]?.timestamp ?? Number.MAX_VALUE;
}

/** Text that is no number counts as none. */
function numberOr(text: string | null, fallback: number): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : fallback;
}

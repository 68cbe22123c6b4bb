/** `/tasks`: tasks of all frameworks, sorted by when they began (v1-operator-api.md §5.1). */
import { ListJson, SlowJson } from '../../../proto/json.ts';
import type { FrameworkRecord, FrameworkTraits } from '../frameworks/record.ts';
import { type Document, taskJson } from './blocks.ts';
import { Look } from './look.ts';
import { sortedSlowly } from './sortedSlowly.ts';
import type { TaskSnapshot } from './taskSnapshots.ts';
import type { Viewer } from './viewer.ts';

const LIMIT = 100;

/** Tasks looked at between two stops. */
const TASKS_A_STEP = 512;

export const tasksDocument: Document = (parts, viewer, query) => {
  const frameworkId = query.get('framework_id');
  const frameworks = [...parts.frameworks.all(), ...parts.frameworks.completed()].filter(
    (each) => (frameworkId === null || each.id === frameworkId) && viewer.seesFramework(each),
  );
  const look = new Look(parts, { frameworks });
  const owners = frameworks.map((framework) => ({ framework, traits: framework.description.traits }));
  const direction = query.get('order') === 'asc' ? 1 : -1;
  const offset = numberOr(query.get('offset'), 0);
  const limit = numberOr(query.get('limit'), LIMIT);
  return new SlowJson(function* () {
    yield* look.take();
    const first = yield* sortedSlowly(
      yield* findTasks(look, owners, viewer, query.get('task_id')),
      (a, b) => direction * (beganAt(a.snapshot) - beganAt(b.snapshot)),
      offset + limit,
    );
    return {
      tasks: new ListJson(first.slice(offset), ({ snapshot, traits }) => taskJson(snapshot, traits)),
    };
  });
};

interface Owner {
  readonly framework: FrameworkRecord;
  readonly traits: FrameworkTraits;
}

interface Found {
  readonly snapshot: TaskSnapshot;
  readonly traits: FrameworkTraits;
}

function* findTasks(
  look: Look,
  owners: readonly Owner[],
  viewer: Viewer,
  taskId: string | null,
): Generator<undefined, Found[]> {
  const found: Found[] = [];
  let seen = 0;
  for (const { framework, traits } of owners) {
    for (const group of ['tasks', 'unreachable', 'completed'] as const) {
      for (const snapshot of look.tasksOf(framework, group, viewer)) {
        if (taskId === null || snapshot.task.id === taskId) found.push({ snapshot, traits });
        if (++seen % TASKS_A_STEP === 0) yield;
      }
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

/** Ended tasks that a master remembers no more, from its archive. */
import type { Task } from '../../proto/index.ts';
import { fromJson } from '../../proto/json.ts';
import type { MasterApi } from '../http/operator.ts';
import { Problem } from '../problem.ts';
import type { KnownTask } from './objects.ts';

/** The parts of `/tasks/archive` that are read (docs/operator-api.md). */
interface Answer {
  readonly kept: boolean;
  readonly total: number;
  readonly tasks: readonly { readonly framework_name: string; readonly task: unknown }[];
}

export interface Archive {
  /** Whether the master keeps one. */
  readonly kept: boolean;
  /** How many fit the question; the youngest of them are `tasks`. */
  readonly total: number;
  readonly tasks: readonly KnownTask[];
  /** By framework id. */
  readonly frameworkNames: ReadonlyMap<string, string>;
}

/** What a master tells at a time. */
const LIMIT = 1000;

/** @throws Problem as `MasterApi.call`; a master that knows no archives is one that keeps none */
export async function archiveOf(
  { http }: MasterApi,
  question: Readonly<Record<string, string>> = {},
): Promise<Archive> {
  const query = new URLSearchParams({ ...question, limit: String(LIMIT) });
  const { kept, total, tasks } = (await http.json(`/tasks/archive?${query}`)) as Answer;
  const known = tasks.map(({ framework_name, task }) => ({
    name: framework_name,
    task: { ...(fromJson('mesos.v1.Task', task) as Task), kept: 'archived' as const },
  }));
  return {
    kept,
    total,
    tasks: known.map(({ task }) => task),
    frameworkNames: new Map(known.map(({ task, name }) => [task.framework_id.value, name])),
  };
}

/** @throws Problem when the master keeps none */
export async function wholeArchiveOf(master: MasterApi): Promise<Archive> {
  const archive = await archiveOf(master);
  if (!archive.kept)
    throw new Problem(
      'this master keeps no archive of tasks; with --task_archive=FOLDER it does from then on',
    );
  return archive;
}

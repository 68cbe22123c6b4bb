/** Ended tasks that the master itself remembers no more (`/tasks/archive`). */
import { scalar } from './facts.ts';
import { getJson } from './http.ts';
import type { TaskRow } from './rows.ts';
import type { Task } from './types.ts';

export interface ArchivedTask {
  /** Seconds since 1970. */
  readonly ended: number;
  readonly state: string;
  readonly framework_id: string;
  readonly framework_name: string;
  readonly task_id: string;
  readonly task_name: string;
  readonly task: Task;
}

export interface Archived {
  /** Whether there is an archive. */
  readonly kept: boolean;
  readonly total: number;
  readonly tasks: readonly ArchivedTask[];
}

export interface ArchiveQuestion {
  readonly framework_id?: string;
  readonly task_id?: string;
  readonly search?: string;
  readonly limit?: number;
  readonly offset?: number;
  /** Of the master that is asked, also while another one leads. */
  readonly own?: true;
}

export function archivePath(question: ArchiveQuestion): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(question)) if (value !== '') query.set(name, String(value));
  return `/tasks/archive?${query}`;
}

/** @param path of `archivePath` */
export function askArchive(path: string): Promise<Archived> {
  return getJson(path);
}

/** As tables of tasks that are remembered have it. */
export function archivedRow({ task, framework_name, ended }: ArchivedTask): TaskRow {
  const framework = task.framework_id.value;
  return {
    key: `${framework}/${task.task_id.value}`,
    id: task.task_id.value,
    name: task.name,
    framework,
    frameworkName: framework_name,
    agent: task.agent_id.value,
    host: '',
    role: task.resources?.[0]?.allocation_info?.role ?? '*',
    kept: 'completed',
    state: task.state.replace(/^TASK_/, ''),
    health: '',
    cpus: scalar(task.resources, 'cpus'),
    mem: scalar(task.resources, 'mem'),
    since: ended,
    message: task.statuses?.at(-1)?.message ?? '',
  };
}

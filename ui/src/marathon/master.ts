/** Where the master's page shows a task, with its history, files and logs. */
import { to } from '../router.ts';
import { info } from './store.ts';

/** Undefined while the master's page is not known. */
export function taskLink(task: string): string | undefined {
  const { frameworkId, marathon_config } = info.value ?? {};
  const page = marathon_config?.['mesos_leader_ui_url'];
  if (frameworkId === undefined || typeof page !== 'string' || !/^https?:\/\//.test(page)) return undefined;
  return `${page.replace(/\/*$/, '/')}${to('tasks', frameworkId, task)}`;
}

/** `POST /tasks/kill`: an operator ends one task. Mesos leaves that to frameworks alone; here a person may, too. */
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';

/**
 * 202 when the kill is on its way; the framework hears of the end as of every other one. 404 for what is not there, 409
 * for a task that has ended or whose agent cannot be reached. Whoever may end the framework may end its tasks.
 */
export function killTaskEndpoint({ frameworks, agents, tasks, kills, authorizer }: MasterParts): HttpHandler {
  return (request, reply) => {
    if (request.method !== 'POST') {
      reply.text(405, `Expecting one of { 'POST' }, but received '${request.method}'`, { Allow: 'POST' });
      return;
    }
    const form = new URLSearchParams(new TextDecoder().decode(request.body));
    const frameworkId = needed(form, 'framework_id');
    const taskId = needed(form, 'task_id');
    const framework = frameworks.find(frameworkId);
    if (framework === undefined) throw new HttpRefusal(404, `No framework '${frameworkId}' is registered`);
    if (!authorizer.approver(request.principal, 'TEARDOWN_FRAMEWORK')(framework.description.info.principal))
      throw new HttpRefusal(403, 'You may not end tasks of that framework');
    const task = framework.tasks.get(taskId);
    if (task === undefined) throw new HttpRefusal(404, `Framework '${frameworkId}' has no task '${taskId}'`);
    if (tasks.isTerminal(task)) throw new HttpRefusal(409, `Task '${taskId}' has ended`);
    if (agents.find(task.agentId) === undefined)
      throw new HttpRefusal(409, `The agent of task '${taskId}' cannot be reached now`);
    kills.kill(framework, { task_id: { value: taskId } });
    reply.send(202);
  };
}

/** @throws HttpRefusal 400 */
function needed(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === '') throw new HttpRefusal(400, `Missing '${name}' in the form`);
  return value;
}

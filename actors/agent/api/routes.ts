/** The agent's endpoints (v1-operator-api.md §6 and §7.1). */
import { jsonText } from '../../../proto/json.ts';
import type { BuildFacts } from '../../../runtime/endpoints/index.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import type { HttpHandler } from '../../../runtime/http/request.ts';
import type { AgentRoute, AgentView } from '../agent.ts';
import { executorId } from '../tables/entries.ts';
import { containersText, statisticsText } from './containers.ts';
import { EXECUTOR_REALM, ExecutorApi } from './executor.ts';
import { Files } from './files.ts';
import { stateText } from './state.ts';
import { systemUserNames } from './userNames.ts';

export interface ServedFacts {
  readonly build: BuildFacts;
  /** Flags as text, secrets veiled. */
  readonly flags: Readonly<Record<string, string>>;
}

export function agentRoutes(agent: AgentView, { build, flags }: ServedFacts): AgentRoute[] {
  const executorApi = new ExecutorApi(agent);
  const files = new Files(() => attachedOf(agent), systemUserNames());
  const afterRecovery = (handler: HttpHandler): HttpHandler => {
    return (request, reply) => {
      if (agent.registration.isRecovering) reply.text(503, 'Agent has not finished recovery');
      else handler(request, reply);
    };
  };
  const state = afterRecovery((request, reply) => replyJson(request, reply, stateText(agent, build, flags)));
  const containers = afterRecovery((request, reply) => {
    let text: string;
    try {
      text = containersText(agent, request.query);
    } catch (error) {
      reply.text(400, (error as Error).message);
      return;
    }
    replyJson(request, reply, text);
  });
  const routes: AgentRoute[] = [
    { path: '/state', help: 'Everything this agent runs and ran', handler: state },
    { path: '/state.json', help: 'The same as /state', handler: state },
    { path: '/health', help: '200 while this process answers', handler: (_, reply) => reply.send(200) },
    {
      path: '/flags',
      help: 'Flags in effect',
      handler: (q, reply) => replyJson(q, reply, jsonText({ flags })),
    },
    {
      path: '/monitor/statistics',
      help: 'What each container uses',
      handler: afterRecovery((request, reply) => replyJson(request, reply, statisticsText(agent))),
    },
    {
      path: '/api/v1/executor',
      help: 'Calls of executors',
      realm: EXECUTOR_REALM,
      handler: (request, reply) => executorApi.answer(request, reply),
    },
    { path: '/containers', help: 'Containers with what they use and their status', handler: containers },
  ];
  return [...routes, ...fileRoutes(files)];
}

/** Mesos has these below `/files`, a process of its own. */
export function fileRoutes(files: Files): AgentRoute[] {
  return [
    {
      path: '/files/browse',
      help: 'Lists a folder of a sandbox',
      handler: (q, reply) => files.browse(q, reply),
    },
    { path: '/files/read', help: 'Reads a part of a file', handler: (q, reply) => files.read(q, reply) },
    { path: '/files/download', help: 'A whole file', handler: (q, reply) => files.download(q, reply) },
    { path: '/files/debug', help: 'Which paths there are', handler: (q, reply) => files.debug(q, reply) },
  ];
}

/** Sandboxes under their real path, the path of the executor's latest run, and the short virtual one. */
function attachedOf({ host }: AgentView): Map<string, string> {
  const { tables, paths } = host;
  const attached = new Map<string, string>();
  const agentId = host.agentId();
  for (const framework of [...tables.completedFrameworks.values(), ...tables.frameworks.values()]) {
    // Later runs of the same executor id come later and win.
    for (const executor of [...framework.completed, ...framework.executors.values()]) {
      const place = { agentId, frameworkId: framework.id, executorId: executorId(executor) };
      attached.set(executor.directory, executor.directory);
      attached.set(paths.latestRun(place), executor.directory);
      attached.set(
        `/frameworks/${framework.id}/executors/${executorId(executor)}/runs/latest`,
        executor.directory,
      );
    }
  }
  return attached;
}

/** The agent's endpoints (v1-operator-api.md §6 and §7.1). */
import type { Writing } from '../../../proto/api/readings.ts';
import { allowedEndpoint } from '../../../proto/authorization/index.ts';
import { ExecutorInfoType } from '../../../proto/generated/types/v1.ts';
import { jsonText } from '../../../proto/json.ts';
import type { BuildFacts } from '../../../runtime/endpoints/index.ts';
import { type Attachment, Files, fileRoutes, systemUserNames } from '../../../runtime/files/index.ts';
import { jsonFormOf, replyJson } from '../../../runtime/http/json.ts';
import { HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler, HttpRequest } from '../../../runtime/http/request.ts';
import type { AgentRoute, AgentView } from '../agent.ts';
import { volumesOf } from '../operations/volumeLinks.ts';
import type { AgentPaths } from '../paths.ts';
import { type ExecutorEntry, executorId } from '../tables/entries.ts';
import { containersText, statisticsText } from './containers.ts';
import { EXECUTOR_REALM, ExecutorApi } from './executor.ts';
import type { ServedAgent } from './operator/call.ts';
import { operatorApi } from './operator/dispatcher.ts';
import { operatorCalls } from './operator/table.ts';
import { resourceProviderApi } from './resourceProvider.ts';
import { stateText } from './state.ts';
import { Viewer } from './viewer.ts';

export interface ServedFacts {
  readonly build: BuildFacts;
  /** Flags as text, secrets veiled. */
  readonly flags: Readonly<Record<string, string>>;
  /** The file that the agent's log goes to, when there is one. */
  readonly logFile?: string | undefined;
}

const READ_ONLY = 'mesos-agent-readonly';
const READ_WRITE = 'mesos-agent-readwrite';

export function agentRoutes(agent: AgentView, { build, flags, logFile }: ServedFacts): AgentRoute[] {
  const files = new Files(() => attachedOf(agent, logFile), systemUserNames());
  const served: ServedAgent = { ...agent, build, flags, files };
  const routes = [...apis(served), ...ownRoutes(served), ...readings(served)];
  return [...routes, ...fileRoutes(files).map((route) => ({ ...route, realm: READ_ONLY }))];
}

function apis(agent: ServedAgent): AgentRoute[] {
  const executorApi = new ExecutorApi(agent);
  return [
    {
      path: '/api/v1',
      help: 'The operator API: POST a mesos.v1.agent.Call in JSON or protobuf',
      realm: READ_WRITE,
      handler: operatorApi(agent, operatorCalls),
    },
    {
      path: '/api/v1/executor',
      help: 'Calls of executors',
      realm: EXECUTOR_REALM,
      handler: (request, reply) => executorApi.answer(request, reply),
    },
    {
      path: '/api/v1/resource_provider',
      help: 'Calls of resource providers',
      realm: 'mesos-agent-resource-provider',
      handler: resourceProviderApi(agent),
    },
    {
      path: '/allowed',
      help: 'Whether you may: ?action=ACCESS_SANDBOX:USER&action=VIEW_FLAGS',
      realm: READ_WRITE,
      handler: allowedEndpoint(agent.authorizer),
    },
  ];
}

/** What the agent answers for itself, recovered or not. */
function ownRoutes({ authorizer, flags }: ServedAgent): AgentRoute[] {
  return [
    {
      path: '/health',
      help: '200 while this process answers',
      liveness: true,
      handler: (_, reply) => reply.send(200),
    },
    {
      path: '/flags',
      help: 'Flags in effect',
      realm: READ_ONLY,
      handler: (request, reply) => {
        if (authorizer.approver(request.principal, 'VIEW_FLAGS')())
          replyJson(request, reply, jsonText({ flags }));
        else reply.text(403, 'You may not see the flags');
      },
    },
    {
      path: '/containerizer/debug',
      help: 'What containers wait for',
      realm: READ_ONLY,
      // Nothing a container waits for blocks anything else here: there is nothing pending to be told.
      handler: (request, reply) => replyJson(request, reply, '{"pending":[]}'),
    },
  ];
}

/** What runs here and what it uses, once that is known. */
function readings(agent: ServedAgent): AgentRoute[] {
  const afterRecovery = (handler: HttpHandler): HttpHandler => {
    return (request, reply) => {
      if (agent.registration.isRecovering) reply.text(503, 'Agent has not finished recovery');
      else handler(request, reply);
    };
  };
  const state = afterRecovery((request, reply) =>
    replyJson(request, reply, stateText(agent, new Viewer(agent.authorizer, request.principal))),
  );
  const statistics = afterRecovery(inSlices(agent, (viewer) => () => statisticsText(agent, viewer)));
  const containers = afterRecovery(
    inSlices(agent, (viewer, { query }) => containersText(agent, viewer, query)),
  );
  return [
    { path: '/state', help: 'Everything this agent runs and ran', realm: READ_ONLY, handler: state },
    {
      path: '/monitor/statistics',
      help: 'What each container uses',
      realm: READ_ONLY,
      handler: statistics,
    },
    {
      path: '/containers',
      help: 'Containers with what they use and their status',
      realm: READ_ONLY,
      handler: containers,
    },
  ];
}

/**
 * Serves a JSON text that takes long to put together, piece by piece; equal questions that wait share it.
 *
 * @param prepare throws Error in words for a question that makes no sense: 400
 */
function inSlices(
  { authorizer, readings }: AgentView,
  prepare: (viewer: Viewer, request: HttpRequest) => () => Writing,
): HttpHandler {
  return refusable((request, reply) => {
    const { headers, before, after } = jsonFormOf(request);
    const begin = writingOf(() => prepare(new Viewer(authorizer, request.principal), request));
    const key = JSON.stringify([request.path, request.principal, [...request.query]]);
    readings.answer(key, headers, reply, function* () {
      return `${before}${yield* begin()}${after}`;
    });
  });
}

function writingOf(prepare: () => () => Writing): () => Writing {
  try {
    return prepare();
  } catch (error) {
    throw new HttpRefusal(400, (error as Error).message);
  }
}

/** The log, and sandboxes under their real path, the path of the executor's latest run, and the short virtual one. */
function attachedOf({ host, authorizer }: AgentView, logFile: string | undefined): Map<string, Attachment> {
  const { tables, paths } = host;
  const attached = new Map<string, Attachment>();
  const agentId = host.agentId();
  if (logFile !== undefined) {
    const admits: Attachment['admits'] = (principal) => authorizer.approver(principal, 'ACCESS_MESOS_LOG')();
    attached.set('/slave/log', { root: logFile, admits });
  }
  for (const framework of [...tables.completedFrameworks.values(), ...tables.frameworks.values()]) {
    // Later runs of the same executor id come later and win.
    for (const executor of [...framework.completed, ...framework.executors.values()]) {
      const user = executor.info.command?.user ?? framework.info.user;
      const admits: Attachment['admits'] = (principal) =>
        authorizer.approver(principal, 'ACCESS_SANDBOX')(user);
      const sandbox = { root: executor.directory, admits };
      const id = executorId(executor);
      const place = { agentId, frameworkId: framework.id, executorId: id };
      const latest = `/frameworks/${framework.id}/executors/${id}/runs/latest`;
      const volumes = taskVolumes(executor, paths);
      for (const path of [executor.directory, paths.latestRun(place), latest]) {
        attached.set(path, sandbox);
        for (const [below, root] of volumes) attached.set(`${path}/${below}`, { root, admits });
      }
    }
  }
  return attached;
}

/** Volumes of a default executor's tasks are links out of the sandbox: `tasks/ID/CONTAINER_PATH` leads to each. */
function taskVolumes(executor: ExecutorEntry, paths: AgentPaths): [below: string, root: string][] {
  if (executor.info.type !== ExecutorInfoType.DEFAULT) return [];
  return [...executor.tasks.values()].flatMap(({ id, info }) => {
    try {
      return volumesOf(paths, info.resources).map(({ path, root }): [string, string] => [
        `tasks/${id}/${path}`,
        root,
      ]);
    } catch {
      // A task with a volume at no place in its sandbox was not started, and has none.
      return [];
    }
  });
}

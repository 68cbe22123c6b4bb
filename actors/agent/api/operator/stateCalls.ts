/** Calls that list what is on this agent: answered from one moment, in slices. */

import { type Section, writeSections } from '../../../../proto/api/sections.ts';
import {
  type AgentResponseGetAgent,
  AgentResponseType,
  type ExecutorInfo,
  type Task,
} from '../../../../proto/index.ts';
import { veiledExecutor } from '../../../../proto/secrets.ts';
import type { DrainOrder } from '../../draining/draining.ts';
import type { ExecutorEntry, FrameworkEntry, TaskEntry } from '../../tables/entries.ts';
import { taskMessage } from '../../tables/messages.ts';
import { containerMessages, otherContainerMessages } from '../containers.ts';
import { Viewer } from '../viewer.ts';
import { bare, type OperatorCall, type OperatorCalls, type ServedAgent } from './call.ts';

type Listing = (agent: ServedAgent, viewer: Viewer) => Section[];

const frameworksListing: Listing = ({ host: { tables } }, viewer) => {
  const items = (entries: Iterable<FrameworkEntry>) =>
    [...entries]
      .filter((each) => viewer.seesFramework(each))
      .map(({ info }) => () => ({ framework_info: info }));
  return [
    { field: 'frameworks', items: items(tables.frameworks.values()) },
    { field: 'completed_frameworks', items: items(tables.completedFrameworks.values()) },
  ];
};

/** Executors of frameworks that are seen, live and then ended ones; those of command tasks too. */
function executorsSeen(
  { host: { tables } }: ServedAgent,
  viewer: Viewer,
): [ExecutorEntry[], ExecutorEntry[]] {
  const frameworks = [...tables.frameworks.values(), ...tables.completedFrameworks.values()].filter((each) =>
    viewer.seesFramework(each),
  );
  return [
    frameworks.flatMap(({ executors }) => [...executors.values()]),
    frameworks.flatMap(({ completed }) => completed),
  ];
}

const executorsListing: Listing = (agent, viewer) => {
  const [live, ended] = executorsSeen(agent, viewer).map((executors) =>
    executors
      .filter((each) => viewer.seesExecutor(each))
      .map((each) => {
        const executor_info: ExecutorInfo = {
          ...veiledExecutor(each.info),
          framework_id: { value: each.framework.id },
        };
        return () => ({ executor_info });
      }),
  );
  return [
    { field: 'executors', items: live ?? [] },
    { field: 'completed_executors', items: ended ?? [] },
  ];
};

const tasksListing: Listing = (agent, viewer) => {
  const { tables } = agent.host;
  const id = agent.host.agentId();
  const makers = (tasks: readonly TaskEntry[]): (() => Task)[] =>
    tasks
      .filter((task) => viewer.seesTask(task))
      .map((task) => {
        const message = taskMessage(tables, task, id);
        return () => message;
      });
  const [live, ended] = executorsSeen(agent, viewer);
  const all = [...live, ...ended];
  const tasks = all.flatMap((executor) => [...executor.tasks.values()]);
  const alive = tasks.filter((task) => tables.isLive(task));
  const undelivered = alive.filter((task) => tables.isUndelivered(task));
  const isPending = (task: TaskEntry) => tables.taskChart.matches(task.key, 'pending');
  return [
    { field: 'pending_tasks', items: makers(undelivered.filter(isPending)) },
    { field: 'queued_tasks', items: makers(undelivered.filter((task) => !isPending(task))) },
    { field: 'launched_tasks', items: makers(alive.filter((task) => !tables.isUndelivered(task))) },
    { field: 'terminated_tasks', items: makers(tasks.filter((task) => !tables.isLive(task))) },
    { field: 'completed_tasks', items: makers(all.flatMap(({ completed }) => completed)) },
  ];
};

const stateListing: Listing = (agent, viewer) => [
  { field: 'get_tasks', sections: tasksListing(agent, viewer) },
  { field: 'get_executors', sections: executorsListing(agent, viewer) },
  { field: 'get_frameworks', sections: frameworksListing(agent, viewer) },
];

function listing(name: keyof typeof AgentResponseType, sectionsOf: Listing): OperatorCall {
  return bare(({ answerType, principal, reply }, agent) => {
    const key = JSON.stringify([name, answerType, principal]);
    agent.readings.answer(key, { 'Content-Type': answerType }, reply, () => {
      const body = sectionsOf(agent, new Viewer(agent.authorizer, principal));
      const sections = [{ field: name.toLowerCase(), sections: body }];
      return writeSections(
        'mesos.v1.agent.Response',
        answerType,
        { type: AgentResponseType[name] },
        sections,
      );
    });
  });
}

function drainFacts(order: DrainOrder | undefined): Partial<AgentResponseGetAgent> {
  if (order === undefined) return {};
  return {
    drain_config: order.config,
    estimated_drain_start_time: { nanoseconds: Math.floor(order.startedAtMs) * 1e6 },
  };
}

export const stateCalls: OperatorCalls = {
  GET_STATE: listing('GET_STATE', stateListing),
  GET_FRAMEWORKS: listing('GET_FRAMEWORKS', frameworksListing),
  GET_EXECUTORS: listing('GET_EXECUTORS', executorsListing),
  GET_TASKS: listing('GET_TASKS', tasksListing),
  GET_AGENT: bare((request, { host }) =>
    request.answer({
      type: AgentResponseType.GET_AGENT,
      get_agent: { agent_info: host.info(), ...drainFacts(host.drain()) },
    }),
  ),
  GET_OPERATIONS: bare((request, { operations: own, providers, authorizer }) => {
    const viewer = new Viewer(authorizer, request.principal);
    const provided = providers.connected().flatMap((provider) => [...provider.operations.values()]);
    const operations = [...own.messages(), ...provided].filter(({ info }) => viewer.seesOperation(info));
    request.answer({ type: AgentResponseType.GET_OPERATIONS, get_operations: { operations } });
  }),
  GET_CONTAINERS: bare(({ call, answerType, principal, reply }, agent) => {
    const asked = call.get_containers ?? {};
    const key = JSON.stringify(['GET_CONTAINERS', answerType, principal, asked]);
    agent.readings.answer(key, { 'Content-Type': answerType }, reply, function* () {
      const viewer = new Viewer(agent.authorizer, principal);
      const containers = [
        ...(yield* containerMessages(agent, viewer)),
        ...(yield* otherContainerMessages(agent, viewer, asked)),
      ].map((message) => () => message);
      const plain = { type: AgentResponseType.GET_CONTAINERS };
      // Without a container Mesos leaves the whole message out.
      const body: Section = {
        field: 'get_containers',
        sections: [{ field: 'containers', items: containers }],
      };
      const sections = containers.length === 0 ? [] : [body];
      return yield* writeSections('mesos.v1.agent.Response', answerType, plain, sections);
    });
  }),
};

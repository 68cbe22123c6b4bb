/** The listings of the v1 API: what there is at one moment, as sections that are written later (v1-operator-api.md §2.2). */
import type { Section } from '../../../proto/api/sections.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import { agentSnapshot } from './agentSnapshots.ts';
import { snapshotsOf } from './frameworks.ts';
import { holdingsOf } from './holdings.ts';
import { executorMessage, frameworkMaker, type Maker } from './messages.ts';
import type { TaskSnapshot } from './taskSnapshots.ts';
import type { Viewer } from './viewer.ts';

type Listing = (parts: MasterParts, viewer: Viewer) => Section[];

/** Frameworks that are seen, live and then ended ones. */
function framesOf({ frameworks }: MasterParts, viewer: Viewer): [FrameworkRecord[], FrameworkRecord[]] {
  const seen = (records: Iterable<FrameworkRecord>) =>
    [...records].filter((each) => viewer.seesFramework(each));
  return [seen(frameworks.all()), seen(frameworks.completed())];
}

export const tasksListing: Listing = (parts, viewer) => {
  const frameworks = framesOf(parts, viewer).flat();
  const items = (of: (framework: FrameworkRecord) => ReadonlyMap<string, TaskRecord>): TaskSnapshot[] => {
    return frameworks.flatMap((framework) => snapshotsOf(parts, framework, viewer, of(framework)));
  };
  return [
    { field: 'tasks', items: items(({ tasks }) => tasks) },
    { field: 'unreachable_tasks', items: items(({ unreachable }) => unreachable) },
    { field: 'completed_tasks', items: items(({ completed }) => completed) },
  ];
};

/** Executors that frameworks asked for; those of command tasks are the agents' own affair. */
export const executorsListing: Listing = (parts, viewer) => {
  const items: Maker<object>[] = [];
  for (const agent of parts.agents.all()) {
    for (const [frameworkId, executors] of agent.executors) {
      const framework = parts.frameworks.find(frameworkId);
      if (framework === undefined || !viewer.seesFramework(framework)) continue;
      for (const { info } of executors.values()) {
        if (viewer.seesExecutor(framework, info)) items.push(() => executorMessage(info, agent));
      }
    }
  }
  return [{ field: 'executors', items }];
};

export const frameworksListing: Listing = (parts, viewer) => {
  const holdings = holdingsOf(parts);
  const [live, ended] = framesOf(parts, viewer).map((records) =>
    records.map((each) => frameworkMaker(parts, each, viewer, holdings.get(each.id)?.used)),
  );
  return [
    { field: 'frameworks', items: live ?? [] },
    { field: 'completed_frameworks', items: ended ?? [] },
  ];
};

export const agentsListing: Listing = (parts, viewer) => {
  const { agents, registrar } = parts;
  const awaited = [...registrar.registry.slaves].filter(([id]) => agents.isAwaited(id));
  return [
    {
      field: 'agents',
      items: [...agents.all()].map((agent) => {
        const snapshot = agentSnapshot(parts, agent);
        return { json: () => snapshot.messageJson(viewer), bytes: () => snapshot.messageBytes(viewer) };
      }),
    },
    {
      field: 'recovered_agents',
      items: awaited.map(
        ([, { info }]) =>
          () =>
            info,
      ),
    },
  ];
};

export const stateListing: Listing = (parts, viewer) => [
  { field: 'get_tasks', sections: tasksListing(parts, viewer) },
  { field: 'get_executors', sections: executorsListing(parts, viewer) },
  { field: 'get_frameworks', sections: frameworksListing(parts, viewer) },
  { field: 'get_agents', sections: agentsListing(parts, viewer) },
];

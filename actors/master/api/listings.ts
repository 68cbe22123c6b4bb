/** The listings of the v1 API: what there is at one moment, as sections that are written later (v1-operator-api.md §2.2). */
import type { Item, Section } from '../../../proto/api/sections.ts';
import type { RegistrySlave } from '../../../proto/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { type Holdings, holdingsOf } from './holdings.ts';
import { Look, type Looked, type TaskGroup } from './look.ts';
import { executorMessage, frameworkMaker } from './messages.ts';
import type { Viewer } from './viewer.ts';

/** Takes what it needs of the present moment, and makes sections of it later, in steps. */
export type Listing = (parts: MasterParts, viewer: Viewer) => () => Generator<undefined, Section[]>;

/** Sections of a look, when all was looked at. */
type Sections = (holdings: Holdings) => Section[];

/** A part of a listing: what is to be looked at for it, and what it takes along of the present moment. */
interface Part {
  readonly looked: Looked;
  readonly sections: (look: Look) => Sections;
}

/** Frameworks that are seen, live and then ended ones. */
interface Frames {
  readonly live: readonly FrameworkRecord[];
  readonly ended: readonly FrameworkRecord[];
  readonly all: readonly FrameworkRecord[];
}

function framesOf({ frameworks }: MasterParts, viewer: Viewer): Frames {
  const seen = (records: Iterable<FrameworkRecord>) =>
    [...records].filter((each) => viewer.seesFramework(each));
  const [live, ended] = [seen(frameworks.all()), seen(frameworks.completed())];
  return { live, ended, all: [...live, ...ended] };
}

function listed(part: (parts: MasterParts, viewer: Viewer, frames: Frames) => Part): Listing {
  return (parts, viewer) => {
    const { looked, sections } = part(parts, viewer, framesOf(parts, viewer));
    const look = new Look(parts, looked);
    const made = sections(look);
    return function* () {
      yield* look.take();
      return made(yield* holdingsOf(look.agents));
    };
  };
}

function tasksPart(_parts: MasterParts, viewer: Viewer, { all }: Frames): Part {
  return {
    looked: { frameworks: all },
    sections: (look) => {
      function* items(group: TaskGroup): Generator<Item, void> {
        for (const framework of all) yield* look.tasksOf(framework, group, viewer);
      }
      return () => [
        { field: 'tasks', items: items('tasks') },
        { field: 'unreachable_tasks', items: items('unreachable') },
        { field: 'completed_tasks', items: items('completed') },
      ];
    },
  };
}

/** Executors that frameworks asked for; those of command tasks are the agents' own affair. */
function executorsPart({ agents, frameworks }: MasterParts, viewer: Viewer, { all }: Frames): Part {
  const seen = new Map(
    all.filter(({ id }) => frameworks.find(id) !== undefined).map(({ id, description }) => [id, description]),
  );
  return {
    looked: { agents: agents.all() },
    sections: (look) => {
      function* items(): Generator<Item, void> {
        for (const agent of look.agents) {
          for (const { frameworkId, executor } of agent.executors) {
            const description = seen.get(frameworkId);
            if (description !== undefined && viewer.seesExecutor({ description }, executor.info))
              yield () => executorMessage(executor.info, agent.id);
          }
        }
      }
      return () => [{ field: 'executors', items: items() }];
    },
  };
}

function frameworksPart(parts: MasterParts, viewer: Viewer, { live, ended }: Frames): Part {
  const makers = (records: readonly FrameworkRecord[]) =>
    records.map((each) => [each.id, frameworkMaker(parts, each, viewer)] as const);
  const [liveMakers, endedMakers] = [makers(live), makers(ended)];
  return {
    looked: { agents: parts.agents.all() },
    sections: () => (holdings) => {
      const items = (all: typeof liveMakers): Item[] =>
        all.map(([id, make]) => ({ steps: () => make(holdings.get(id)?.used) }));
      return [
        { field: 'frameworks', items: items(liveMakers) },
        { field: 'completed_frameworks', items: items(endedMakers) },
      ];
    },
  };
}

function agentsPart({ agents, registrar }: MasterParts, viewer: Viewer): Part {
  const awaited: [string, RegistrySlave][] =
    agents.awaited === 0 ? [] : [...registrar.registry.slaves].filter(([id]) => agents.isAwaited(id));
  return {
    looked: { agents: agents.all() },
    sections: (look) => {
      function* items(): Generator<Item, void> {
        for (const agent of look.agents)
          yield { json: () => agent.messageJson(viewer), bytes: () => agent.messageBytes(viewer) };
      }
      return () => [
        { field: 'agents', items: items() },
        {
          field: 'recovered_agents',
          items: awaited.map(
            ([, { info }]) =>
              () =>
                info,
          ),
        },
      ];
    },
  };
}

export const tasksListing = listed(tasksPart);
export const executorsListing = listed(executorsPart);
export const frameworksListing = listed(frameworksPart);
export const agentsListing = listed(agentsPart);

export const stateListing = listed((parts, viewer, frames) => {
  const all = {
    get_tasks: tasksPart(parts, viewer, frames),
    get_executors: executorsPart(parts, viewer, frames),
    get_frameworks: frameworksPart(parts, viewer, frames),
    get_agents: agentsPart(parts, viewer),
  };
  return {
    looked: { agents: parts.agents.all(), frameworks: frames.all },
    sections: (look) => {
      const made = Object.entries(all).map(([field, part]) => [field, part.sections(look)] as const);
      return (holdings) => made.map(([field, sections]) => ({ field, sections: sections(holdings) }));
    },
  };
});

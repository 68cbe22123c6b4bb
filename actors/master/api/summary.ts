/** `/state-summary`: agents and frameworks with numbers of tasks instead of the tasks (v1-operator-api.md §5.3). */
import { LaterJson, SlowJson } from '../../../proto/json.ts';
import { taskStateFor } from '../../../statecharts/task.ts';
import type { FrameworkRecord, FrameworkTraits } from '../frameworks/record.ts';
import type { AgentSnapshot } from './agentSnapshots.ts';
import type { Document, Json } from './blocks.ts';
import { frameworkHead } from './frameworks.ts';
import { holdingsOf } from './holdings.ts';
import { Look } from './look.ts';
import type { Viewer } from './viewer.ts';

const COUNTED = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_FINISHED',
  'TASK_KILLED',
  'TASK_FAILED',
  'TASK_LOST',
  'TASK_ERROR',
  'TASK_UNREACHABLE',
];

/** Tasks counted between two stops. */
const TASKS_A_STEP = 512;

/** Numbers by state, and with whom: agents with a framework, frameworks with an agent. */
class Tally {
  private readonly counts = new Map<string, number>();
  readonly others = new Set<string>();

  add(state: string, other: string): void {
    this.counts.set(state, (this.counts.get(state) ?? 0) + 1);
    this.others.add(other);
  }

  block(): Json {
    return Object.fromEntries(COUNTED.map((state) => [state, this.counts.get(state) ?? 0]));
  }
}

const NOBODY = new Tally();

interface Tallies {
  readonly byAgent: Map<string, Tally>;
  readonly byFramework: Map<string, Tally>;
}

export const summaryDocument: Document = (parts, viewer) => {
  const frameworks = [...parts.frameworks.all()].filter((each) => viewer.seesFramework(each));
  const look = new Look(parts, { agents: parts.agents.all(), frameworks });
  const heads = frameworks.map((framework) => ({
    framework,
    traits: framework.description.traits,
    head: frameworkHead(parts, framework, viewer),
  }));
  const { hostname } = parts.info;
  const { cluster } = parts.flags;
  return new SlowJson(function* () {
    yield* look.take();
    const holdings = yield* holdingsOf(look.agents);
    const tallies: Tallies = { byAgent: new Map(), byFramework: new Map() };
    for (const { framework, traits } of heads) yield* tally(look, { framework, traits }, viewer, tallies);
    return {
      hostname,
      cluster,
      slaves: look.agents.map((agent) => new LaterJson(() => agentBlock(agent, viewer, tallies))),
      frameworks: heads.map(
        ({ framework: { id }, head }) =>
          new SlowJson(function* () {
            const counted = tallies.byFramework.get(id) ?? NOBODY;
            const { block } = yield* head(holdings.get(id));
            return { ...block, ...counted.block(), slave_ids: [...counted.others] };
          }),
      ),
    };
  });
};

function agentBlock(agent: AgentSnapshot, viewer: Viewer, { byAgent }: Tallies): Json {
  const counted = byAgent.get(agent.id) ?? NOBODY;
  return { ...agent.block(viewer), ...counted.block(), framework_ids: [...counted.others] };
}

function* tally(
  look: Look,
  { framework, traits }: { readonly framework: FrameworkRecord; readonly traits: FrameworkTraits },
  viewer: Viewer,
  { byAgent, byFramework }: Tallies,
): Generator<undefined, void> {
  const ofFramework = tallyIn(byFramework, framework.id);
  let counted = 0;
  for (const group of ['tasks', 'unreachable', 'completed'] as const) {
    for (const { state: name, task } of look.tasksOf(framework, group, viewer)) {
      const state = taskStateFor(name, traits);
      tallyIn(byAgent, task.agentId).add(state, framework.id);
      ofFramework.add(state, task.agentId);
      if (++counted % TASKS_A_STEP === 0) yield;
    }
  }
}

function tallyIn(tallies: Map<string, Tally>, id: string): Tally {
  const known = tallies.get(id);
  if (known !== undefined) return known;
  const made = new Tally();
  tallies.set(id, made);
  return made;
}

/** `/state-summary`: agents and frameworks with numbers of tasks instead of the tasks (v1-operator-api.md §5.3). */
import { LaterJson, SlowJson } from '../../../proto/json.ts';
import { taskStateFor } from '../../../statecharts/task.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { type AgentSnapshot, agentSnapshot } from './agentSnapshots.ts';
import type { Document, Json } from './blocks.ts';
import { frameworkHead, snapshotsOf } from './frameworks.ts';
import { holdingsOf } from './holdings.ts';
import type { TaskSnapshot } from './taskSnapshots.ts';
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
  const tasks = frameworks.map((framework) => ({ framework, snapshots: tasksOf(parts, framework, viewer) }));
  const agents = [...parts.agents.all()].map((agent) => agentSnapshot(parts, agent));
  const holdings = holdingsOf(parts);
  const heads = frameworks.map((framework) => ({
    id: framework.id,
    head: frameworkHead(parts, framework, viewer, holdings.get(framework.id)),
  }));
  const tallies: Tallies = { byAgent: new Map(), byFramework: new Map() };
  return {
    hostname: parts.info.hostname,
    cluster: parts.flags.cluster,
    slaves: new SlowJson(function* () {
      for (const { framework, snapshots } of tasks) yield* tally(framework, snapshots, tallies);
      return agents.map((agent) => new LaterJson(() => agentBlock(agent, viewer, tallies)));
    }),
    frameworks: heads.map(
      ({ id, head }) =>
        new SlowJson(function* () {
          const counted = tallies.byFramework.get(id) ?? NOBODY;
          return { ...(yield* head()).block, ...counted.block(), slave_ids: [...counted.others] };
        }),
    ),
  };
};

function agentBlock(agent: AgentSnapshot, viewer: Viewer, { byAgent }: Tallies): Json {
  const counted = byAgent.get(agent.id) ?? NOBODY;
  return { ...agent.block(viewer), ...counted.block(), framework_ids: [...counted.others] };
}

function tasksOf(parts: MasterParts, framework: FrameworkRecord, viewer: Viewer): TaskSnapshot[] {
  const { tasks, unreachable, completed } = framework;
  return [tasks, unreachable, completed].flatMap((records) => snapshotsOf(parts, framework, viewer, records));
}

function* tally(
  { id, description }: FrameworkRecord,
  snapshots: readonly TaskSnapshot[],
  { byAgent, byFramework }: Tallies,
): Generator<undefined, void> {
  const ofFramework = tallyIn(byFramework, id);
  for (const [n, { state: name, task }] of snapshots.entries()) {
    const state = taskStateFor(name, description.traits);
    tallyIn(byAgent, task.agentId).add(state, id);
    ofFramework.add(state, task.agentId);
    if (n % TASKS_A_STEP === 0) yield;
  }
}

function tallyIn(tallies: Map<string, Tally>, id: string): Tally {
  const known = tallies.get(id);
  if (known !== undefined) return known;
  const made = new Tally();
  tallies.set(id, made);
  return made;
}

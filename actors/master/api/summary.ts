/** `/state-summary`: agents and frameworks with numbers of tasks instead of the tasks (v1-operator-api.md §5.3). */
import { taskStateFor } from '../../../statecharts/task.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { Document, Json } from './blocks.ts';
import { frameworkHead } from './frameworks.ts';
import { usedByFramework } from './listings.ts';
import { agentBlock } from './slaves.ts';
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

export const summaryDocument: Document = (parts, viewer) => {
  const byAgent = new Map<string, Tally>();
  const byFramework = new Map<string, Tally>();
  const frameworks = [...parts.frameworks.all()].filter((each) => viewer.seesFramework(each));
  for (const framework of frameworks) tally(parts, framework, viewer, byAgent, byFramework);
  const none = new Tally();
  const used = usedByFramework(parts);
  return {
    hostname: parts.info.hostname,
    cluster: parts.flags.cluster,
    slaves: [...parts.agents.all()].map((agent) => {
      const counted = byAgent.get(agent.id) ?? none;
      return { ...agentBlock(parts, agent, viewer), ...counted.block(), framework_ids: [...counted.others] };
    }),
    frameworks: frameworks.map((framework) => {
      const counted = byFramework.get(framework.id) ?? none;
      const head = frameworkHead(parts, framework, viewer, used);
      return { ...head, ...counted.block(), slave_ids: [...counted.others] };
    }),
  };
};

function tally(
  parts: MasterParts,
  framework: FrameworkRecord,
  viewer: Viewer,
  byAgent: Map<string, Tally>,
  byFramework: Map<string, Tally>,
): void {
  for (const tasks of [framework.tasks, framework.unreachable, framework.completed]) {
    for (const task of tasks.values()) {
      if (!viewer.seesTask(framework, task)) continue;
      const state = taskStateFor(parts.tasks.stateName(task), framework.description.traits);
      tallyIn(byAgent, task.agentId).add(state, framework.id);
      tallyIn(byFramework, framework.id).add(state, task.agentId);
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

/** Agents and tasks as they are at one moment, for answers about the whole cluster: taken along at once, looked at a few at a time. */
import type { AgentRecord } from '../agents/record.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import type { TaskRecord } from '../tasks/record.ts';
import type { AgentSnapshot } from './agentSnapshots.ts';
import type { Moment } from './moments.ts';
import type { TaskSnapshot } from './taskSnapshots.ts';
import type { Viewer } from './viewer.ts';

export type TaskGroup = 'tasks' | 'unreachable' | 'completed';

const GROUPS: readonly TaskGroup[] = ['tasks', 'unreachable', 'completed'];

/** Where in the moment's tasks those of a group begin, and where they end. */
type Span = readonly [from: number, to: number];

/** A framework as it was: its description is replaced when it changes. */
interface Owner extends Record<TaskGroup, Span> {
  readonly description: FrameworkRecord['description'];
}

const NOTHING: Span = [0, 0];

export interface Looked {
  readonly agents?: Iterable<AgentRecord>;
  /** Whose tasks are looked at. */
  readonly frameworks?: Iterable<FrameworkRecord>;
}

export class Look {
  private readonly agentMoment: Moment<AgentRecord, AgentSnapshot>;
  private readonly taskMoment: Moment<TaskRecord, TaskSnapshot>;
  private readonly owners = new Map<FrameworkRecord, Owner>();

  /** The present moment. `take` must follow. */
  constructor(parts: MasterParts, { agents = [], frameworks = [] }: Looked) {
    const tasks: TaskRecord[] = [];
    for (const framework of frameworks) {
      const spans: Record<TaskGroup, Span> = { tasks: NOTHING, unreachable: NOTHING, completed: NOTHING };
      for (const group of GROUPS) {
        const from = tasks.length;
        for (const task of framework[group].values()) tasks.push(task);
        spans[group] = [from, tasks.length];
      }
      this.owners.set(framework, { ...spans, description: framework.description });
    }
    this.agentMoment = parts.agents.moments.begin([...agents]);
    this.taskMoment = parts.tasks.moments.begin(tasks);
  }

  /** Looks at all; stops again and again for the caller to look at the time. */
  *take(): Generator<undefined, void> {
    try {
      yield* this.agentMoment.take();
      yield* this.taskMoment.take();
    } finally {
      this.taskMoment.end();
    }
  }

  /** After `take`. */
  get agents(): readonly AgentSnapshot[] {
    return this.agentMoment.snapshots;
  }

  /** Those of a framework's tasks that are seen, in order; after `take`. */
  *tasksOf(framework: FrameworkRecord, group: TaskGroup, viewer: Viewer): Generator<TaskSnapshot, void> {
    const owner = this.owners.get(framework);
    if (owner === undefined) return;
    const [from, to] = owner[group];
    for (let at = from; at < to; at++) {
      const snapshot = this.taskMoment.snapshots[at];
      if (snapshot !== undefined && viewer.seesTask(owner, snapshot.task)) yield snapshot;
    }
  }
}

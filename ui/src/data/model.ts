/** What the page knows of the cluster: the snapshot, and every event since. */
import { agentState, awayOf, frameworkState, scalar, secondsOf } from './facts.ts';
import { type History, samplesOf } from './history.ts';
import { Index } from './rowIndex.ts';
import type {
  AgentRow,
  Details,
  FrameworkRow,
  OfferRow,
  RowKinds,
  Rows,
  RowsQuestion,
  Sample,
  Summary,
  TaskRow,
} from './rows.ts';
import type { Agent, Executor, Framework, MasterEvent, State, Task } from './types.ts';
import { NO_USE, type Uses, usesOf } from './uses.ts';

type Kept = TaskRow['kept'];

interface KeptTask {
  readonly task: Task;
  readonly kept: Kept;
  /** Its row, as long as nothing is called otherwise. */
  row?: { readonly names: number; readonly row: TaskRow };
}

/** Completed tasks that are kept here, at most: those of a long life would fill the page's memory. */
const COMPLETED_MAX = 20_000;
/** Samples of the charts: an hour, one every five seconds. */
const SAMPLES_MAX = 720;

const UNREACHABLE = 'TASK_UNREACHABLE';
const TERMINAL = /^TASK_(FINISHED|FAILED|KILLED|ERROR|LOST|DROPPED|GONE|GONE_BY_OPERATOR)$/;

export class Model {
  private readonly agents = new Map<string, Agent>();
  private readonly frameworks = new Map<string, { framework: Framework; isCompleted: boolean }>();
  private readonly tasks = new Map<string, KeptTask>();
  private completed: string[] = [];
  private readonly history: Sample[] = [];
  /** Sums over tasks, made when they are asked for. */
  private uses: Uses | undefined;
  private executors: readonly Executor[] = [];
  /** Host names, also of agents that are not registered any more. */
  private readonly hosts = new Map<string, string>();
  /** Another number whenever a host or framework is called otherwise: names stand in the rows of tasks. */
  private names = 0;
  /** Agents that are known and not registered, by state. */
  private away: Readonly<Record<string, number>> = {};
  private isMissingExecutors = false;
  private readonly index = new Index((kind) => this.allRows(kind));

  apply(event: MasterEvent): void {
    this.uses = undefined;
    this.index.forget();
    const { subscribed, task_added, task_updated, agent_added, agent_removed } = event;
    if (subscribed?.get_state !== undefined) this.begin(subscribed.get_state);
    if (task_added !== undefined) this.begun(task_added.task);
    if (task_updated !== undefined) this.update(task_updated);
    if (agent_added !== undefined) this.keepAgent(agent_added.agent);
    if (agent_removed !== undefined) this.agents.delete(agent_removed.agent_id.value);
    this.applyToFrameworks(event);
  }

  /** @param counts of the master's agents, by the states of their chart */
  countAway(counts: Readonly<Record<string, number>>): void {
    this.away = awayOf(counts);
  }

  /** What no event tells of: drain and deactivation. */
  replaceAgents(agents: readonly Agent[]): void {
    this.uses = undefined;
    this.index.forget();
    this.agents.clear();
    for (const agent of agents) this.keepAgent(agent);
  }

  /** What no event tells of either. */
  replaceExecutors(executors: readonly Executor[]): void {
    this.uses = undefined;
    this.index.forget();
    this.executors = executors;
  }

  /** Whether executors may have come or gone since it was asked last. */
  takeMissingExecutors(): boolean {
    const was = this.isMissingExecutors;
    this.isMissingExecutors = false;
    return was;
  }

  rows<Kind extends keyof RowKinds>(question: RowsQuestion<Kind>): Rows<RowKinds[Kind]> {
    return this.index.rows(question);
  }

  summary(at: number): Summary {
    return {
      agents: { ...countBy(this.agents.values(), agentState), ...this.away },
      frameworks: countBy(this.frameworks.values(), ({ framework, isCompleted }) =>
        frameworkState(framework, isCompleted),
      ),
      tasks: countBy(this.tasks.values(), ({ task }) => task.state),
      now: this.sample(at),
      history: this.history,
    };
  }

  remember(at: number): void {
    this.history.push(this.sample(at));
    if (this.history.length > SAMPLES_MAX) this.history.shift();
  }

  /** What the master noted before this page looked. @param aheadSeconds what its clock is ahead of this page's */
  recall(noted: History, aheadSeconds: number): void {
    const first = this.history[0]?.at ?? Number.POSITIVE_INFINITY;
    const older = samplesOf(noted, aheadSeconds).filter(({ at }) => at < first);
    this.history.unshift(...older.slice(-Math.max(0, SAMPLES_MAX - this.history.length)));
  }

  agent(id: string): { agent: Agent; row: AgentRow } | undefined {
    const agent = this.agents.get(id);
    return agent && { agent, row: this.agentRow(agent) };
  }

  framework(id: string): { framework: Framework; row: FrameworkRow } | undefined {
    const known = this.frameworks.get(id);
    return (
      known && { framework: known.framework, row: this.frameworkRow(known.framework, known.isCompleted) }
    );
  }

  task(framework: string, id: string): Details['task'] {
    const known = this.tasks.get(`${framework}/${id}`);
    const principal = this.frameworks.get(framework)?.framework.framework_info.principal ?? '';
    return known && { task: known.task, row: this.taskRow(known), principal };
  }

  private begin({ get_agents, get_executors, get_frameworks, get_tasks }: State): void {
    this.agents.clear();
    this.frameworks.clear();
    this.names += 1;
    this.tasks.clear();
    this.completed = [];
    this.executors = get_executors?.executors ?? [];
    for (const agent of get_agents?.agents ?? []) this.keepAgent(agent);
    for (const framework of get_frameworks?.frameworks ?? []) this.keepFramework(framework, false);
    for (const framework of get_frameworks?.completed_frameworks ?? []) this.keepFramework(framework, true);
    for (const task of get_tasks?.completed_tasks ?? []) this.keep(task, 'completed');
    for (const task of get_tasks?.pending_tasks ?? []) this.keep(task, 'pending');
    for (const task of get_tasks?.unreachable_tasks ?? []) this.keep(task, 'unreachable');
    for (const task of get_tasks?.tasks ?? []) this.keep(task, 'active');
  }

  private keepAgent(agent: Agent): void {
    const { id, hostname } = agent.agent_info;
    this.agents.set(id.value, agent);
    if (this.hosts.get(id.value) !== hostname) this.names += 1;
    this.hosts.set(id.value, hostname);
  }

  private applyToFrameworks({ framework_added, framework_updated, framework_removed }: MasterEvent): void {
    const changed = framework_added ?? framework_updated;
    if (changed !== undefined) this.keepFramework(changed.framework, false);
    const gone = this.frameworks.get(framework_removed?.framework_info.id.value ?? '');
    if (gone !== undefined) this.keepFramework({ ...gone.framework, active: false, connected: false }, true);
  }

  private keepFramework(framework: Framework, isCompleted: boolean): void {
    const { id, name } = framework.framework_info;
    if (this.frameworks.get(id.value)?.framework.framework_info.name !== name) this.names += 1;
    this.frameworks.set(id.value, { framework, isCompleted });
  }

  private begun(task: Task): void {
    this.isMissingExecutors ||= task.executor_id !== undefined;
    this.keep(task);
  }

  private keep(task: Task, kept: Kept = 'active'): void {
    const key = `${task.framework_id.value}/${task.task_id.value}`;
    this.tasks.set(key, { task, kept });
    if (kept === 'completed') this.completed.push(key);
    while (this.completed.length > COMPLETED_MAX) {
      const oldest = this.completed.shift() ?? '';
      if (this.tasks.get(oldest)?.kept === 'completed') this.tasks.delete(oldest);
    }
  }

  private update({ framework_id, status, state }: NonNullable<MasterEvent['task_updated']>): void {
    const known = this.tasks.get(`${framework_id.value}/${status.task_id.value}`);
    if (known === undefined) return;
    this.isMissingExecutors ||= known.task.executor_id !== undefined && TERMINAL.test(state);
    const task = { ...known.task, state, statuses: [...(known.task.statuses ?? []), status] };
    this.keep(task, TERMINAL.test(state) ? 'completed' : state === UNREACHABLE ? 'unreachable' : 'active');
  }

  private allRows(kind: keyof RowKinds): readonly RowKinds[keyof RowKinds][] {
    switch (kind) {
      case 'agents':
        return [...this.agents.values()].map((agent) => this.agentRow(agent));
      case 'frameworks':
        return [...this.frameworks.values()].map((each) =>
          this.frameworkRow(each.framework, each.isCompleted),
        );
      case 'tasks':
        return [...this.tasks.values()].map((each) => this.rowOf(each));
      case 'offers':
        return this.offerRows();
    }
  }

  private agentRow(agent: Agent): AgentRow {
    const { id, hostname, attributes, domain } = agent.agent_info;
    const use = this.usesNow().byAgent.get(id.value) ?? NO_USE;
    const place = domain?.fault_domain;
    return {
      id: id.value,
      host: hostname,
      state: agentState(agent),
      version: agent.version,
      attributes: (attributes ?? [])
        .map((each) => `${each.name}:${each.text?.value ?? each.scalar?.value ?? ''}`)
        .join(' '),
      zone: place === undefined ? '' : `${place.region.name}/${place.zone.name}`,
      tasks: use.tasks,
      cpus: use.cpus,
      mem: use.mem,
      disk: use.disk,
      cpusTotal: scalar(agent.total_resources, 'cpus'),
      memTotal: scalar(agent.total_resources, 'mem'),
      diskTotal: scalar(agent.total_resources, 'disk'),
      gpusTotal: scalar(agent.total_resources, 'gpus'),
      since: secondsOf(agent.reregistered_time ?? agent.registered_time),
    };
  }

  private frameworkRow(framework: Framework, isCompleted: boolean): FrameworkRow {
    const { id, name, user, roles, role, principal, webui_url } = framework.framework_info;
    const use = this.usesNow().byFramework.get(id.value) ?? NO_USE;
    const { cpusTotal, memTotal, diskTotal, gpusTotal } = this.totals();
    const shares = [use.cpus / cpusTotal, use.mem / memTotal, use.disk / diskTotal, use.gpus / gpusTotal];
    return {
      id: id.value,
      name,
      state: frameworkState(framework, isCompleted),
      user,
      roles: (roles ?? [role ?? '*']).join(', '),
      principal: principal ?? '',
      webUi: webui_url ?? '',
      tasks: use.tasks,
      cpus: use.cpus,
      mem: use.mem,
      share: Math.max(0, ...shares.filter(Number.isFinite)),
      offers: framework.offers?.length ?? 0,
      since: secondsOf(
        framework.unregistered_time ?? framework.reregistered_time ?? framework.registered_time,
      ),
    };
  }

  private rowOf(each: KeptTask): TaskRow {
    const { names } = this;
    if (each.row?.names !== names) each.row = { names, row: this.taskRow(each) };
    return each.row.row;
  }

  private taskRow({ task, kept }: KeptTask): TaskRow {
    const last = task.statuses?.at(-1);
    const framework = task.framework_id.value;
    return {
      key: `${framework}/${task.task_id.value}`,
      id: task.task_id.value,
      name: task.name,
      framework,
      frameworkName: this.frameworks.get(framework)?.framework.framework_info.name ?? framework,
      agent: task.agent_id.value,
      host: this.hosts.get(task.agent_id.value) ?? '',
      role: task.resources?.[0]?.allocation_info?.role ?? '*',
      kept,
      state: task.state.replace(/^TASK_/, ''),
      health: last?.healthy === undefined ? '' : last.healthy ? 'healthy' : 'unhealthy',
      cpus: scalar(task.resources, 'cpus'),
      mem: scalar(task.resources, 'mem'),
      since: last?.timestamp ?? 0,
      message: last?.message ?? '',
    };
  }

  private offerRows(): OfferRow[] {
    return [...this.frameworks.values()].flatMap(({ framework }) =>
      (framework.offers ?? []).map((offer) => ({
        id: offer.id.value,
        framework: framework.framework_info.id.value,
        frameworkName: framework.framework_info.name,
        role: offer.allocation_info?.role ?? '*',
        agent: offer.agent_id.value,
        host: offer.hostname,
        cpus: scalar(offer.resources, 'cpus'),
        mem: scalar(offer.resources, 'mem'),
        disk: scalar(offer.resources, 'disk'),
      })),
    );
  }

  private totals(): Omit<Sample, 'at' | 'running' | 'cpus' | 'mem' | 'disk' | 'gpus'> {
    const total = { cpusTotal: 0, memTotal: 0, diskTotal: 0, gpusTotal: 0 };
    for (const { total_resources } of this.agents.values()) {
      total.cpusTotal += scalar(total_resources, 'cpus');
      total.memTotal += scalar(total_resources, 'mem');
      total.diskTotal += scalar(total_resources, 'disk');
      total.gpusTotal += scalar(total_resources, 'gpus');
    }
    return total;
  }

  private sample(at: number): Sample {
    const used = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
    for (const use of this.usesNow().byAgent.values()) {
      used.cpus += use.cpus;
      used.mem += use.mem;
      used.disk += use.disk;
      used.gpus += use.gpus;
    }
    let running = 0;
    for (const { task } of this.tasks.values()) if (task.state === 'TASK_RUNNING') running += 1;
    return { at, ...used, ...this.totals(), running };
  }

  private usesNow(): Uses {
    this.uses ??= usesOf(
      [...this.tasks.values()].filter(({ kept }) => kept === 'active').map(({ task }) => task),
      this.executors.filter(({ agent_id }) => this.agents.has(agent_id.value)),
    );
    return this.uses;
  }
}

function countBy<T>(all: Iterable<T>, keyOf: (each: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of all) counts[keyOf(each)] = (counts[keyOf(each)] ?? 0) + 1;
  return counts;
}

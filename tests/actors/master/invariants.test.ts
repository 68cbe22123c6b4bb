/**
 * Random lives of a cluster: agents come, fall silent, die and return, frameworks come and go, tasks are launched, reported,
 * acknowledged, killed, masters fail over. After each step the books must agree (failover.md, invariants 2, 3, 9, 26, 28, 29).
 */
import test from 'ava';
import type { TaskRecord } from '../../../actors/master/tasks/record.ts';
import { SchedulerCallType, type Task, TaskState } from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import { SeededRandom } from '../../../runtime/index.ts';
import {
  agentInfo,
  frameworkInfo,
  oldFrameworkInfo,
  type Puppet,
  TestCluster,
  taskInfo,
} from './support/cluster.ts';

interface PlayedAgent {
  readonly port: number;
  puppet: Puppet;
  id: string;
  up: boolean;
}

interface PlayedFramework {
  readonly port: number;
  scheduler: Puppet;
  id: string;
  readonly old: boolean;
}

const STATES = [
  TaskState.TASK_STARTING,
  TaskState.TASK_RUNNING,
  TaskState.TASK_KILLING,
  TaskState.TASK_FINISHED,
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
];

class Life {
  readonly cluster = new TestCluster();
  private readonly random: SeededRandom;
  private readonly agents: PlayedAgent[] = [];
  private readonly frameworks: PlayedFramework[] = [];
  private readonly unacknowledged: [PlayedFramework, string, string, Uint8Array][] = [];
  private nextPort = 5100;
  private tasks = 0;
  /** Tasks launched and reported: that something happened at all. */
  changes = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
  }

  step(): string {
    const steps: readonly [weight: number, name: string, run: () => void][] = [
      [4, 'agent joins', () => this.agentJoins()],
      [1, 'agent dies', () => this.agentDies()],
      [2, 'agent returns', () => this.agentReturns()],
      [1, 'agent falls silent', () => this.agentFallsSilent()],
      [1, 'agent gone', () => this.agentGone()],
      [4, 'framework joins', () => this.frameworkJoins()],
      [1, 'framework leaves', () => this.frameworkLeaves()],
      [1, 'master fails over', () => this.masterFailsOver()],
      [1, 'framework fails over', () => this.frameworkFailsOver()],
      [20, 'launch', () => this.launch()],
      [3, 'decline', () => this.decline()],
      [30, 'update', () => this.update()],
      [20, 'acknowledge', () => this.acknowledge()],
      [3, 'kill', () => this.kill()],
      [1, 'reconcile', () => this.reconcile()],
      [6, 'time passes', () => this.cluster.run(1 + this.random.next() * 5_000)],
    ];
    let at = this.random.next() * steps.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, name, run] of steps) {
      at -= weight;
      if (at >= 0) continue;
      run();
      this.cluster.run(this.random.next() * 1000);
      return name;
    }
    return 'nothing';
  }

  private pick<T>(list: readonly T[]): T | undefined {
    return list[Math.floor(this.random.next() * list.length)];
  }

  private agentJoins(): void {
    if (this.agents.length >= 5) return;
    const port = this.nextPort++;
    const puppet = this.cluster.agent(port);
    const id = this.cluster.register(puppet, agentInfo(undefined, `host-${port}`));
    this.agents.push({ port, puppet, id, up: true });
  }

  private agentDies(): void {
    const agent = this.pick(this.agents.filter(({ up }) => up));
    if (agent === undefined) return;
    agent.up = false;
    this.cluster.kill(agent.port);
  }

  private agentReturns(): void {
    const agent = this.pick(this.agents);
    if (agent !== undefined) this.bringBack(agent, this.knownTasks());
  }

  /** Agents and frameworks look for the new master, some sooner, some later. */
  private masterFailsOver(): void {
    const known = this.knownTasks();
    this.cluster.failOver();
    this.unacknowledged.length = 0;
    for (const framework of this.frameworks) {
      const info = framework.old ? oldFrameworkInfo() : frameworkInfo();
      this.cluster.subscribe(framework.scheduler, {
        ...info,
        id: { value: framework.id },
        failover_timeout: 100,
      });
      framework.scheduler.forget();
    }
    for (const agent of this.agents) if (this.random.next() < 0.7) this.bringBack(agent, known);
  }

  /** As their agents would report them: what has ended has ended, the rest is somewhere on its way. */
  private knownTasks(): Task[] {
    const { frameworks, tasks } = this.cluster.master.parts;
    const known = [...frameworks.all()].flatMap((framework) => [
      ...framework.tasks.values(),
      ...framework.unreachable.values(),
    ]);
    return known.map((task) => ({
      ...task.description,
      resources: task.resources.toMessages(),
      state: (tasks.isTerminal(task) ? undefined : this.pick(STATES)) ?? TaskState.TASK_FINISHED,
    }));
  }

  /** The agent registers again, with most of its tasks. */
  private bringBack(agent: PlayedAgent, known: readonly Task[]): void {
    if (!agent.up) agent.puppet = this.cluster.agent(agent.port);
    agent.up = true;
    agent.puppet.pongs = true;
    this.cluster.reregister(agent.puppet, agent.id, {
      slave: { ...agentInfo(undefined, `host-${agent.port}`), id: { value: agent.id } },
      tasks: known.filter(({ agent_id }) => agent_id.value === agent.id && this.random.next() < 0.8),
      frameworks: this.frameworks.map(({ id, old }) => ({
        ...(old ? oldFrameworkInfo() : frameworkInfo()),
        id: { value: id },
      })),
    });
  }

  private agentFallsSilent(): void {
    const agent = this.pick(this.agents.filter(({ up }) => up));
    if (agent === undefined) return;
    agent.puppet.pongs = false;
    this.cluster.run(91_000);
  }

  private agentGone(): void {
    const agent = this.pick(this.agents);
    if (agent === undefined) return;
    this.cluster.master.parts.losses.markGone(agent.id, () => {});
    this.cluster.run(5);
    if (agent.up) this.cluster.kill(agent.port);
    this.agents.splice(this.agents.indexOf(agent), 1);
  }

  private frameworkJoins(): void {
    if (this.frameworks.length >= 4) return;
    const port = this.nextPort++;
    const scheduler = this.cluster.scheduler(port);
    const old = this.random.next() < 0.4;
    const fields = { failover_timeout: this.random.next() * 200, checkpoint: this.random.next() < 0.5 };
    const id = this.cluster.subscribe(scheduler, old ? oldFrameworkInfo(fields) : frameworkInfo(fields));
    this.frameworks.push({ port, scheduler, id, old });
  }

  private frameworkLeaves(): void {
    const framework = this.pick(this.frameworks);
    if (framework === undefined) return;
    if (this.random.next() < 0.5) this.cluster.kill(framework.port);
    else this.call(framework, { type: SchedulerCallType.TEARDOWN });
    this.frameworks.splice(this.frameworks.indexOf(framework), 1);
  }

  private frameworkFailsOver(): void {
    const framework = this.pick(this.frameworks);
    if (framework === undefined) return;
    const port = this.nextPort++;
    const scheduler = this.cluster.scheduler(port);
    const info = framework.old ? oldFrameworkInfo() : frameworkInfo();
    const again = { ...info, id: { value: framework.id }, failover_timeout: 100 };
    this.cluster.call(scheduler, {
      type: SchedulerCallType.SUBSCRIBE,
      subscribe: { framework_info: again, ...{ force: true } },
    });
    this.frameworks.splice(this.frameworks.indexOf(framework), 1, { ...framework, port, scheduler });
  }

  private launch(): void {
    const framework = this.pick(this.frameworks);
    const offer = this.pickOffer(framework);
    if (framework === undefined || offer === undefined) return;
    const ids = Array.from({ length: 1 + Math.floor(this.random.next() * 4) }, () =>
      this.random.next() < 0.1 ? 'again' : `t${this.tasks++}`,
    );
    const tasks = ids.map((id) => taskInfo(id, offer.agent_id.value, 'cpus:0.7;mem:100'));
    this.cluster.launch(
      framework.scheduler,
      framework.id,
      offer,
      tasks,
      Math.max(0, this.random.next() * 4 - 2),
    );
  }

  /** Mostly one that is out, sometimes one that was. */
  private pickOffer(framework: PlayedFramework | undefined) {
    if (framework === undefined) return undefined;
    const all = this.cluster.offers(framework.scheduler);
    const out = all.filter(({ id }) => this.cluster.master.parts.offers.find(id.value) !== undefined);
    return this.random.next() < 0.1 ? this.pick(all) : this.pick(out);
  }

  private decline(): void {
    const framework = this.pick(this.frameworks);
    const offer = this.pickOffer(framework);
    if (framework === undefined || offer === undefined) return;
    this.call(framework, { type: SchedulerCallType.DECLINE, decline: { offer_ids: [offer.id] } });
  }

  private someTask(): [PlayedFramework, TaskRecord] | undefined {
    const framework = this.pick(this.frameworks);
    const record = this.cluster.master.parts.frameworks.find(framework?.id ?? '');
    const task = this.pick([...(record?.tasks.values() ?? [])]);
    return framework === undefined || task === undefined ? undefined : [framework, task];
  }

  private update(): void {
    const [framework, task] = this.someTask() ?? [];
    const agent = this.agents.find(({ id, up }) => up && id === task?.agentId);
    const state = this.pick(STATES);
    if (framework === undefined || task === undefined || agent === undefined || state === undefined) return;
    this.changes++;
    const uuid = this.cluster.update(agent.puppet, framework.id, task.id, task.agentId, state);
    this.unacknowledged.push([framework, task.id, task.agentId, uuid]);
  }

  private acknowledge(): void {
    const [framework, taskId, agentId, uuid] = this.unacknowledged.shift() ?? [];
    if (framework === undefined || taskId === undefined || agentId === undefined || uuid === undefined)
      return;
    const now = this.frameworks.find(({ id }) => id === framework.id);
    if (now !== undefined) this.cluster.acknowledge(now.scheduler, now.id, taskId, agentId, uuid);
  }

  private kill(): void {
    const [framework, task] = this.someTask() ?? [];
    if (framework === undefined || task === undefined) return;
    this.call(framework, { type: SchedulerCallType.KILL, kill: { task_id: { value: task.id } } });
  }

  private reconcile(): void {
    const framework = this.pick(this.frameworks);
    if (framework !== undefined) this.call(framework, { type: SchedulerCallType.RECONCILE, reconcile: {} });
  }

  private call(framework: PlayedFramework, call: Parameters<TestCluster['call']>[1]): void {
    this.cluster.call(framework.scheduler, { ...call, framework_id: { value: framework.id } });
  }
}

/** What of the master's books does not agree. */
function disagreements({ master, masterNode, errors }: TestCluster): string[] {
  const { agents, frameworks, offers, tasks, allocation, registrar } = master.parts;
  const found = errors.map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`);
  if (masterNode.handlerErrors > 0) found.push('a handler threw');
  const { slaves, unreachable, gone } = registrar.registry;
  for (const id of slaves.keys())
    if (unreachable.has(id) || gone.has(id)) found.push(`${id} is in two lists`);
  for (const agent of agents.all()) {
    if (!slaves.has(agent.id)) found.push(`member ${agent.id} is not in the registry`);
    const held = allocation.allocator.held(agent.id);
    const out = offers.listed(agent.offers);
    for (const id of new Set([
      ...held.keys(),
      ...agent.used.keys(),
      ...out.map(({ frameworkId }) => frameworkId),
    ])) {
      const used = agent.used.get(id) ?? Resources.EMPTY;
      const offered = Resources.sum(
        out.filter((o) => o.frameworkId === id).map(({ resources }) => resources),
      );
      const known = held.get(id) ?? Resources.EMPTY;
      if (!known.equals(used.plus(offered)))
        found.push(`${agent.id}/${id}: allocator ${known}, here ${used} + ${offered}`);
      const charged = [...(agent.tasks.get(id)?.values() ?? [])].filter((task) =>
        tasks.chart.hasTag(task.key, 'holdsResources'),
      );
      const sum = Resources.sum(charged.map(({ resources }) => resources));
      if (!sum.equals(used)) found.push(`${agent.id}/${id}: tasks hold ${sum}, charged are ${used}`);
    }
    const all = Resources.sum(held.values()).unallocated();
    if (!agent.total.contains(all)) found.push(`${agent.id}: ${all} of ${agent.total} is held`);
  }
  let remembered = 0;
  for (const framework of [...frameworks.all(), ...frameworks.completed()]) {
    remembered += framework.tasks.size + framework.unreachable.size + framework.completed.size;
    for (const task of framework.tasks.values()) {
      if (agents.find(task.agentId)?.tasks.get(framework.id)?.get(task.id) !== task)
        found.push(`${task.key} has no agent`);
      if (framework.unreachable.has(task.id)) found.push(`${task.key} is active and unreachable`);
    }
    for (const task of framework.unreachable.values()) {
      if (!tasks.isUnreachable(task)) found.push(`${task.key} is not unreachable`);
    }
    for (const task of framework.completed.values()) {
      if (!tasks.isTerminal(task)) found.push(`${task.key} has not ended`);
    }
    for (const id of framework.offers)
      if (offers.find(id) === undefined) found.push(`offer ${id} is not out`);
  }
  if (remembered !== tasks.chart.size) found.push(`${tasks.chart.size} charts of ${remembered} tasks`);
  if (offers.chart.size !== offers.count) found.push(`${offers.chart.size} charts of ${offers.count} offers`);
  return found;
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

for (const seed of SEEDS) {
  test(`the books agree, seed ${seed}`, (t) => {
    const life = new Life(seed);
    const steps: string[] = [];
    for (let i = 0; i < 400; i++) {
      steps.push(life.step());
      const found = disagreements(life.cluster);
      if (found.length > 0) {
        t.deepEqual(found, [], `after step ${i}: …, ${steps.slice(-4).join(', ')}`);
        return;
      }
    }
    t.true(life.changes > 30, `${life.changes} changes of tasks`);
  });
}

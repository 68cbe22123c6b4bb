/**
 * The table of hosts: which agents are offered, and who says that some are not (spec: other-frameworks.md §5). An agent that is off is
 * deactivated: it gets no new tasks, and what runs there goes on. All of it is in the registry before it is in force.
 */
import { TaskState } from '../../../proto/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { type HostEvent, hostMachine } from '../../../statecharts/host.ts';
import type { MasterParts } from '../parts.ts';
import type { Done } from '../policy/done.ts';
import { switchHost } from '../registrar/hostOperations.ts';
import { BlackHoles, type TaskTurn } from './blackHoles.ts';
import { entryOf, type HostEntry, labelsOf } from './entry.ts';
import { HostTests, TESTS_MAX, type TestReport } from './hostTests.ts';

/** How often all hosts are looked at. */
const CHECK_MS = 60_000;

const TURNS: ReadonlyMap<number, TaskTurn> = new Map([
  [TaskState.TASK_FINISHED, 'finished'],
  [TaskState.TASK_FAILED, 'failed'],
  [TaskState.TASK_ERROR, 'failed'],
  [TaskState.TASK_DROPPED, 'failed'],
]);

export class HostTable {
  private readonly parts: MasterParts;
  private readonly chart: ChartTable<typeof hostMachine>;
  private readonly entries = new Map<string, HostEntry>();
  private readonly tests = new HostTests();
  private readonly blackHoles: BlackHoles;
  /** Hosts that are to be off, while too many are. */
  private readonly alarms = new Set<string>();
  /** Hosts that go off by themselves, as soon as that is written down. */
  private readonly going = new Set<string>();

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.blackHoles = new BlackHoles(parts.flags.black_hole_window);
    this.chart = new ChartTable(hostMachine, parts.chartReports);
    parts.actor.node.inspector.register(parts.actor.self, this.chart);
  }

  /** A new leader: what was written down is in force. */
  recover(): void {
    for (const [id, labels] of this.parts.registrar.registry.hosts) {
      const entry = entryOf(labels);
      this.entries.set(id, entry);
      this.chart.start(id);
      this.chart.step(id, { type: recoveryOf(entry) });
    }
  }

  /** The master leads. */
  start(): void {
    this.parts.actor.delay(CHECK_MS, () => {
      this.check();
      this.start();
    });
  }

  entry(id: string): HostEntry | undefined {
    return this.entries.get(id);
  }

  testsOf(id: string): object[] {
    return this.tests.of(id, this.parts.steadyMs, this.parts.nowMs);
  }

  /** Hosts that are to be off, but are not, as too many are off by themselves. */
  get alarmed(): ReadonlySet<string> {
    return this.alarms;
  }

  get offCount(): number {
    return this.chart.countTag('off');
  }

  /** Somebody says so. @param ttlSeconds undefined: until somebody says otherwise @throws HttpRefusal 400 */
  set(
    id: string,
    said: { readonly status: 'on' | 'off'; readonly reason: string; readonly ttlSeconds?: number },
    done: Done,
  ): void {
    this.checkKnown(id);
    const { status, reason, ttlSeconds } = said;
    const untilMs = ttlSeconds === undefined ? undefined : this.parts.nowMs + ttlSeconds * 1000;
    this.change(id, { status, reason, source: 'manual', ...(untilMs !== undefined && { untilMs }) }, done);
  }

  /** What was said is taken back, by whomever. @throws HttpRefusal 404 */
  clear(id: string, done: Done): void {
    if (!this.entries.has(id)) throw new HttpRefusal(404, `Nothing is said of agent '${id}'`);
    this.tests.forget(id);
    this.blackHoles.forget(id);
    this.end(id, 'CLEARED', done);
  }

  /** A test tells how it went. @throws HttpRefusal 400, 409 */
  report(id: string, test: string, report: TestReport): void {
    this.checkKnown(id);
    if (!this.tests.report(id, test, report, this.parts.steadyMs))
      throw new HttpRefusal(409, `Agent '${id}' has ${TESTS_MAX} tests already`);
    this.look(id);
  }

  /** @throws HttpRefusal 404 */
  removeTest(id: string, test: string): void {
    if (!this.tests.remove(id, test)) throw new HttpRefusal(404, `Agent '${id}' has no test '${test}'`);
    this.look(id);
  }

  /** An operator reactivated the agent: whatever was said before, it is on. */
  reactivated(id: string): void {
    this.blackHoles.forget(id);
    if (this.entries.get(id)?.status === 'off') this.end(id, 'CLEARED', () => undefined);
  }

  /** @param before state of the task until now */
  taskHeard(id: string, before: TaskState, state: TaskState): void {
    const waited = before === TaskState.TASK_STAGING || before === TaskState.TASK_STARTING;
    const turn = TURNS.get(state);
    if (before === state || (turn === undefined && state !== TaskState.TASK_RUNNING)) return;
    const { steadyMs } = this.parts;
    if (waited) this.blackHoles.note(id, 'started', steadyMs);
    if (turn !== undefined) this.blackHoles.note(id, turn, steadyMs);
  }

  private check(): void {
    const { registrar, nowMs } = this.parts;
    const { slaves, unreachable } = registrar.registry;
    const isMember = (id: string): boolean => slaves.has(id) || unreachable.has(id);
    for (const [id, { untilMs }] of this.entries) {
      if (!isMember(id)) this.end(id, 'REMOVED', () => undefined);
      else if (untilMs !== undefined && untilMs <= nowMs) this.end(id, 'TIME_OVER', () => undefined);
    }
    for (const id of new Set([...this.tests.agents(), ...this.blackHoles.agents()]))
      if (isMember(id)) this.look(id);
      else {
        this.tests.forget(id);
        this.blackHoles.forget(id);
        this.alarms.delete(id);
      }
  }

  /** Switches one host by what tests and tasks tell of it. */
  private look(id: string): void {
    const { nowMs, steadyMs, flags } = this.parts;
    const entry = this.entries.get(id);
    const untilMs = nowMs + flags.host_release_time;
    const test = this.tests.why(id, steadyMs);
    const hole = this.blackHoles.why(id, steadyMs);
    if (entry?.source === 'test' && test === undefined) this.end(id, 'TESTS_OK', () => undefined);
    if (entry !== undefined || this.going.has(id)) return;
    const ill = test ?? hole;
    if (ill === undefined) this.alarms.delete(id);
    else if (this.mayBeOff(id, ill)) {
      this.going.add(id);
      const source = test === undefined ? 'blackhole' : 'test';
      this.change(id, { status: 'off', reason: ill, untilMs, source }, () => void this.going.delete(id));
    }
  }

  /** Not too many at a time: a bad test must not switch the cluster off. */
  private mayBeOff(id: string, reason: string): boolean {
    const { registrar, flags, actor } = this.parts;
    const off = this.chart.countTag('automatic') + this.going.size + 1;
    if (off <= registrar.registry.slaves.size * flags.hosts_off_share_max) {
      this.alarms.delete(id);
      return true;
    }
    if (!this.alarms.has(id))
      actor.log.warn('a host should be off, but too many are off by themselves', { agent_id: id, reason });
    this.alarms.add(id);
    return false;
  }

  private change(id: string, said: Omit<HostEntry, 'deactivates'>, done: Done): void {
    const { agents } = this.parts;
    const isActive = agents.chart.matches(id, 'service.active');
    const before = this.entries.get(id);
    const off = said.status === 'off';
    const deactivates = off && (isActive || before?.deactivates === true);
    const offered = off ? (isActive ? false : undefined) : before?.deactivates === true ? true : undefined;
    this.write(id, { ...said, deactivates }, offered, eventOf(said), done);
  }

  private end(id: string, type: 'CLEARED' | 'TIME_OVER' | 'TESTS_OK' | 'REMOVED', done: Done): void {
    const offered = this.entries.get(id)?.deactivates === true ? true : undefined;
    this.write(id, undefined, offered, { type }, done);
  }

  private write(
    id: string,
    entry: HostEntry | undefined,
    wanted: boolean | undefined,
    event: HostEvent,
    done: Done,
  ): void {
    const { agents, registrar, actor } = this.parts;
    // What drains, or is back already, is not this table's to switch on.
    const offered = wanted === true && !agents.chart.matches(id, 'service.deactivated') ? undefined : wanted;
    registrar.apply(switchHost(id, entry === undefined ? undefined : labelsOf(entry), offered), (applied) => {
      if (!applied) {
        done(new HttpRefusal(409, `Agent '${id}' was removed meanwhile`));
        return;
      }
      if (!this.chart.has(id)) this.chart.start(id);
      this.chart.step(id, event);
      if (entry === undefined) {
        this.entries.delete(id);
        this.chart.stop(id);
      } else this.entries.set(id, entry);
      actor.log.info('host switched', { agent_id: id, status: entry?.status ?? 'on', reason: entry?.reason });
      if (offered !== undefined) agents.chart.step(id, { type: offered ? 'REACTIVATED' : 'DEACTIVATED' });
      done();
    });
  }

  private checkKnown(id: string): void {
    const { slaves, unreachable } = this.parts.registrar.registry;
    if (!slaves.has(id) && !unreachable.has(id)) throw new HttpRefusal(404, `Unknown agent '${id}'`);
  }
}

function eventOf({ status, source }: Pick<HostEntry, 'status' | 'source'>): HostEvent {
  return { type: recoveryOf({ status, source }) };
}

function recoveryOf({ status, source }: Pick<HostEntry, 'status' | 'source'>): HostEvent['type'] {
  if (status === 'on') return 'SWITCHED_ON';
  if (source === 'manual') return 'SWITCHED_OFF';
  return source === 'test' ? 'TEST_CRITICAL' : 'BLACK_HOLE';
}

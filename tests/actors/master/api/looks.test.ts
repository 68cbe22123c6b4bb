/** An answer that is put together in slices is of one moment: whatever happens between them, it is what one in a piece would have been. */
import test from 'ava';
import fc from 'fast-check';
import type { Document } from '../../../../actors/master/api/blocks.ts';
import { frameworksDocument } from '../../../../actors/master/api/frameworks.ts';
import { stateListing } from '../../../../actors/master/api/listings.ts';
import { slavesDocument } from '../../../../actors/master/api/slaves.ts';
import { stateDocument } from '../../../../actors/master/api/state.ts';
import { summaryDocument } from '../../../../actors/master/api/summary.ts';
import { tasksDocument } from '../../../../actors/master/api/tasks.ts';
import { Viewer } from '../../../../actors/master/api/viewer.ts';
import type { Writing } from '../../../../proto/api/readings.ts';
import { writeSections } from '../../../../proto/api/sections.ts';
import {
  AgentInfoCapabilityType,
  MasterCallType,
  SchedulerCallType,
  TaskState,
} from '../../../../proto/index.ts';
import { jsonPieces } from '../../../../proto/json.ts';
import { JSON_TYPE, PROTOBUF_TYPE } from '../../../../proto/mediaTypes.ts';
import { parseResources } from '../../../../proto/resources/index.ts';
import {
  agentInfo,
  frameworkInfo,
  type Puppet,
  reportedTask,
  TestCluster,
  taskInfo,
} from '../support/cluster.ts';

const AGENTS = 36;
const TASKS_EACH = 3;
const PORT = 5100;

const { MULTI_ROLE, HIERARCHICAL_ROLE, RESERVATION_REFINEMENT, AGENT_DRAINING } = AgentInfoCapabilityType;
const CAPABILITIES = [MULTI_ROLE, HIERARCHICAL_ROLE, RESERVATION_REFINEMENT, AGENT_DRAINING].map((type) => ({
  type,
}));

const DOCUMENTS: Readonly<Record<string, Document>> = {
  state: stateDocument,
  tasks: tasksDocument,
  summary: summaryDocument,
  slaves: slavesDocument,
  frameworks: frameworksDocument,
};

/** A cluster in which enough is there for a look to take several steps. */
class Busy {
  readonly cluster = new TestCluster();
  readonly scheduler = this.cluster.scheduler();
  readonly frameworkId = this.cluster.subscribe(this.scheduler, frameworkInfo({ checkpoint: true }));
  private readonly agents: (Puppet | undefined)[];
  private launched = 0;

  constructor() {
    this.agents = Array.from({ length: AGENTS }, (_, n) => this.comeBack(n));
    this.cluster.run(1500);
  }

  idOf(n: number): string {
    return `agent-${n % AGENTS}`;
  }

  /** Every kind of answer, begun at the present moment. */
  begin(): Writing[] {
    const { parts } = this.cluster.master;
    const viewer = new Viewer(parts.authorizer, undefined);
    const query = new URLSearchParams({ limit: '1000' });
    const documents = Object.values(DOCUMENTS).map((document) => jsonPieces(document(parts, viewer, query)));
    const listings = ([JSON_TYPE, PROTOBUF_TYPE] as const).map((type) => {
      const list = stateListing(parts, viewer);
      return (function* () {
        return yield* writeSections('mesos.v1.master.Response.GetState', type, {}, yield* list());
      })();
    });
    return [...documents, ...listings];
  }

  get looks(): number {
    const { agents, tasks } = this.cluster.master.parts;
    return agents.moments.count + tasks.moments.count;
  }

  comeBack(n: number): Puppet {
    const at = n % AGENTS;
    const agent = this.agents?.[at] ?? this.cluster.agent(PORT + at);
    const id = { value: this.idOf(n) };
    const tasks = Array.from({ length: TASKS_EACH }, (_, k) =>
      reportedTask(this.frameworkId, `${id.value}-${k}`, id.value, TaskState.TASK_RUNNING),
    );
    const frameworks = [frameworkInfo({ id: { value: this.frameworkId }, checkpoint: true })];
    const slave = { ...agentInfo('cpus:8;mem:8192', `host-${at}`), id };
    this.cluster.reregister(agent, id.value, { slave, tasks, frameworks, agent_capabilities: CAPABILITIES });
    return agent;
  }

  private readonly deeds: readonly ((n: number) => void)[] = [
    (n) => this.update(n, TaskState.TASK_KILLING),
    (n) => this.update(n, TaskState.TASK_FAILED),
    (n) => this.update(n, TaskState.TASK_RUNNING, { healthy: n % 2 === 0 }),
    (n) => {
      const uuid = this.update(n, TaskState.TASK_FINISHED);
      if (uuid !== undefined)
        this.cluster.acknowledge(this.scheduler, this.frameworkId, this.taskId(n), this.idOf(n), uuid);
    },
    (n) => {
      if (this.agents[n % AGENTS] === undefined) return;
      this.agents[n % AGENTS] = undefined;
      this.cluster.kill(PORT + (n % AGENTS));
    },
    (n) => {
      this.agents[n % AGENTS] = this.comeBack(n);
    },
    () => this.cluster.run(1000),
    () => this.cluster.run(90_000),
    (n) => this.operate(MasterCallType.DEACTIVATE_AGENT, { deactivate_agent: this.named(n) }),
    (n) => this.operate(MasterCallType.REACTIVATE_AGENT, { reactivate_agent: this.named(n) }),
    (n) => this.operate(MasterCallType.DRAIN_AGENT, { drain_agent: this.named(n) }),
    (n) => this.operate(MasterCallType.MARK_AGENT_GONE, { mark_agent_gone: this.named(n) }),
    (n) => {
      const reservations = [{ type: 2 as const, role: 'r' }];
      const resources = [{ name: 'cpus', type: 0 as const, scalar: { value: 1 }, reservations }];
      this.operate(MasterCallType.RESERVE_RESOURCES, { reserve_resources: { ...this.named(n), resources } });
    },
    (n) => {
      const offer = this.cluster.offers(this.scheduler).at(-1 - (n % AGENTS));
      const id = `launched-${this.launched++}`;
      if (offer === undefined) return;
      const task = taskInfo(id, offer.agent_id.value);
      this.cluster.launch(this.scheduler, this.frameworkId, offer, [task]);
    },
    () => {
      const offer_ids = this.cluster.offers(this.scheduler).map(({ id }) => id);
      const framework_id = { value: this.frameworkId };
      const decline = { offer_ids, filters: { refuse_seconds: 1 } };
      this.cluster.call(this.scheduler, { framework_id, type: SchedulerCallType.DECLINE, decline });
    },
    (n) =>
      this.agents[n % AGENTS]?.say('mesos.internal.UpdateSlaveMessage', {
        slave_id: { value: this.idOf(n) },
        update_oversubscribed_resources: true,
        oversubscribed_resources: parseResources(`cpus:${1 + (n % 7)}`)
          .toMessages()
          .map((each) => ({ ...each, revocable: {} })),
      }),
    () => this.operate(MasterCallType.TEARDOWN, { teardown: { framework_id: { value: this.frameworkId } } }),
  ];

  do(what: number, n: number): void {
    this.deeds[what % this.deeds.length]?.(n);
    this.cluster.run(1);
  }

  private taskId(n: number): string {
    return `${this.idOf(n)}-${n % TASKS_EACH}`;
  }

  private named(n: number) {
    return { agent_id: { value: this.idOf(n) } };
  }

  private operate(type: MasterCallType, body: object): void {
    this.cluster.operate({ type, ...body });
  }

  private update(n: number, state: TaskState, fields: object = {}): Uint8Array | undefined {
    const agent = this.agents[n % AGENTS];
    return agent && this.cluster.update(agent, this.frameworkId, this.taskId(n), this.idOf(n), state, fields);
  }
}

/** A body as far as it is written. */
class Written {
  done = false;
  private readonly writing: Writing;
  private readonly pieces: Uint8Array[] = [];

  constructor(writing: Writing) {
    this.writing = writing;
  }

  steps(count: number): void {
    for (let n = 0; n < count && !this.done; n++) {
      const { value, done } = this.writing.next();
      this.done = done === true;
      if (value !== undefined) this.pieces.push(Buffer.from(value));
    }
  }

  whole(): string {
    this.steps(Number.POSITIVE_INFINITY);
    return Buffer.concat(this.pieces).toString('latin1');
  }
}

test('answers in slices, with anything between these, are of the moment at which they began', (t) => {
  const happening = fc.array(fc.tuple(fc.nat(200), fc.nat(1000), fc.nat(8)), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(happening, happening, fc.nat(3), (before, between, first) => {
      const busy = new Busy();
      for (const [what, n] of before) busy.do(what, n);
      const wanted = busy.begin().map((writing) => new Written(writing).whole());
      const sliced = busy.begin().map((writing) => new Written(writing));
      for (const body of sliced) body.steps(first);
      for (const [what, n, steps] of between) {
        busy.do(what, n);
        for (const body of sliced) body.steps(steps);
      }
      t.deepEqual(
        sliced.map((body) => body.whole()),
        wanted,
      );
      t.is(busy.looks, 0);
      t.deepEqual(busy.cluster.errors, []);
    }),
    { numRuns: 6, seed: 20_261_121 },
  );
});

/** A deed that is done before, or none, and the one that is done while answers are put together. */
const SCENES: readonly (readonly [before: number | undefined, what: number])[] = [
  ...Array.from({ length: 17 }, (_, what) => [undefined, what] as const),
  // Nothing is offered when the answers begin: then it is, or it is reserved.
  [14, 6],
  [14, 12],
];

test('each deed by itself, after the answers have begun, changes none of them', (t) => {
  for (const [before, what] of SCENES) {
    const busy = new Busy();
    if (before !== undefined) busy.do(before, 0);
    const wanted = busy.begin().map((writing) => new Written(writing).whole());
    const sliced = busy.begin().map((writing) => new Written(writing));
    for (const body of sliced) body.steps(1);
    for (const n of [3, 35]) busy.do(what, n);
    t.deepEqual(
      sliced.map((body) => body.whole()),
      wanted,
      `deed ${what} after ${before}`,
    );
    t.is(busy.looks, 0);
  }
});

test('an answer that nobody wants any more looks at nothing', (t) => {
  const busy = new Busy();
  const begun = busy.begin();
  for (const writing of begun) writing.next();
  t.true(busy.looks > 0);
  for (const writing of begun) writing.return(undefined);
  t.is(busy.looks, 0);
});

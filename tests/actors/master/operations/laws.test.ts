/** Whatever is asked for, in whatever order: nothing comes to be, nothing is lost (failover.md 28, 29, 31, 34). */
import test from 'ava';
import fc from 'fast-check';
import {
  MasterCallType,
  type OfferOperation,
  OperationState,
  type Resource,
  SchedulerCallType,
  TaskState,
} from '../../../../proto/index.ts';
import { Resources } from '../../../../proto/resources/index.ts';
import { taskInfo } from '../support/cluster.ts';
import { operate } from '../support/operator.ts';
import { create, destroy, reserve, reserved, Scene, unreserve, VERSION, volume } from './scene.ts';

const amount = fc.constantFrom(
  'cpus:1',
  'cpus:2;disk:100',
  'disk:150',
  'mem:512',
  'ports:[31000-31004]',
  'cpus:9',
);
const data = fc
  .tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(50, 100), fc.boolean())
  .map(([id, size, shared]) => volume(id, size, shared ? { shared: {} } : {}));

/** Of an ACCEPT; the tasks get ids when they are launched. */
type Step =
  | OfferOperation
  | { readonly use: Resource[] }
  /** Something that is there: the nth reservation or volume. */
  | { readonly pick: 'unreserve' | 'destroy' | 'use'; readonly nth: number };

const resize = fc.tuple(data, fc.constantFrom(10, 50, 100)).chain(([given, by]) => {
  const [addition = given] = reserved(`disk:${by}`);
  return fc.constantFrom<OfferOperation>(
    { type: 11, grow_volume: { volume: given, addition } },
    { type: 12, shrink_volume: { volume: given, subtract: { value: by } } },
  );
});

const pick = fc.record({
  pick: fc.constantFrom('unreserve' as const, 'destroy' as const, 'use' as const),
  nth: fc.nat(5),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  pick,
  pick,
  amount.map((text) => reserve(reserved(text))),
  amount.map((text) => unreserve(reserved(text))),
  data.map((each) => create([each])),
  data.map((each) => destroy([each])),
  resize,
  amount.map((text) => ({ use: reserved(text) })),
  data.map((each) => ({ use: [...reserved('cpus:1'), each] })),
);

type Action =
  | { readonly what: 'accept'; readonly steps: readonly Step[] }
  | { readonly what: 'operator'; readonly step: OfferOperation }
  | { readonly what: 'end' | 'wait' | 'decline' | 'report' | 'return' };

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .array(step, { minLength: 1, maxLength: 4, size: 'max' })
      .map((steps) => ({ what: 'accept' as const, steps })),
  },
  {
    weight: 1,
    arbitrary: amount.map((text) => ({ what: 'operator' as const, step: reserve(reserved(text)) })),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom('end', 'wait', 'decline', 'report', 'return')
      .map((what) => ({ what }) as { what: 'end' | 'wait' | 'decline' | 'report' | 'return' }),
  },
);

class Play {
  readonly scene = new Scene({ flags: { min_allocatable_resources: 'cpus:0.01|mem:32|disk:1' } });
  private readonly running: string[] = [];
  launched = 0;
  private readonly quantities = this.scene.total.quantities().toString();
  private tasks = 0;
  private told = 0;
  /** Operations that were accepted, tasks that were launched. */
  applied = 0;

  perform(each: Action): void {
    const { scene } = this;
    const { cluster } = scene;
    switch (each.what) {
      case 'accept':
        this.accept(each.steps);
        break;
      case 'operator': {
        const reserve_resources = {
          agent_id: { value: scene.agentId },
          resources: each.step.reserve?.resources,
        };
        operate(cluster, { type: MasterCallType.RESERVE_RESOURCES, reserve_resources });
        break;
      }
      case 'end': {
        const id = this.running.shift();
        if (id !== undefined)
          cluster.update(scene.agent, scene.scheduler.id, id, scene.agentId, TaskState.TASK_FINISHED);
        break;
      }
      case 'wait':
        scene.next();
        break;
      case 'decline':
        scene.scheduler.call({
          type: SchedulerCallType.DECLINE,
          decline: { offer_ids: this.offers(), filters: { refuse_seconds: 0 } },
        });
        break;
      case 'report':
        for (const operation of scene.applied.slice(this.told))
          scene.report(operation, OperationState.OPERATION_FINISHED);
        this.told = scene.applied.length;
        break;
      case 'return':
        this.comeBack();
    }
    this.check();
  }

  private offers() {
    const { parts } = this.scene;
    return [...(parts.frameworks.find(this.scene.scheduler.id)?.offers ?? [])].map((value) => ({ value }));
  }

  private accept(steps: readonly Step[]): void {
    const { scene } = this;
    if (this.offers().length === 0) scene.next();
    const operations = steps.map((each) => this.operationOf(each));
    scene.agent.forget();
    this.told = 0;
    scene.scheduler.call({
      type: SchedulerCallType.ACCEPT,
      accept: { offer_ids: this.offers(), operations, filters: { refuse_seconds: 0 } },
    });
    this.applied += scene.applied.length;
    for (const { task } of scene.agent.all('mesos.internal.RunTaskMessage')) this.begun(task.task_id.value);
  }

  private operationOf(each: Step): OfferOperation {
    if ('pick' in each) {
      const { total } = this.scene;
      const there = each.pick === 'destroy' ? total.persistentVolumes() : total.reserved();
      const list = there.toMessages();
      const chosen = list[each.nth % Math.max(1, list.length)];
      const resources = chosen === undefined ? [] : [chosen];
      if (each.pick === 'unreserve') return unreserve(resources);
      return each.pick === 'destroy' ? destroy(resources) : this.launch(resources);
    }
    return 'use' in each ? this.launch(each.use) : each;
  }

  private launch(resources: Resource[]): OfferOperation {
    const task = taskInfo(`t${this.tasks++}`, this.scene.agentId, '', { resources });
    return { type: 1, launch: { task_infos: [task] } };
  }

  private begun(id: string): void {
    this.running.push(id);
    this.launched++;
  }

  /** The agent lists its operations anew, as after it registered. */
  private comeBack(): void {
    const { cluster, agent, agentId, parts } = this.scene;
    agent.say('mesos.internal.UpdateSlaveMessage', {
      slave_id: { value: agentId },
      resource_version_uuid: VERSION,
      update_oversubscribed_resources: false,
      operations: { operations: parts.operations.messages() },
    });
    cluster.run(5);
  }

  private check(): void {
    const { scene } = this;
    scene.checkBooks();
    const now = scene.total.quantities().toString();
    if (now !== this.quantities) throw new Error(`there were ${this.quantities}, there are ${now}`);
    const volumes = [...scene.total.persistentVolumes()].map(({ disk }) => disk?.persistence?.id);
    if (new Set(volumes).size !== volumes.length) throw new Error(`a volume is there twice: ${volumes}`);
    const used = Resources.sum(scene.parts.agents.find(scene.agentId)?.used.values() ?? []).unallocated();
    if (!scene.total.contains(used.withSingleHolders()))
      throw new Error(`tasks use ${used}, there is ${scene.total}`);
    const [error] = scene.cluster.errors;
    if (error !== undefined) throw new Error(JSON.stringify(error));
  }
}

test('operations of frameworks and operators, tasks and their ends conserve what an agent has', (t) => {
  let applied = 0;
  let launched = 0;
  fc.assert(
    fc.property(fc.array(action, { minLength: 5, maxLength: 25, size: 'max' }), (actions) => {
      const play = new Play();
      for (const each of actions) play.perform(each);
      applied += play.applied;
      launched += play.launched;
    }),
    { numRuns: 60, seed: 20_261_121 },
  );
  t.true(applied > 150 && launched > 30, `only ${applied} operations and ${launched} tasks`);
});

/** What a framework's ledger tells of what passed. */
import test from 'ava';
import { FrameworkLedger } from '../../../actors/framework/ledger.ts';
import {
  OfferOperationType,
  SchedulerCallType,
  SchedulerEventType,
  type TaskInfo,
  TaskState,
} from '../../../proto/index.ts';
import { parseResources } from '../../../proto/resources/index.ts';

interface Told {
  readonly events: Readonly<Record<string, number>>;
  readonly calls: Readonly<Record<string, number>>;
  readonly tasks_total: number;
  readonly offers: readonly { readonly id: string; readonly resources: string }[];
  readonly tasks: readonly Record<string, unknown>[];
  readonly completed_tasks: readonly Record<string, unknown>[];
}

const resources = parseResources('cpus:1;mem:32').toMessages();

function ledger() {
  const made = new FrameworkLedger(() => 5000);
  const offer = (id: string) => ({
    id: { value: id },
    framework_id: { value: 'F' },
    agent_id: { value: 'S' },
    hostname: 'host',
    resources,
  });
  return {
    made,
    told: () => JSON.parse(JSON.stringify(made.document())) as Told,
    offers: (...ids: string[]) =>
      made.event({ type: SchedulerEventType.OFFERS, offers: { offers: ids.map(offer) } }),
    update: (id: string, state: TaskState) =>
      made.event({
        type: SchedulerEventType.UPDATE,
        update: { status: { task_id: { value: id }, state, timestamp: 7, message: 'm' } },
      }),
    launch: (offerId: string, ...ids: string[]) => {
      const task_infos = ids.map(
        (id): TaskInfo => ({ task_id: { value: id }, name: `n-${id}`, agent_id: { value: 'S' }, resources }),
      );
      const operations = [{ type: OfferOperationType.LAUNCH, launch: { task_infos } }];
      made.call({ type: SchedulerCallType.ACCEPT, accept: { offer_ids: [{ value: offerId }], operations } });
    },
  };
}

test('offers are held until they are answered, taken back, or the framework subscribes again', (t) => {
  const { made, told, offers, launch } = ledger();
  offers('a', 'b', 'c', 'd');
  t.deepEqual(told().offers[0], {
    id: 'a',
    agent_id: 'S',
    hostname: 'host',
    role: '*',
    resources: 'cpus:1; mem:32',
    since: 5,
  } as never);
  launch('a', '1');
  made.call({ type: SchedulerCallType.DECLINE, decline: { offer_ids: [{ value: 'b' }] } });
  made.event({ type: SchedulerEventType.RESCIND, rescind: { offer_id: { value: 'c' } } });
  t.deepEqual(
    told().offers.map(({ id }) => id),
    ['d'],
  );
  made.event({ type: SchedulerEventType.SUBSCRIBED, subscribed: { framework_id: { value: 'F' } } });
  t.deepEqual(told().offers, []);
  t.deepEqual(told().calls, { ACCEPT: 1, DECLINE: 1 });
  t.deepEqual(told().events, { OFFERS: 1, RESCIND: 1, SUBSCRIBED: 1 });
});

test('a task is staging until its first update, and completed when it ends; one of an earlier run is known by its updates', (t) => {
  const { told, offers, launch, update } = ledger();
  offers('a');
  launch('a', '1', '2');
  t.like(told().tasks[0], { id: '1', name: 'n-1', state: 'TASK_STAGING', hostname: 'host', since: 5 });
  update('1', TaskState.TASK_RUNNING);
  update('2', TaskState.TASK_FAILED);
  update('old', TaskState.TASK_RUNNING);
  t.deepEqual(
    told().tasks.map(({ id, state }) => [id, state]),
    [
      ['1', 'TASK_RUNNING'],
      ['old', 'TASK_RUNNING'],
    ],
  );
  t.like(told().completed_tasks[0], { id: '2', name: 'n-2', state: 'TASK_FAILED', message: 'm', since: 7 });
  t.is(told().tasks_total, 2);
});

test('of those that ended only the latest thousand are kept', (t) => {
  const { told, update } = ledger();
  for (let n = 0; n < 1500; n++) update(`${n}`, TaskState.TASK_FINISHED);
  t.is(told().completed_tasks.length, 1000);
  t.is(told().completed_tasks[0]?.['id'], '500');
});

/** What becomes of operations: updates, acknowledgements, reconciliation, failover (v1-scheduler-api.md §9, §12, §13). */
import test from 'ava';
import { OperationState, SchedulerCallType } from '../../../../proto/index.ts';
import { Resources } from '../../../../proto/resources/index.ts';
import { agentInfo } from '../support/cluster.ts';
import { HttpScheduler } from '../support/httpScheduler.ts';
import { capabilities, developer, reserve, reserved, Scene, VERSION } from './scene.ts';

const State = OperationState;

/** A scene in which an operation `op` is on its way. */
function pending(flags: Record<string, string> = {}): Scene {
  const scene = new Scene({ framework: developer({ failover_timeout: 3600 }), flags });
  scene.accept([reserve(reserved('cpus:1'), 'op')]);
  return scene;
}

function acknowledge(scene: Scene, uuid: Uint8Array, operationId = 'op', agentId = scene.agentId): void {
  scene.scheduler.call({
    type: SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS,
    acknowledge_operation_status: {
      agent_id: { value: agentId },
      operation_id: { value: operationId },
      uuid,
    },
  });
}

function uuid(fill: number): Uint8Array {
  return new Uint8Array(16).fill(fill);
}

/** @returns the answers */
function reconcile(
  scene: Scene,
  operations: { operation_id: { value: string }; agent_id?: { value: string } }[] = [],
  scheduler = scene.scheduler,
) {
  const before = scene.feedback.length;
  scheduler.call({
    type: SchedulerCallType.RECONCILE_OPERATIONS,
    reconcile_operations: { operations },
  });
  return scheduler
    .all(11)
    .flatMap(({ update_operation_status: update }) => update?.status ?? [])
    .slice(scheduler === scene.scheduler ? before : 0);
}

test('an update goes to the framework, its acknowledgement to the agent, and that is the end', (t) => {
  const scene = pending();
  t.deepEqual(scene.feedback, []);
  t.is(scene.parts.operations.countOn(scene.agentId), 1);
  const sent = scene.report();
  const [status] = scene.feedback;
  t.is(status?.state, State.OPERATION_FINISHED);
  t.deepEqual(status?.uuid?.value, sent);
  t.is(status?.agent_id?.value, scene.agentId);
  acknowledge(scene, uuid(0x99), 'op');
  acknowledge(scene, sent, 'other');
  acknowledge(scene, sent, 'op', 'other');
  t.is(
    scene.agent.last('mesos.internal.AcknowledgeOperationStatusMessage'),
    undefined,
    'a foreign uuid is nothing',
  );
  acknowledge(scene, sent);
  const acknowledged = scene.agent.last('mesos.internal.AcknowledgeOperationStatusMessage');
  t.deepEqual(acknowledged?.status_uuid.value, sent);
  t.deepEqual(acknowledged?.operation_uuid, scene.applied[0]?.operation_uuid);
  t.is(scene.parts.operations.countOn(scene.agentId), 0);
  acknowledge(scene, sent);
  t.is(scene.agent.all('mesos.internal.AcknowledgeOperationStatusMessage').length, 1);
});

test('what has no id is acknowledged by the master', (t) => {
  const scene = new Scene();
  scene.accept([reserve(reserved('cpus:1'))]);
  const sent = scene.report();
  t.deepEqual(scene.feedback, []);
  t.deepEqual(scene.agent.last('mesos.internal.AcknowledgeOperationStatusMessage')?.status_uuid.value, sent);
  t.is([...scene.parts.operations.all()].length, 0);
});

test('an update of another agent, or of nothing, changes nothing', (t) => {
  const scene = pending();
  const other = scene.cluster.agent(5052);
  scene.cluster.register(other, agentInfo('cpus:1', 'h2'), { agent_capabilities: capabilities() });
  scene.report(scene.applied[0], State.OPERATION_FINISHED, other);
  t.deepEqual(scene.feedback, []);
  const [applied] = scene.applied;
  if (applied === undefined) throw new Error();
  scene.report({ ...applied, operation_uuid: { value: uuid(3) } });
  t.deepEqual(scene.feedback, []);
  t.is(scene.parts.metrics.operations.invalidUpdates.value, 2);
});

test('the first end counts, and is told again as often as the agent does', (t) => {
  const scene = pending();
  scene.report();
  scene.report(scene.applied[0], State.OPERATION_FAILED);
  t.is(reconcile(scene)[0]?.state, State.OPERATION_FINISHED);
});

test('reconciliation: what is known, and what is answered about the unknown by its agent', (t) => {
  const scene = pending();
  const [implicit] = reconcile(scene);
  t.is(implicit?.state, State.OPERATION_PENDING);
  scene.report();
  const [known] = reconcile(scene, [{ operation_id: { value: 'op' } }]);
  t.is(known?.state, State.OPERATION_FINISHED);
  t.is(known?.uuid, undefined);
  t.deepEqual(Object.keys(known ?? {}).sort(), ['agent_id', 'operation_id', 'state']);
  const ask = (agent?: string) =>
    reconcile(scene, [
      { operation_id: { value: 'x' }, ...(agent === undefined ? {} : { agent_id: { value: agent } }) },
    ])[0]?.state;
  t.is(ask(), State.OPERATION_UNKNOWN);
  t.is(ask(scene.agentId), State.OPERATION_UNKNOWN);
  t.is(ask('nobody'), State.OPERATION_UNKNOWN);
});

test('an unreachable agent: pending operations are, too, and go on when it is back', (t) => {
  const scene = pending({ agent_ping_timeout: '1secs', max_agent_ping_timeouts: '1' });
  scene.agent.pongs = false;
  scene.cluster.run(5000);
  t.deepEqual(
    scene.feedback.map(({ state, uuid: none }) => [state, none]),
    [[State.OPERATION_UNREACHABLE, undefined]],
  );
  t.is(reconcile(scene, [{ operation_id: { value: 'op' } }])[0]?.state, State.OPERATION_UNREACHABLE);
  const asked = [{ operation_id: { value: 'x' }, agent_id: { value: scene.agentId } }];
  t.is(reconcile(scene, asked)[0]?.state, State.OPERATION_UNREACHABLE);
  scene.agent.pongs = true;
  comeBack(scene, true);
  t.is(reconcile(scene, [{ operation_id: { value: 'op' } }])[0]?.state, State.OPERATION_PENDING);
  scene.report();
  t.is(scene.feedback.at(-1)?.state, State.OPERATION_FINISHED);
  t.true(scene.total.contains(Resources.of(reserved('cpus:1'))));
});

test('a gone agent: its operations are gone by its operator', (t) => {
  const scene = pending();
  scene.parts.losses.markGone(scene.agentId, () => undefined);
  scene.cluster.run(10);
  t.deepEqual(
    scene.feedback.map(({ state }) => state),
    [State.OPERATION_GONE_BY_OPERATOR],
  );
  const asked = [{ operation_id: { value: 'op' }, agent_id: { value: scene.agentId } }];
  t.is(reconcile(scene, asked)[0]?.state, State.OPERATION_GONE_BY_OPERATOR);
});

/** The agent registers again, and lists the operation it was told of if `knows`; it has what it was told to do if so. */
function comeBack(scene: Scene, knows: boolean, state: OperationState = State.OPERATION_PENDING): void {
  const [operation] = scene.applied;
  if (operation === undefined) throw new Error();
  scene.cluster.reregister(scene.agent, scene.agentId, {
    agent_capabilities: capabilities(),
    resource_version_uuid: VERSION,
    checkpointed_resources: knows ? reserved('cpus:1') : [],
  });
  scene.agent.say('mesos.internal.UpdateSlaveMessage', {
    slave_id: { value: scene.agentId },
    resource_version_uuid: VERSION,
    update_oversubscribed_resources: false,
    operations: knows
      ? {
          operations: [
            {
              framework_id: operation.framework_id,
              agent_id: { value: scene.agentId },
              info: operation.operation_info,
              uuid: operation.operation_uuid,
              latest_status: { operation_id: { value: 'op' }, state },
            },
          ],
        }
      : undefined,
  });
  scene.cluster.run(5);
}

test('an operation that never arrived: the agent is asked, says so, and has what it has', (t) => {
  const scene = pending();
  t.true(scene.total.contains(Resources.of(reserved('cpus:1'))));
  comeBack(scene, false);
  const asked = scene.agent.last('mesos.internal.ReconcileOperationsMessage')?.operations;
  t.deepEqual(
    asked?.map(({ operation_uuid }) => operation_uuid),
    [scene.applied[0]?.operation_uuid],
  );
  t.false(scene.total.contains(Resources.of(reserved('cpus:1'))), 'the agent knows what it has');
  scene.checkBooks();
  scene.agent.say('mesos.internal.UpdateOperationStatusMessage', {
    slave_id: { value: scene.agentId },
    operation_uuid: asked?.[0]?.operation_uuid,
    status: { state: State.OPERATION_DROPPED },
  });
  scene.cluster.run(5);
  t.deepEqual(
    scene.feedback.map(({ operation_id, state, uuid: none }) => [operation_id?.value, state, none]),
    [['op', State.OPERATION_DROPPED, undefined]],
  );
  t.is([...scene.parts.operations.all()].length, 0, 'nobody has to acknowledge that');
});

test('an acknowledgement that crosses the list of a returning agent: the agent is asked again, and the operation is over', (t) => {
  const scene = new Scene();
  scene.accept([reserve(reserved('cpus:1'))]);
  scene.report();
  t.is([...scene.parts.operations.all()].length, 0, 'the master has acknowledged it');
  comeBack(scene, true, State.OPERATION_FINISHED);
  const asked = scene.agent.last('mesos.internal.ReconcileOperationsMessage')?.operations;
  t.is(asked?.length, 1);
  t.deepEqual(asked?.[0]?.operation_uuid, scene.applied[0]?.operation_uuid);
  scene.agent.say('mesos.internal.UpdateOperationStatusMessage', {
    slave_id: { value: scene.agentId },
    operation_uuid: asked?.[0]?.operation_uuid,
    status: { state: State.OPERATION_DROPPED },
  });
  scene.cluster.run(5);
  t.is(scene.parts.operations.countOn(scene.agentId), 0, 'it holds up no drain');
  t.deepEqual(scene.feedback, []);
});

test('after a failover of the master agents tell of their operations, and feedback goes on', (t) => {
  const scene = pending();
  const id = scene.scheduler.id;
  const sent = scene.applied[0];
  scene.cluster.failOver();
  const scheduler = new HttpScheduler(
    scene.cluster,
    developer({ id: { value: id }, failover_timeout: 3600 }),
  );
  const about = [{ operation_id: { value: 'op' }, agent_id: { value: scene.agentId } }];
  t.is(reconcile(scene, about, scheduler)[0]?.state, State.OPERATION_RECOVERING);
  comeBack(scene, true, State.OPERATION_FINISHED);
  t.is(scene.cluster.master.parts.operations.named(id, 'op') === undefined, false);
  scene.report(sent);
  const last = scheduler.all(11).at(-1)?.update_operation_status?.status;
  t.is(last?.state, State.OPERATION_FINISHED);
  scheduler.call({
    type: SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS,
    acknowledge_operation_status: {
      agent_id: { value: scene.agentId },
      operation_id: { value: 'op' },
      uuid: last?.uuid?.value ?? uuid(0),
    },
  });
  t.is(scene.agent.all('mesos.internal.AcknowledgeOperationStatusMessage').length, 1);
});

test('operations of a framework that is over are acknowledged by the master; of one that may come, after 10 minutes', (t) => {
  const scene = pending();
  scene.scheduler.call({ type: SchedulerCallType.TEARDOWN });
  scene.report();
  t.is(scene.agent.all('mesos.internal.AcknowledgeOperationStatusMessage').length, 1);

  const other = pending();
  const [operation] = other.applied;
  other.cluster.failOver();
  comeBack(other, true, State.OPERATION_FINISHED);
  other.report(operation);
  t.is(other.agent.all('mesos.internal.AcknowledgeOperationStatusMessage').length, 0);
  other.cluster.run(601_000);
  other.report(operation);
  t.is(other.agent.all('mesos.internal.AcknowledgeOperationStatusMessage').length, 1);
});

test('operations are counted', (t) => {
  const scene = pending();
  scene.accept([]);
  scene.report();
  const counts = scene.cluster.masterNode.metrics.snapshot();
  t.is(counts['master/operations/total'], 1);
  t.is(counts['master/operations/finished'], 1);
  t.is(counts['master/operations/reserve/finished'], 1);
  t.is(counts['master/operations/pending'], 0);
  t.is(counts['master/messages_operation_status_update'], 1);
  t.is(counts['master/valid_operation_status_updates'], 1);
  t.is(counts[`master/frameworks/test/${scene.scheduler.id}/operations/reserve`], 1);
});

/** Calls that are well-formed and have anything in them: the master answers below 500, logs no error of its own and goes on. */
import test from 'ava';
import fc from 'fast-check';
import { MasterCallType, SchedulerCallType } from '../../../../proto/index.ts';
import { anyCall } from '../../../support/anyCall.ts';
import { TestCluster } from '../support/cluster.ts';
import { HttpScheduler, request } from '../support/httpScheduler.ts';
import { operate } from '../support/operator.ts';

test('any call of an operator', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent());
  fc.assert(
    fc.property(anyCall('mesos.v1.master.Call'), ({ type, headers, body }) => {
      const answer = request(cluster, { path: '/api/v1', headers, body });
      if (answer.streamed) answer.leave();
      // Files are read while the cluster's time stands still.
      const isServed =
        answer.status === 0 ? /_FILES?$/.test(type) : answer.status >= 200 && answer.status < 500;
      if (!isServed && answer.status !== 501) throw new Error(`${type}: ${answer.status} ${answer.text}`);
      return operate(cluster, { type: MasterCallType.GET_STATE }).status === 200;
    }),
    { seed: 21, numRuns: 600 },
  );
  // A call may have changed what is logged.
  t.deepEqual(
    cluster.errors.filter(({ level }) => level === 'error'),
    [],
  );
});

test('any call of a scheduler', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent());
  let scheduler = new HttpScheduler(cluster);
  const { id } = scheduler;
  fc.assert(
    fc.property(
      anyCall('mesos.v1.scheduler.Call', { framework_id: { value: id } }),
      ({ type, headers, body }) => {
        const stream = type === 'SUBSCRIBE' ? {} : { 'mesos-stream-id': scheduler.streamId };
        const answer = request(cluster, { headers: { ...headers, ...stream }, body });
        if (answer.streamed) answer.leave();
        const isServed = answer.status >= 200 && answer.status < 500;
        if (!isServed && answer.status !== 501) throw new Error(`${type}: ${answer.status} ${answer.text}`);
        cluster.run(50);
        if (type === 'TEARDOWN') scheduler = new HttpScheduler(cluster);
        return scheduler.call({ type: SchedulerCallType.REVIVE }).status < 500;
      },
    ),
    { seed: 22, numRuns: 600 },
  );
  t.deepEqual(cluster.errors, []);
});

/** Metrics of single roles: they come and go with frameworks and quota (metrics.md). */
import test from 'ava';
import { MasterCallType, SchedulerCallType } from '../../../../proto/index.ts';
import { agentInfo, frameworkInfo, TestCluster } from '../support/cluster.ts';

function snapshot(cluster: TestCluster, prefix: string): Record<string, number> {
  const all = Object.entries(cluster.masterNode.metrics.snapshot());
  return Object.fromEntries(all.filter(([name]) => name.startsWith(`allocator/mesos/${prefix}`)));
}

test('shares and refuse filters of the roles that frameworks are in', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent(), agentInfo('cpus:4;mem:4096', 'a'));
  cluster.register(cluster.agent(5052), agentInfo('cpus:4;mem:4096', 'b'));
  const scheduler = cluster.scheduler();
  const id = cluster.subscribe(scheduler, frameworkInfo({ roles: ['dev'] }));
  cluster.run(1100);
  t.deepEqual(snapshot(cluster, 'roles/'), { 'allocator/mesos/roles/dev/shares/dominant': 1 });
  const [offer] = cluster.offers(scheduler);
  cluster.call(scheduler, {
    framework_id: { value: id },
    type: SchedulerCallType.DECLINE,
    decline: { offer_ids: offer === undefined ? [] : [offer.id], filters: { refuse_seconds: 60 } },
  });
  t.is(snapshot(cluster, 'roles/')['allocator/mesos/roles/dev/shares/dominant'], 0.5);
  t.deepEqual(snapshot(cluster, 'offer_filters/'), { 'allocator/mesos/offer_filters/roles/dev/active': 1 });
  cluster.call(scheduler, { framework_id: { value: id }, type: SchedulerCallType.TEARDOWN });
  cluster.run(1100);
  t.deepEqual([snapshot(cluster, 'roles/'), snapshot(cluster, 'offer_filters/')], [{}, {}]);
});

test('guarantee, limit and what is taken, while a role has quota', (t) => {
  const cluster = new TestCluster();
  cluster.register(cluster.agent(), agentInfo('cpus:4;mem:4096', 'a'));
  const update = (quota: object) =>
    cluster.operate({
      type: MasterCallType.UPDATE_QUOTA,
      update_quota: { quota_configs: [{ role: 'dev', ...quota }] },
    });
  update({ guarantees: { cpus: { value: 1 } }, limits: { cpus: { value: 2 }, mem: { value: 512 } } });
  const prefix = 'allocator/mesos/quota/roles/dev/resources';
  t.deepEqual(snapshot(cluster, 'quota/'), {
    [`${prefix}/cpus/guarantee`]: 1,
    [`${prefix}/cpus/limit`]: 2,
    [`${prefix}/cpus/offered_or_allocated`]: 0,
    [`${prefix}/mem/limit`]: 512,
    [`${prefix}/mem/offered_or_allocated`]: 0,
  });
  update({});
  t.deepEqual(snapshot(cluster, 'quota/'), {});
});

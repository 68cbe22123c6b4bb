/** Somebody sets the wall clock of the master's machine: what lasts for so long lasts as long as before. */
import test from 'ava';
import { SchedulerCallType } from '../../../proto/index.ts';
import { frameworkInfo, TestCluster } from './support/cluster.ts';

const DAY_MS = 24 * 3600 * 1000;
const YEARS_MS = 3650 * DAY_MS;

interface Why {
  readonly frameworks: { readonly roles: { readonly refused_until?: number }[] }[];
}

function refused(refuseSeconds: number) {
  const cluster = new TestCluster();
  cluster.register(cluster.agent());
  const scheduler = cluster.scheduler(6001, 'scheduler-1');
  const id = cluster.subscribe(scheduler, frameworkInfo({}));
  cluster.run(1100);
  const offer_ids = cluster.offers(scheduler).map((offer) => offer.id);
  cluster.call(scheduler, {
    framework_id: { value: id },
    type: SchedulerCallType.DECLINE,
    decline: { offer_ids, filters: { refuse_seconds: refuseSeconds } },
  });
  scheduler.forget();
  const offers = () => scheduler.all('mesos.internal.ResourceOffersMessage').length;
  return { cluster, offers };
}

for (const [what, byMs] of [
  ['a day back', -DAY_MS],
  ['a day on', DAY_MS],
  ['ten years on', YEARS_MS],
  ['back before 1970', -60 * 365 * DAY_MS],
] as const) {
  test(`the wall clock goes ${what}: a refusal hides offers for as long as it said`, (t) => {
    const { cluster, offers } = refused(60);
    cluster.run(10_000);
    cluster.world.ports.clock.jump(byMs);
    cluster.run(45_000);
    t.is(offers(), 0);
    const { frameworks } = JSON.parse(cluster.get('/why').body) as Why;
    const leftMs = (frameworks[0]?.roles[0]?.refused_until ?? 0) * 1000 - cluster.nowMs;
    t.true(leftMs > 3_000 && leftMs < 7_000, `told by the clock of now: ${leftMs}`);
    cluster.run(8_000);
    t.is(offers(), 1);
  });
}

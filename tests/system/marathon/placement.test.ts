/** Constraints over agents with attributes, and what a service is told that finds no place (spec: marathon.md §19, §35 checks 10 and 20). */
import test from 'ava';
import { until } from '../../support/until.ts';
import { marathonCluster } from '../support/marathonCluster.ts';

const APP = { cmd: 'exec sleep 1000', cpus: 0.1, mem: 16 };

interface Queue {
  readonly queue: readonly {
    readonly count: number;
    readonly app: { readonly id: string };
    readonly delay: { readonly overdue: boolean };
    readonly processedOffersSummary: {
      readonly rejectSummaryLastOffers: readonly {
        readonly reason: string;
        readonly declined: number;
        readonly processed: number;
      }[];
    };
    readonly lastUnusedOffers?: readonly {
      readonly reason: readonly string[];
      readonly offer: { readonly hostname: string };
    }[];
  }[];
}

/** Where the tasks of an app with one constraint and so many instances go, the agents in order. */
const TABLE: readonly (readonly [
  constraint: readonly string[],
  instances: number,
  where: readonly string[] | 'two racks' | 'one rack',
])[] = [
  [['hostname', 'UNIQUE'], 3, ['h1', 'h2', 'h3']],
  [['rack', 'CLUSTER', 'r2'], 2, ['h2', 'h2']],
  [['rack', 'CLUSTER'], 3, 'one rack'],
  [['rack', 'LIKE', 'r[13]'], 1, ['h1']],
  [['rack', 'UNLIKE', 'r[12]'], 1, ['h3']],
  [['rack', 'group_by', '2'], 4, 'two racks'],
  [['rack', 'MAX_PER', '1'], 2, ['h1', 'h2']],
  [['cores', 'IS', '4.0'], 2, ['h2', 'h2']],
  [['hostname', 'LIKE', 'h[12]'], 1, ['h1', 'h2']],
];

test('each operator over three agents, one of them without the attribute; too few hosts keep the rest waiting, and say so', async (t) => {
  const marathon = await marathonCluster(t, {
    agents: [
      ['--hostname=h1', '--attributes=rack:r1;cores:8'],
      ['--hostname=h2', '--attributes=rack:r2;cores:4'],
      ['--hostname=h3'],
    ],
  });
  for (const [index, [constraint, instances]] of TABLE.entries())
    await marathon.call('POST', '/v2/apps', {
      ...APP,
      id: `/c/${index}`,
      instances,
      constraints: [constraint],
    });
  for (const [index, [constraint, instances, where]] of TABLE.entries()) {
    const hosts = (await marathon.runs(`/c/${index}`, instances)).tasks.map(({ host }) => host).sort();
    const words = constraint.join(' ');
    if (where === 'one rack') t.true(new Set(hosts).size === 1 && hosts[0] !== 'h3', `${words}: ${hosts}`);
    else if (where === 'two racks') t.deepEqual(hosts, ['h1', 'h1', 'h2', 'h2'], words);
    else if (instances < where.length)
      t.true(
        hosts.every((host) => where.includes(host)),
        words,
      );
    else t.deepEqual(hosts, where, words);
  }
  await marathon.call('PUT', '/v2/apps/c/0', { instances: 4 });
  await marathon.call('POST', '/v2/apps', { ...APP, id: '/nowhere', constraints: [['rack', 'LIKE', 'r9']] });
  const reasonOf = async (id: string) => {
    const entry = (await marathon.call<Queue>('GET', '/v2/queue?embed=lastUnusedOffers')).queue.find(
      ({ app }) => app.id === id,
    );
    const declined = entry?.processedOffersSummary.rejectSummaryLastOffers.find(
      ({ reason }) => reason === 'UnfulfilledConstraint',
    );
    return declined?.declined === 3 ? entry : undefined;
  };
  const fourth = await until('the fourth one waits for another host', () => reasonOf('/c/0'));
  t.deepEqual([fourth.count, fourth.delay.overdue], [1, true]);
  t.deepEqual([...new Set(fourth.lastUnusedOffers?.map(({ offer }) => offer.hostname))].sort(), [
    'h1',
    'h2',
    'h3',
  ]);
  t.true(fourth.lastUnusedOffers?.every(({ reason }) => reason.includes('UnfulfilledConstraint')));
  await until('LIKE does not match an agent without the attribute', () => reasonOf('/nowhere'));
  t.is((await marathon.app('/c/0')).deployments.length, 1, 'its deployment stays open');
});

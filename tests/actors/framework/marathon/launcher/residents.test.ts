/** Reservations of instances that nobody knows: whose they are decides whether they are given back (spec: marathon.md §27). */
import test from 'ava';
import type { InstanceTable } from '../../../../../actors/framework/marathon/instances/table.ts';
import { cleanup } from '../../../../../actors/framework/marathon/launcher/residents.ts';
import { OpenOffer } from '../../../../../actors/framework/marathon/offers/matcher.ts';
import { OfferOperationType, ResourceReservationInfoType, ValueType } from '../../../../../proto/index.ts';
import { SeededRandom } from '../../../../../runtime/index.ts';

const RULE = {
  nowMs: 0,
  random: new SeededRandom(1),
  acceptedRoles: 'any',
  drainingMs: 0,
  gpuBehavior: 'restricted',
  homeRegion: undefined,
  dedicatedAttribute: undefined,
  isMatch: () => true,
  placed: () => [],
} as const;

/** An offer with a disk that an instance of this framework reserved, and its volume. */
function offerOf(frameworkId: string): OpenOffer {
  const labels = {
    labels: [
      { key: 'marathon_framework_id', value: frameworkId },
      { key: 'marathon_task_id', value: 'db.instance-1' },
    ],
  };
  const resource = {
    name: 'disk',
    type: ValueType.SCALAR,
    scalar: { value: 10 },
    reservations: [{ type: ResourceReservationInfoType.DYNAMIC, role: 'web', labels }],
    disk: { persistence: { id: 'v' }, volume: { container_path: 'data', mode: 1 } },
  };
  const id = { value: 'x' };
  return new OpenOffer(
    { id, framework_id: id, agent_id: id, hostname: 'a', resources: [resource], attributes: [] } as never,
    RULE,
  );
}

test('what another Marathon of the same role keeps is left alone; its own, and that of its former self, is given back', (t) => {
  const nobody = { get: () => undefined } as unknown as InstanceTable;
  const isOwn = (id: string): boolean => id === 'me' || id === 'former';
  t.deepEqual(cleanup(offerOf('other'), nobody, isOwn), []);
  for (const id of ['me', 'former'])
    t.deepEqual(
      cleanup(offerOf(id), nobody, isOwn).map(({ type }) => type),
      [OfferOperationType.DESTROY, OfferOperationType.UNRESERVE],
    );
});

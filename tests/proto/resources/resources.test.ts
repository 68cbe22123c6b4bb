import test from 'ava';
import type { Resource } from '../../../proto/generated/types/v1.ts';
import {
  ancestorsOf,
  findPorts,
  growVolume,
  hasRefinedReservations,
  isStrictSubroleOf,
  Limits,
  popReservation,
  portNumbers,
  pushReservation,
  Quantities,
  ResourceError,
  Resources,
  shrinkVolume,
  toEndpointFormat,
  toNewFormat,
  toOldFormat,
  validateResource,
  validateResourcesForUse,
  validateRole,
  volumesToDisk,
} from '../../../proto/resources/index.ts';
import { bag, messages } from './notation.ts';

const CPUS: Resource = { name: 'cpus', type: 0, scalar: { value: 1 } };
const DISK: Resource = { name: 'disk', type: 0, scalar: { value: 8 } };
const PORTS: Resource = { name: 'ports', type: 1, ranges: { range: [] } };
const MOUNT = { type: 2, mount: { root: '/mnt' } } as const;

test('MOUNT disks are neither merged nor split, PATH disks are', (t) => {
  const mount = Resources.of([{ ...DISK, disk: { source: MOUNT } }]);
  t.is(mount.plus(mount).entries.length, 2);
  t.false(mount.contains(mount.plus(mount)));
  t.true(mount.plus(mount).minus(mount).equals(mount));
  const path = Resources.of([{ ...DISK, disk: { source: { type: 1, path: { root: '/p' } } } }]);
  t.is(path.plus(path).disk, 16);
  t.is(path.plus(path).entries.length, 1);
});

test('labels, principals and reservation types keep resources apart; the order of labels does not', (t) => {
  const reserved = (reservation: object): Resources =>
    Resources.of([{ ...CPUS, reservations: [{ type: 2, role: 'a', ...reservation }] }]);
  const labels = (...keys: string[]): object => ({ labels: { labels: keys.map((key) => ({ key })) } });
  t.true(reserved(labels('x', 'y')).contains(reserved(labels('y', 'x'))));
  t.false(reserved(labels('x')).contains(reserved({})));
  t.false(reserved({ principal: 'p' }).contains(reserved({})));
  t.false(reserved({ type: 1 }).contains(reserved({})));
});

test('provider and revocability are part of the identity, the mount point of a volume is not', (t) => {
  t.false(bag('cpus{REV}:1').contains(bag('cpus:1')));
  t.false(Resources.of([{ ...CPUS, provider_id: { value: 'p' } }]).contains(bag('cpus:1')));
  t.true(bag('disk(r)[v:/data]:8').contains(bag('disk(r)[v:/else]:8')));
});

test('printed form', (t) => {
  const volume = {
    ...DISK,
    reservations: [
      { type: 1, role: 'a' },
      { type: 2, role: 'a/b', principal: 'me', labels: { labels: [{ key: 'k', value: 'v' }] } },
    ],
    disk: { source: MOUNT, persistence: { id: 'id' }, volume: { mode: 1, container_path: 'path' } },
    shared: {},
    allocation_info: { role: 'a/b' },
  } satisfies Resource;
  t.is(
    Resources.of([volume]).toString(),
    'disk(allocated: a/b)(reservations: [(STATIC,a),(DYNAMIC,a/b,me,{k: v})])[MOUNT:/mnt,id:path]<SHARED>:8<1>',
  );
  t.is(
    bag('cpus{REV}:0.5;ports:[1-2,8-9];disks:{b,a}').toString(),
    'cpus{REV}:0.5; ports:[1-2, 8-9]; disks:{b, a}',
  );
});

test('what a role may be offered: the unreserved, its own, its ancestors', (t) => {
  const all = bag('cpus:1;cpus(a):2;cpus(a/b):4;cpus(a/b/c):8;cpus(ab):16');
  t.is(all.allocatableTo('a/b').cpus, 7);
  t.is(all.allocatableTo('ab').cpus, 17);
  t.is(all.reserved('a').cpus, 2);
  t.is(all.reserved().cpus, 30);
  t.deepEqual([...all.reservations().keys()], ['a', 'a/b', 'a/b/c', 'ab']);
});

test('allocation keeps what is held by different roles apart', (t) => {
  const both = bag('cpus:1').allocatedTo('a').plus(bag('cpus:2').allocatedTo('b'));
  t.is(both.entries.length, 2);
  t.is(both.allocations().get('b')?.cpus, 2);
  t.is(both.unallocated().entries.length, 1);
  t.is(both.unallocated().cpus, 3);
  t.is(both.toMessages()[0]?.allocation_info?.role, 'a');
});

test('the three formats of a reservation', (t) => {
  const stat: Resource = { ...CPUS, role: 'a' };
  const dynamic: Resource = { ...CPUS, role: 'a', reservation: { principal: 'p' } };
  const refined: Resource = {
    ...CPUS,
    reservations: [
      { type: 1, role: 'a' },
      { type: 2, role: 'a/b' },
    ],
  };
  for (const old of [{ ...CPUS, role: '*' }, stat, dynamic]) t.deepEqual(toOldFormat(toNewFormat(old)), old);
  t.deepEqual(toNewFormat(dynamic).reservations, [{ principal: 'p', type: 2, role: 'a' }]);
  t.is(toOldFormat(refined), undefined);
  t.deepEqual(toEndpointFormat(CPUS), { ...CPUS, role: '*' });
  t.deepEqual(toEndpointFormat(refined), refined);
  t.deepEqual(toEndpointFormat(toNewFormat({ ...CPUS, role: 'a', reservation: {} })), {
    ...CPUS,
    role: 'a',
    reservation: {},
    reservations: [{ type: 2, role: 'a' }],
  });
});

test('RESERVE pushes, UNRESERVE pops', (t) => {
  const reserved = pushReservation(bag('cpus(a):2;mem(a):8'), { type: 2, role: 'a/b', principal: 'p' });
  t.is(reserved.reserved('a/b').cpus, 2);
  t.true(hasRefinedReservations(reserved));
  t.true(popReservation(reserved).equals(bag('cpus(a):2;mem(a):8')));
  t.true(popReservation(popReservation(reserved)).equals(bag('cpus:2;mem:8')));
  t.throws(() => popReservation(bag('cpus:2')), { instanceOf: ResourceError, message: /^resource cpus:2: / });
});

test('volumes are made of disk, grow and shrink', (t) => {
  const [volume = DISK] = messages('disk(r)[v:/data]:64');
  t.true(volumesToDisk(Resources.of([volume])).equals(bag('disk(r):64')));
  t.is(growVolume(volume, messages('disk(r):8')[0] ?? DISK).scalar?.value, 72);
  t.throws(() => growVolume(volume, messages('disk:8')[0] ?? DISK), { instanceOf: ResourceError });
  const { volume: smaller, freed } = shrinkVolume(volume, 4);
  t.is(smaller.scalar?.value, 60);
  t.true(Resources.of([freed]).equals(bag('disk(r):4')));
  for (const size of [0, 64, 65]) t.throws(() => shrinkVolume(volume, size), { instanceOf: ResourceError });
});

test('ports are taken from all ranges and roles, never partially', (t) => {
  const offer = bag('ports:[31000-31002,31010-31010]');
  t.is(findPorts(offer, 4).toString(), 'ports:[31000-31002, 31010-31010]');
  t.throws(() => findPorts(offer, 5), { instanceOf: ResourceError, message: /at least 5 .* found 4/ });
  t.is(offer.toString(), 'ports:[31000-31002, 31010-31010]');
  const both = bag('cpus:1;ports(a):[1-2];ports:[10-19]');
  t.deepEqual(portNumbers(findPorts(both, 3)), [1, 2, 10]);
  t.true(both.contains(findPorts(both, 3)));
  t.true(findPorts(both, 0).isEmpty);
});

test('quantities end at 0, limits are infinite where absent', (t) => {
  const quantities = Quantities.of({ cpus: 2, mem: 10 });
  t.deepEqual(quantities.minus(Quantities.of({ cpus: 3, mem: 4 })).toObject(), { mem: 6 });
  t.is(quantities.toString(), 'cpus:2; mem:10');
  t.is(
    bag('cpus:0.5;cpus(a):1;ports:[1-10];disks:{a,b}').quantities().toString(),
    'cpus:1.5; disks:2; ports:10',
  );
  const limits = Limits.of({ cpus: 2, gpus: 0 });
  t.true(limits.contains(quantities));
  t.false(limits.contains(Quantities.of({ gpus: 1 })));
  t.deepEqual(limits.minus(Quantities.of({ cpus: 3, mem: 1 })).toObject(), { cpus: 0, gpus: 0 });
  t.is(limits.get('mem'), undefined);
});

test('roles', (t) => {
  for (const role of ['*', 'a', 'a/b', 'a.b', 'a-b', 'ä']) t.is(validateRole(role), undefined, role);
  for (const role of ['', '/a', 'a/', 'a//b', '.', 'a/..', 'a/*', '-a', 'a/-b', 'a b', 'a\tb', 'a\u007f'])
    t.is(typeof validateRole(role), 'string', role);
  t.deepEqual(ancestorsOf('a/b/c'), ['a/b', 'a']);
  t.true(isStrictSubroleOf('a/b', 'a'));
  t.false(isStrictSubroleOf('ab', 'a'));
});

/** Each row: what is wrong, and the message (of the format of a resource). */
const WRONG: readonly [string, Resource][] = [
  ['no name', { ...CPUS, name: '' }],
  ['a text', { ...CPUS, type: 3 }],
  ['no value', { name: 'cpus', type: 0 }],
  ['two values', { ...CPUS, set: { item: [] } }],
  ['another value', { ...PORTS, type: 2 }],
  ['negative', { ...CPUS, scalar: { value: -1 } }],
  ['too small', { ...CPUS, scalar: { value: 0.0001 } }],
  ['not a number', { ...CPUS, scalar: { value: Number.NaN } }],
  ['begin above end', { ...PORTS, ranges: { range: [{ begin: 2, end: 1 }] } }],
  [
    'overlap',
    {
      ...PORTS,
      ranges: {
        range: [
          { begin: 1, end: 3 },
          { begin: 3, end: 4 },
        ],
      },
    },
  ],
  ['twice in a set', { name: 's', type: 2, set: { item: ['a', 'a'] } }],
  ['disk info on cpus', { ...CPUS, disk: {} }],
  ['unknown source', { ...DISK, disk: { source: { type: 0 } } }],
  ['RAW with path', { ...DISK, disk: { source: { type: 4, path: {} } } }],
  ['bad role', { ...CPUS, role: 'a//b' }],
  ['reservation of *', { ...CPUS, reservation: {} }],
  ['type in an old reservation', { ...CPUS, role: 'a', reservation: { type: 2 } }],
  ['role in an old reservation', { ...CPUS, role: 'a', reservation: { role: 'a' } }],
  ['no type', { ...CPUS, reservations: [{ role: 'a' }] }],
  ['no role', { ...CPUS, reservations: [{ type: 1 }] }],
  ['role *', { ...CPUS, reservations: [{ type: 1, role: '*' }] }],
  [
    'second STATIC',
    {
      ...CPUS,
      reservations: [
        { type: 1, role: 'a' },
        { type: 1, role: 'a/b' },
      ],
    },
  ],
  [
    'not below',
    {
      ...CPUS,
      reservations: [
        { type: 1, role: 'a' },
        { type: 2, role: 'a' },
      ],
    },
  ],
  ['role differs', { ...CPUS, role: 'b', reservations: [{ type: 1, role: 'a' }] }],
  [
    'both formats, refined',
    {
      ...CPUS,
      role: 'a',
      reservations: [
        { type: 1, role: 'a' },
        { type: 2, role: 'a/b' },
      ],
    },
  ],
  ['shared without volume', { ...DISK, shared: {} }],
];

for (const [what, resource] of WRONG) {
  test(`invalid: ${what}`, (t) => {
    t.regex(validateResource(resource) ?? '', /^resource/);
  });
}

test('valid: zero, the endpoint format, volumes', (t) => {
  const reserved = toEndpointFormat({ ...CPUS, reservations: [{ type: 2, role: 'a', principal: 'p' }] });
  for (const resource of [
    { ...CPUS, scalar: { value: 0 } },
    reserved,
    ...messages('disk(r)[v:/d]<SHARED>:8'),
  ]) {
    t.is(validateResource(resource), undefined);
    t.is(validateResourcesForUse([resource]), undefined);
  }
});

/** Well-formed, but not to be used in tasks and operations. */
const UNUSABLE: readonly [string, readonly Resource[]][] = [
  ['half a gpu', [{ ...CPUS, name: 'gpus', scalar: { value: 0.5 } }]],
  ['revocable volume', [{ ...(messages('disk(r)[v:/d]:8')[0] ?? DISK), revocable: {} }]],
  ['unreserved volume', messages('disk[v:/d]:8')],
  ['volume without mount point', [{ ...DISK, role: 'r', disk: { persistence: { id: 'v' } } }]],
  [
    'mount point without persistence',
    [{ ...DISK, role: 'r', disk: { volume: { mode: 1, container_path: '/d' } } }],
  ],
  ['empty disk info', [{ ...DISK, disk: {} }]],
  ['bad persistence id', [volumeWithId('a/b')]],
  [
    'host path',
    [
      {
        ...DISK,
        role: 'r',
        disk: { persistence: { id: 'v' }, volume: { mode: 1, container_path: 'd', host_path: '/' } },
      },
    ],
  ],
  ['revocable and reserved', [{ ...CPUS, revocable: {}, reservations: [{ type: 2, role: 'a' }] }]],
  ['the same volume twice', [volumeWithId('v'), volumeWithId('v')]],
];

for (const [what, resources] of UNUSABLE) {
  test(`unusable: ${what}`, (t) => {
    for (const resource of resources) t.is(validateResource(resource), undefined);
    t.regex(validateResourcesForUse(resources) ?? '', /^resource "/);
  });
}

function volumeWithId(id: string): Resource {
  return { ...DISK, role: 'r', disk: { persistence: { id }, volume: { mode: 1, container_path: 'd' } } };
}

/** Every rule for operations and its reply (v1-scheduler-api.md §10.2, §10.7), one row each. */
import test from 'ava';
import {
  AgentInfoCapabilityType,
  type OfferOperation,
  OperationState,
  type Resource,
} from '../../../../proto/index.ts';
import { Resources } from '../../../../proto/resources/index.ts';
import { frameworkInfo, taskInfo } from '../support/cluster.ts';
import {
  capabilities,
  create,
  destroy,
  developer,
  ROLE,
  reserve,
  reserved,
  Scene,
  type SceneOptions,
  unreserve,
  volume,
} from './scene.ts';

const Capability = AgentInfoCapabilityType;

const cpus = (value: number, more: Partial<Resource> = {}): Resource => ({
  name: 'cpus',
  type: 0,
  scalar: { value },
  ...more,
});
const dynamic = (role: string, principal: string | undefined = 'p') =>
  ({ type: 2, role, ...(principal === '' ? {} : { principal }) }) as const;
const inRole = (role: string, principal?: string) => cpus(1, { reservations: [dynamic(role, principal)] });
const grow = (given: Resource, addition: Resource): OfferOperation => ({
  type: 11,
  grow_volume: { volume: given, addition },
});
const shrink = (given: Resource, value: number): OfferOperation => ({
  type: 12,
  shrink_volume: { volume: given, subtract: { value } },
});
const [disk50 = cpus(0)] = reserved('disk:50');
const mounted = { source: { type: 2 as const, mount: { root: '/mnt/d1' } } };
const provided = { provider_id: { value: 'rp' } };
const raw = (more: object = {}): Resource => ({
  name: 'disk',
  type: 0,
  scalar: { value: 100 },
  ...provided,
  disk: { source: { type: 4, profile: 'fast', ...more } },
});

interface Row {
  readonly what: string;
  readonly operation: OfferOperation;
  readonly text: RegExp;
  readonly scene?: SceneOptions;
  /** Performed before. */
  readonly before?: readonly OfferOperation[];
}

const withVolume = [reserve(reserved('disk:200')), create([volume('v1', 100)])];
const noRefinement = capabilities(Capability.RESERVATION_REFINEMENT);
const subrole = { framework: developer({ roles: ['dev/a'] }) };

const rows: readonly Row[] = [
  // Format of every resource, and the form of the operation.
  { what: 'a resource without a name', operation: reserve([cpus(1, { name: '' })]), text: /expected a name/ },
  { what: 'a negative scalar', operation: reserve([cpus(-1)]), text: /not negative/ },
  { what: 'a scalar too small to count', operation: reserve([cpus(0.0001)]), text: /at least 0\.001/ },
  {
    what: 'a reservation of a bad role',
    operation: reserve([inRole('../x')]),
    text: /role/,
  },
  {
    what: 'a stack that does not go down',
    operation: reserve([cpus(1, { reservations: [dynamic('a'), dynamic('b')] })]),
    text: /not below/,
  },
  {
    what: 'shared, but no volume',
    operation: reserve([cpus(1, { shared: {} })]),
    text: /only persistent volumes can be shared/,
  },
  { what: 'an unknown type', operation: { type: 0 }, text: /not known/ },
  ...(['reserve', 'unreserve', 'create', 'destroy', 'grow_volume', 'shrink_volume'] as const).map((name) => ({
    what: `${name} without its body`,
    operation: {
      type: { reserve: 2, unreserve: 3, create: 4, destroy: 5, grow_volume: 11, shrink_volume: 12 }[
        name
      ] as 2,
    },
    text: new RegExp(`'Operation.${name}' is not set`),
  })),
  // RESERVE
  { what: 'RESERVE of nothing', operation: reserve([]), text: /No resources/ },
  {
    what: 'RESERVE with source by a framework',
    operation: { type: 2, reserve: { source: [inRole(ROLE)], resources: [inRole(ROLE)] } },
    text: /for operators only/,
  },
  {
    what: 'RESERVE of what is not reserved',
    operation: reserve([cpus(1)]),
    text: /not dynamically reserved/,
  },
  {
    what: 'RESERVE of a static reservation',
    operation: reserve([cpus(1, { reservations: [{ type: 1, role: ROLE }] })]),
    text: /not dynamically reserved/,
  },
  {
    what: 'RESERVE of two providers',
    operation: reserve([inRole(ROLE), { ...inRole(ROLE), ...provided }]),
    text: /several resource providers/,
  },
  {
    what: 'RESERVE of revocable resources',
    operation: reserve([{ ...inRole(ROLE), revocable: {} }]),
    text: /revocable/,
  },
  {
    what: 'RESERVE of a part of a gpu',
    operation: reserve([{ ...inRole(ROLE), name: 'gpus', scalar: { value: 0.5 } }]),
    text: /whole number/,
  },
  {
    what: 'RESERVE for a role with a slash on an agent that knows none',
    operation: reserve([inRole('dev/a')]),
    // Such an agent is offered for no such role: the framework has both.
    scene: {
      framework: developer({ roles: ['dev', 'dev/a'] }),
      capabilities: capabilities(Capability.HIERARCHICAL_ROLE),
    },
    text: /HIERARCHICAL_ROLE/,
  },
  {
    what: 'RESERVE of a stack on an agent without refinement',
    operation: reserve([cpus(1, { reservations: [dynamic('dev'), dynamic('dev/a')] })]),
    scene: { ...subrole, capabilities: noRefinement },
    text: /RESERVATION_REFINEMENT/,
  },
  { what: 'RESERVE without the principal', operation: reserve([inRole(ROLE, '')]), text: /no principal/ },
  { what: 'RESERVE for another principal', operation: reserve([inRole(ROLE, 'q')]), text: /principal 'q'/ },
  {
    what: 'RESERVE for another role than allocated',
    operation: reserve([inRole('ops')]),
    text: /allocated to role 'dev'/,
  },
  {
    what: 'RESERVE for a role of others',
    operation: reserve([{ ...inRole('ops'), allocation_info: { role: 'ops' } }]),
    text: /only dev/,
  },
  {
    what: 'RESERVE of two allocation roles',
    operation: reserve([inRole('dev'), { ...inRole('ops'), allocation_info: { role: 'ops' } }]),
    scene: { framework: developer({ roles: ['dev', 'ops'] }) },
    text: /several roles|cannot be reserved/,
  },
  { what: 'RESERVE of more than there is', operation: reserve(reserved('cpus:5')), text: /does not contain/ },
  // UNRESERVE
  { what: 'UNRESERVE of nothing', operation: unreserve([]), text: /No resources/ },
  { what: 'UNRESERVE of the unreserved', operation: unreserve([cpus(1)]), text: /not dynamically reserved/ },
  {
    what: 'UNRESERVE of a volume',
    operation: unreserve([volume('v1', 100)]),
    before: withVolume,
    text: /destroy it first/,
  },
  {
    what: 'UNRESERVE of what is not there',
    operation: unreserve(reserved('cpus:1')),
    text: /does not contain/,
  },
  // CREATE
  { what: 'CREATE of nothing', operation: create([]), text: /No resources/ },
  { what: 'CREATE of plain disk', operation: create(reserved('disk:10')), text: /not a persistent volume/ },
  {
    what: 'CREATE without a reservation',
    operation: create([{ ...volume('v', 10), reservations: [] }]),
    text: /must be reserved/,
  },
  {
    what: 'CREATE without volume',
    operation: create([volume('v', 10, { disk: { persistence: { id: 'v', principal: 'p' } } })]),
    text: /needs "volume"/,
  },
  {
    what: 'CREATE with a host path',
    operation: create([
      volume('v', 10, {
        disk: {
          persistence: { id: 'v', principal: 'p' },
          volume: { container_path: 'd', mode: 1, host_path: '/etc' },
        },
      }),
    ]),
    text: /host_path/,
  },
  {
    what: 'CREATE of a read-only volume',
    operation: create([
      volume('v', 10, {
        disk: { persistence: { id: 'v', principal: 'p' }, volume: { container_path: 'd', mode: 2 } },
      }),
    ]),
    text: /read-only/,
  },
  { what: 'CREATE with a path for an id', operation: create([volume('../v', 10)]), text: /persistence id/ },
  { what: 'CREATE of dots', operation: create([volume('..', 10)]), text: /persistence id/ },
  {
    what: 'CREATE of an id that is there',
    operation: create([volume('v1', 50)]),
    before: withVolume,
    text: /'v1' is not unique/,
  },
  {
    what: 'CREATE of an id twice',
    operation: create([volume('v', 10), volume('v', 20)]),
    text: /twice|not unique/,
  },
  {
    what: 'CREATE of a shared volume by a framework that shares nothing',
    operation: create([volume('v', 10, { shared: {} })]),
    scene: { framework: frameworkInfo({ roles: [ROLE], principal: 'p' }) },
    text: /SHARED_RESOURCES/,
  },
  {
    what: 'CREATE of a stack on an agent without refinement',
    operation: create([volume('v', 10, { reservations: [dynamic('dev'), dynamic('dev/a')] })]),
    scene: { ...subrole, capabilities: noRefinement },
    text: /RESERVATION_REFINEMENT/,
  },
  {
    what: 'CREATE without the principal',
    operation: create([
      volume('v', 10, { disk: { persistence: { id: 'v' }, volume: { container_path: 'd', mode: 1 } } }),
    ]),
    text: /no principal/,
  },
  {
    what: 'CREATE for another principal',
    operation: create([
      volume('v', 10, {
        disk: { persistence: { id: 'v', principal: 'q' }, volume: { container_path: 'd', mode: 1 } },
      }),
    ]),
    text: /principal 'q'/,
  },
  { what: 'CREATE of unreserved disk', operation: create([volume('v', 10)]), text: /does not contain/ },
  // DESTROY
  { what: 'DESTROY of nothing', operation: destroy([]), text: /No resources/ },
  { what: 'DESTROY of no volume', operation: destroy(reserved('disk:10')), text: /not a persistent volume/ },
  { what: 'DESTROY of an unknown volume', operation: destroy([volume('v', 10)]), text: /not known/ },
  {
    what: 'DESTROY of a volume of another size',
    operation: destroy([volume('v1', 99)]),
    before: withVolume,
    text: /not known/,
  },
  // GROW_VOLUME
  { what: 'GROW of no volume', operation: grow(disk50, disk50), text: /not a persistent volume/ },
  { what: 'GROW of an unknown volume', operation: grow(volume('v', 10), disk50), text: /not known/ },
  {
    what: 'GROW by nothing',
    operation: grow(volume('v1', 100), { ...disk50, scalar: { value: 0 } }),
    before: withVolume,
    text: /greater than 0/,
  },
  {
    what: 'GROW by another kind of disk',
    operation: grow(volume('v1', 100), { name: 'disk', type: 0, scalar: { value: 50 } }),
    before: withVolume,
    text: /is not of the disk/,
  },
  {
    what: 'GROW of a shared volume',
    operation: grow(volume('v', 100, { shared: {} }), disk50),
    before: [reserve(reserved('disk:200')), create([volume('v', 100, { shared: {} })])],
    text: /[Ss]hared/,
  },
  {
    what: 'GROW of a volume of a provider',
    operation: grow(volume('v', 100, provided), disk50),
    text: /resource providers cannot be resized/,
  },
  {
    what: 'GROW on an agent that cannot',
    operation: grow(volume('v1', 100), disk50),
    before: withVolume,
    scene: { capabilities: capabilities(Capability.RESIZE_VOLUME) },
    text: /RESIZE_VOLUME/,
  },
  // SHRINK_VOLUME
  { what: 'SHRINK of no volume', operation: shrink(disk50, 1), text: /not a persistent volume/ },
  ...[0, -1, 100, 101].map((value) => ({
    what: `SHRINK by ${value}`,
    operation: shrink(volume('v1', 100), value),
    before: withVolume,
    text: /'subtract' must be/,
  })),
  {
    what: 'SHRINK of a volume on a MOUNT disk',
    operation: shrink(
      volume('v', 100, {
        disk: {
          ...mounted,
          persistence: { id: 'v', principal: 'p' },
          volume: { container_path: 'd', mode: 1 },
        },
      }),
      10,
    ),
    scene: {
      info: {
        hostname: 'h',
        resources: [cpus(1), { ...disk50, scalar: { value: 100 }, reservations: [], disk: mounted }],
      },
    },
    before: [
      reserve([{ ...disk50, scalar: { value: 100 }, disk: mounted }]),
      create([
        volume('v', 100, {
          disk: {
            ...mounted,
            persistence: { id: 'v', principal: 'p' },
            volume: { container_path: 'd', mode: 1 },
          },
        }),
      ]),
    ],
    text: /MOUNT/,
  },
  {
    what: 'SHRINK on an agent that cannot',
    operation: shrink(volume('v1', 100), 10),
    before: withVolume,
    scene: { capabilities: capabilities(Capability.RESIZE_VOLUME) },
    text: /RESIZE_VOLUME/,
  },
  // Disks of resource providers
  {
    what: 'CREATE_DISK of the agent’s own disk',
    operation: { type: 13, create_disk: { source: { ...raw(), provider_id: undefined }, target_type: 2 } },
    text: /not managed by a resource provider/,
  },
  {
    what: 'CREATE_DISK of what is not RAW',
    operation: { type: 13, create_disk: { source: raw({ type: 2 }), target_type: 2 } },
    text: /not a RAW disk/,
  },
  {
    what: 'CREATE_DISK of a RAW disk',
    operation: { type: 13, create_disk: { source: raw(), target_type: 4 } },
    text: /MOUNT or BLOCK/,
  },
  {
    what: 'CREATE_DISK with two profiles',
    operation: { type: 13, create_disk: { source: raw(), target_type: 2, target_profile: 'slow' } },
    text: /profile/,
  },
  {
    what: 'CREATE_DISK of a provider that is not there',
    operation: { type: 13, create_disk: { source: raw(), target_type: 2 } },
    text: /does not contain/,
  },
  {
    what: 'CREATE_DISK on an agent without providers',
    operation: { type: 13, create_disk: { source: raw(), target_type: 2 } },
    scene: { capabilities: capabilities(Capability.RESOURCE_PROVIDER) },
    text: /RESOURCE_PROVIDER/,
  },
  {
    what: 'DESTROY_DISK of PATH',
    operation: { type: 14, destroy_disk: { source: raw({ type: 1 }) } },
    text: /neither/,
  },
  {
    what: 'DESTROY_DISK without an id',
    operation: { type: 14, destroy_disk: { source: raw() } },
    text: /no id/,
  },
  {
    what: 'DESTROY_DISK of a volume',
    operation: {
      type: 14,
      destroy_disk: {
        source: volume('v', 10, {
          ...provided,
          disk: {
            source: { type: 3, id: 'd' },
            persistence: { id: 'v', principal: 'p' },
            volume: { container_path: 'd', mode: 1 },
          },
        }),
      },
    },
    text: /destroyed before its disk/,
  },
  // Feedback
  {
    what: 'an id on an agent that gives no feedback',
    operation: reserve(reserved('cpus:1')),
    scene: { capabilities: capabilities(Capability.AGENT_OPERATION_FEEDBACK) },
    text: /AGENT_OPERATION_FEEDBACK/,
  },
];

for (const { what, operation, text, scene: options, before } of rows) {
  test(`refused: ${what}`, (t) => {
    const scene = new Scene(options);
    if (before !== undefined) {
      scene.accept([...before]);
      scene.next();
      t.deepEqual(scene.feedback, []);
    }
    const total = scene.total;
    const offered = Resources.of(scene.offer.resources).unallocated();
    scene.accept([{ ...operation, id: { value: 'op' } }]);
    t.is(scene.feedback.length, 1);
    const [status] = scene.feedback;
    t.deepEqual(
      { id: status?.operation_id?.value, state: status?.state, uuid: status?.uuid, agent: status?.agent_id },
      { id: 'op', state: OperationState.OPERATION_ERROR, uuid: undefined, agent: undefined },
    );
    t.regex(status?.message ?? '', text);
    t.is(scene.applied.length, before?.length ?? 0, 'the agent hears nothing of it');
    t.true(scene.total.equals(total));
    scene.checkBooks();
    t.true(scene.next().equals(offered), 'everything comes back');
    // Without an id it vanishes.
    scene.accept([operation]);
    t.is(scene.feedback.length, 1);
    t.deepEqual(scene.cluster.errors, []);
  });
}

test('refused: DESTROY and resizing of a volume in use', (t) => {
  const scene = new Scene();
  const data = volume('v1', 100, { shared: {} });
  const task = taskInfo('t', scene.agentId, '', { resources: [...reserved('cpus:1'), data] });
  scene.accept([
    reserve(reserved('cpus:1;disk:100')),
    create([data]),
    { type: 1, launch: { task_infos: [task] } },
  ]);
  scene.next();
  scene.accept([destroy([data], 'op')]);
  t.regex(scene.feedback[0]?.message ?? '', /in use/);
});

test('launches have no id, whatever the agent can do', (t) => {
  const scene = new Scene();
  scene.accept([
    {
      type: 1,
      id: { value: 'op' },
      launch: { task_infos: [taskInfo('t', scene.agentId, '', { resources: [cpus(1)] })] },
    },
  ]);
  t.deepEqual(scene.feedback, []);
  t.is(scene.scheduler.statuses.length, 1);
});

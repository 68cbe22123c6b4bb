// The v1 view: internal messages hold v1 objects because both dialects are the same bytes.
import test from 'ava';
import protobuf from 'protobufjs';
import { decodeAs, encode, encodeAs } from '../../proto/codec.ts';
import { findMessage, messageNames } from '../../proto/schema.ts';
import { v1NameOf } from '../../proto/view.ts';
import { parseProtos } from '../../scripts/generate-proto.ts';
import { protoDirectory } from './repository.ts';

const written = parseProtos(protoDirectory);

/** Every way in which a v0 type and its v1 twin differ by more than the name of an agent. */
const EXCEPTIONS = [
  'mesos.SlaveInfo: 7 checkpoint bool optional, v1 has nothing',
  'mesos.master.Call.DrainAgent: 2 max_grace_period mesos.v1.DurationInfo optional, v1 has max_grace_period google.protobuf.Duration optional',
  'mesos.scheduler.Call.Subscribe: 2 force bool optional, v1 has suppressed_roles string repeated',
  'mesos.scheduler.Call.Subscribe: 3 suppressed_roles string repeated, v1 has offer_constraints mesos.v1.scheduler.OfferConstraints optional',
  'mesos.scheduler.Call.Subscribe: 4 offer_constraints mesos.v1.scheduler.OfferConstraints optional, v1 has nothing',
];

function typeNamed(name: string): protobuf.Type | undefined {
  const found = written.lookup(name);
  return found instanceof protobuf.Type && found.fullName === `.${name}` ? found : undefined;
}

function describe(field: protobuf.Field | undefined): string {
  if (field === undefined) return 'nothing';
  const type = v1NameOf(field.resolvedType?.fullName.slice(1) ?? field.type);
  const rule = field.required ? 'required' : field.repeated ? 'repeated' : 'optional';
  return `${field.name.replaceAll('slave', 'agent')} ${type} ${rule}`;
}

function differences(v0: protobuf.Type, v1: protobuf.Type): string[] {
  const ids = new Set([...v0.fieldsArray, ...v1.fieldsArray].map((field) => field.id));
  return [...ids]
    .sort((a, b) => a - b)
    .map((id) => ({ id, old: describe(v0.fieldsById[id]), now: describe(v1.fieldsById[id]) }))
    .filter(({ old, now }) => old !== now)
    .map(({ id, old, now }) => `${v0.fullName.slice(1)}: ${id} ${old}, v1 has ${now}`);
}

test('v0 types and their v1 twins differ only in the listed places', (t) => {
  let compared = 0;
  const found = messageNames().flatMap((name) => {
    const v0 = typeNamed(name);
    const v1 = v1NameOf(name) === name ? undefined : typeNamed(v1NameOf(name));
    if (v0 === undefined || v1 === undefined) return [];
    compared += 1;
    return differences(v0, v1);
  });
  t.true(compared > 300, `only ${compared} pairs were compared`);
  t.deepEqual(found.sort(), [...EXCEPTIONS].sort());
});

test('enum numbers of both dialects agree, names apart', (t) => {
  const pairs = [
    ['mesos.TaskState', 'mesos.v1.TaskState'],
    ['mesos.TaskStatus.Reason', 'mesos.v1.TaskStatus.Reason'],
    ['mesos.TaskStatus.Source', 'mesos.v1.TaskStatus.Source'],
    ['mesos.Offer.Operation.Type', 'mesos.v1.Offer.Operation.Type'],
    ['mesos.SlaveInfo.Capability.Type', 'mesos.v1.AgentInfo.Capability.Type'],
  ];
  for (const [v0 = '', v1 = ''] of pairs) {
    const renamed = Object.entries(written.lookupEnum(v0).values).map(([name, n]) => [
      name.replace('SLAVE', 'AGENT'),
      n,
    ]);
    t.deepEqual(Object.fromEntries(renamed), { ...written.lookupEnum(v1).values }, v0);
  }
});

test('no message between nodes refers to a v0 type that has a v1 twin', (t) => {
  const internal = messageNames().filter((name) => name.startsWith('mesos.internal.'));
  t.true(internal.length > 80);
  for (const name of internal)
    for (const field of findMessage(name)?.fields ?? []) {
      const reference = field.typeName;
      if (reference === undefined || v1NameOf(reference) === reference || reference === 'mesos.SlaveInfo')
        continue;
      t.is(written.lookup(v1NameOf(reference)), null, `${name}.${field.name} refers to ${reference}`);
    }
});

test('bytes of an internal message read the same through the v0 descriptors', (t) => {
  const status = { task_id: { value: 't' }, state: 1, agent_id: { value: 'S0' }, reason: 10 } as const;
  const update = { framework_id: { value: 'F' }, slave_id: { value: 'S0' }, status, timestamp: 1.5 };
  const bytes = encodeAs('mesos.internal.StatusUpdateMessage', { update, pid: 'slave(1)@127.0.0.1:5051' });
  const type = written.lookupType('mesos.internal.StatusUpdateMessage');
  const v0 = type.toObject(type.decode(bytes), { enums: String });
  t.deepEqual(v0, {
    update: {
      framework_id: { value: 'F' },
      slave_id: { value: 'S0' },
      status: {
        task_id: { value: 't' },
        state: 'TASK_RUNNING',
        slave_id: { value: 'S0' },
        reason: 'REASON_SLAVE_DISCONNECTED',
      },
      timestamp: 1.5,
    },
    pid: 'slave(1)@127.0.0.1:5051',
  });
});

test('calls of the older scheduler API take v1 field names and keep their own numbers', (t) => {
  const kill = { task_id: { value: 't' }, agent_id: { value: 'S0' } };
  const framework_info = { user: 'u', name: 'n' };
  const call = { type: 1, subscribe: { framework_info, suppressed_roles: ['r'] }, kill } as const;
  const bytes = encode('mesos.scheduler.Call', call);
  const type = written.lookupType('mesos.scheduler.Call');
  const v0 = type.toObject(type.decode(bytes));
  t.deepEqual(v0, {
    type: 1,
    subscribe: { framework_info, suppressed_roles: ['r'] },
    kill: { task_id: { value: 't' }, slave_id: { value: 'S0' } },
  });
  t.deepEqual(decodeAs('mesos.scheduler.Call', bytes), call);
});

test('a v0 type with a v1 twin is found as it is written', (t) => {
  const bytes = encode('mesos.Offer.Operation', { type: 1 });
  t.deepEqual(decodeAs('mesos.v1.Offer.Operation', bytes), { type: 1 });
  t.deepEqual(findMessage('mesos.TaskStatus')?.fields.find(({ id }) => id === 5)?.name, 'slave_id');
});

test('an agent tells a master of the older dialect that it checkpoints', (t) => {
  const resource = {
    name: 'cpus',
    type: 0,
    scalar: { value: 1 },
    reservations: [{ type: 1, role: 'r' }],
  } as const;
  const slave = {
    hostname: 'h',
    checkpoint: true,
    resources: [{ ...resource, reservations: [...resource.reservations] }],
  };
  const bytes = encodeAs('mesos.internal.RegisterSlaveMessage', { slave, version: '1' });
  t.deepEqual(decodeAs('mesos.internal.RegisterSlaveMessage', bytes), { slave, version: '1' });
  const type = written.lookupType('mesos.internal.RegisterSlaveMessage');
  t.true(type.toObject(type.decode(bytes)).slave.checkpoint);
  t.is(
    findMessage('mesos.SlaveInfo')?.fields.find(({ name }) => name === 'resources')?.typeName,
    'mesos.v1.Resource',
  );
});

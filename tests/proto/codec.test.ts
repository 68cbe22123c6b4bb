// Protobuf bytes: what is written is read back, what is wrong is named, what is unknown is kept.
import test from 'ava';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import {
  DecodeError,
  decode,
  decodeAs,
  EncodeError,
  encode,
  encodeAs,
  fieldDefault,
  hasType,
} from '../../proto/codec.ts';
import type { TaskStatus } from '../../proto/index.ts';
import { parseProtos } from '../../scripts/generate-proto.ts';
import { messages } from './arbitraries.ts';
import { protoDirectory } from './repository.ts';

const uuid = Uint8Array.from({ length: 16 }, (_, i) => i * 16);
const status: TaskStatus = {
  task_id: { value: 'task-ü-1' },
  state: 1,
  timestamp: 1_700_000_000.25,
  uuid,
  labels: { labels: [{ key: 'a' }, { key: 'b', value: '' }] },
};

const ROUND_TRIPPED = [
  'mesos.v1.scheduler.Call',
  'mesos.v1.scheduler.Event',
  'mesos.v1.executor.Call',
  'mesos.v1.agent.Call',
  'mesos.v1.master.Response',
  'mesos.internal.RunTaskMessage',
  'mesos.internal.StatusUpdateMessage',
  'mesos.internal.Registry',
  'mesos.scheduler.Call',
] as const;

const written = parseProtos(protoDirectory);

for (const typeName of ROUND_TRIPPED) {
  test(`${typeName} survives encoding, and protobufjs' own reading of the .proto files agrees`, (t) => {
    const type = written.lookupType(typeName);
    fc.assert(
      fc.property(messages(typeName, 4), (message) => {
        const bytes = encode(typeName, message);
        t.deepEqual(decode(typeName, bytes), message);
        t.deepEqual(Buffer.from(type.encode(type.decode(bytes)).finish()), Buffer.from(bytes));
      }),
      { numRuns: 40, seed: 7 },
    );
  });
}

test('decoded messages are plain and hold nothing that is not set', (t) => {
  const message = decodeAs('mesos.v1.TaskStatus', encodeAs('mesos.v1.TaskStatus', status));
  t.deepEqual(message, status);
  t.is(Object.getPrototypeOf(message), Object.prototype);
  t.is(message.reason, undefined);
  t.is(Object.getPrototypeOf(message.uuid), Uint8Array.prototype);
});

test('decoded bytes are copies', (t) => {
  const bytes = encode('mesos.v1.TaskStatus', status);
  const message = decodeAs('mesos.v1.TaskStatus', bytes);
  bytes.fill(0);
  t.deepEqual(message.uuid, uuid);
});

test('a missing required field is named when encoding', (t) => {
  t.throws(() => encode('mesos.v1.TaskStatus', { task_id: {}, state: 1 }), {
    instanceOf: EncodeError,
    message: "cannot encode mesos.v1.TaskStatus: mesos.v1.TaskID lacks required field 'value'",
  });
});

test('a value that its field cannot hold is named when encoding', (t) => {
  const misfits: [object, RegExp][] = [
    [{ task_id: { value: 5 } }, /mesos\.v1\.TaskID: value cannot hold number/],
    [{ task_id: 't' }, /mesos\.v1\.TaskStatus: task_id cannot hold string/],
    [{ state: 'TASK_RUNNING' }, /mesos\.v1\.TaskStatus: state cannot hold string/],
    [{ data: 'AA==' }, /mesos\.v1\.TaskStatus: data cannot hold string/],
    [{ healthy: 1 }, /mesos\.v1\.TaskStatus: healthy cannot hold number/],
    [{ labels: { labels: [undefined] } }, /mesos\.v1\.Labels: labels cannot hold undefined/],
  ];
  for (const [part, message] of misfits)
    t.throws(() => encode('mesos.v1.TaskStatus', { ...status, ...part }), {
      instanceOf: EncodeError,
      message,
    });
});

test('encoded messages are independent of each other, and of one that failed half-way', (t) => {
  const first = encode('mesos.v1.TaskStatus', status);
  const copy = Buffer.from(first);
  t.throws(() =>
    encode('mesos.internal.StatusUpdate', { framework_id: { value: 'F' }, status: { task_id: {} } }),
  );
  const large = encode('mesos.v1.TaskStatus', { ...status, data: new Uint8Array(100_000) });
  t.deepEqual(encode('mesos.v1.TaskStatus', status), first);
  t.deepEqual(Buffer.from(first), copy);
  t.true(large.length > 100_000);
});

test('a missing required field is named when decoding', (t) => {
  t.throws(() => decode('mesos.internal.StatusUpdateMessage', new Uint8Array(0)), {
    instanceOf: DecodeError,
    message: /mesos\.internal\.StatusUpdateMessage lacks required field 'update'/,
  });
  t.throws(() => decode('mesos.v1.TaskStatus', Uint8Array.of(0x0a, 0x00)), {
    message: /mesos\.v1\.TaskID lacks required field 'value'/,
  });
});

test('input cut off anywhere is refused or lacks something, and never crashes otherwise', (t) => {
  const bytes = encode('mesos.v1.TaskStatus', status);
  let refused = 0;
  for (let length = 0; length < bytes.length; length++) {
    try {
      decode('mesos.v1.TaskStatus', bytes.subarray(0, length));
    } catch (error) {
      t.true(error instanceof DecodeError, String(error));
      refused += 1;
    }
  }
  t.true(refused > bytes.length / 2);
});

test('arbitrary bytes are decoded or refused with a DecodeError', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decode('mesos.v1.scheduler.Call', bytes);
      } catch (error) {
        t.true(error instanceof DecodeError, String(error));
      }
    }),
    { numRuns: 2000, seed: 11 },
  );
  t.pass();
});

test('a length beyond the enclosing message is refused', (t) => {
  // task_id of 2 bytes whose value announces 5, which the outer message would have.
  const bytes = Uint8Array.of(0x0a, 0x02, 0x0a, 0x05, 0x61, 0x62, 0x63, 0x64, 0x65, 0x10, 0x01);
  t.throws(() => decode('mesos.v1.TaskStatus', bytes), {
    instanceOf: DecodeError,
    message: /truncated or malformed/,
  });
});

test('messages nested too deep are refused both ways', (t) => {
  let id: object = { value: 'c' };
  for (let depth = 0; depth < 150; depth++) id = { value: 'c', parent: id };
  t.throws(() => encode('mesos.v1.ContainerID', id), {
    instanceOf: EncodeError,
    message: /nested more than 100 deep/,
  });
  let bytes: Uint8Array = Uint8Array.of(0x0a, 0x01, 0x63);
  for (let depth = 0; depth < 150; depth++)
    bytes = new protobuf.Writer().uint32(10).string('c').uint32(18).bytes(bytes).finish();
  t.throws(() => decode('mesos.v1.ContainerID', bytes), {
    instanceOf: DecodeError,
    message: /nested more than 100 deep/,
  });
});

test('unknown fields and enum values are out of sight and written back', (t) => {
  const known = encode('mesos.v1.TaskStatus', { task_id: { value: 't' }, state: 1 });
  const extra = new protobuf.Writer()
    .uint32((9 << 3) | 0)
    .int32(4711)
    .uint32((99 << 3) | 2)
    .string('later')
    .finish();
  const bytes = Buffer.concat([known, extra]);
  const message = decodeAs('mesos.v1.TaskStatus', bytes);
  t.deepEqual(message, { task_id: { value: 't' }, state: 1 });
  t.deepEqual(Buffer.from(encode('mesos.v1.TaskStatus', message)), bytes);
});

test('an unknown value of a required enum is a missing field', (t) => {
  const bytes = new protobuf.Writer()
    .uint32(10)
    .fork()
    .uint32(10)
    .string('t')
    .ldelim()
    .uint32(16)
    .int32(4711)
    .finish();
  t.throws(() => decode('mesos.v1.TaskStatus', bytes), { message: /lacks required field 'state'/ });
});

test('of a oneof the last member read stands', (t) => {
  const type = 'mesos.v1.scheduler.AttributeConstraint.Predicate';
  const bytes = Buffer.concat([encode(type, { text_equals: { value: 'a' } }), encode(type, { exists: {} })]);
  t.deepEqual(decode(type, bytes), { exists: {} });
});

test('a message field that comes twice is merged, a scalar is replaced', (t) => {
  const first = encode('mesos.v1.TaskStatus', {
    task_id: { value: 't' },
    state: 1,
    labels: { labels: [{ key: 'a' }] },
  });
  const second = encode('mesos.v1.TaskStatus', {
    task_id: { value: 'u' },
    state: 2,
    labels: { labels: [{ key: 'b' }] },
  });
  t.deepEqual(decode('mesos.v1.TaskStatus', Buffer.concat([first, second])), {
    task_id: { value: 'u' },
    state: 2,
    labels: { labels: [{ key: 'a' }, { key: 'b' }] },
  });
});

test('repeated numbers are written unpacked and read either way', (t) => {
  const type = 'mesos.v1.DrainInfo';
  t.true(hasType(type));
  const unpacked = encode('mesos.v1.ResourceProviderInfo.Storage', {
    plugin: { type: 't', name: 'n', containers: [{ services: [1, 2] }] },
  });
  const services = Uint8Array.of(0x08, 0x01, 0x08, 0x02);
  t.true(Buffer.from(unpacked).includes(Buffer.from(services)));
  const container = new protobuf.Writer()
    .uint32((1 << 3) | 2)
    .fork()
    .int32(1)
    .int32(2)
    .int32(77)
    .ldelim()
    .finish();
  t.deepEqual(decode('mesos.v1.CSIPluginContainerInfo', container), { services: [1, 2] });
});

test('64-bit numbers are JS numbers, negative ones too', (t) => {
  for (const nanoseconds of [0, -1, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 62]) {
    const bytes = encode('mesos.v1.TimeInfo', { nanoseconds });
    t.deepEqual(decode('mesos.v1.TimeInfo', bytes), { nanoseconds });
  }
});

test('map keys may be any string', (t) => {
  const limits = JSON.parse('{"__proto__":{"value":1},"cpus":{"value":2}}');
  const message = { name: 'n', task_id: { value: 't' }, agent_id: { value: 'a' }, limits };
  t.deepEqual(decode('mesos.v1.TaskInfo', encode('mesos.v1.TaskInfo', message)), message);
});

test('a name that is no message type is told', (t) => {
  t.false(hasType('mesos.v1.Nothing'));
  t.false(hasType('mesos.v1.TaskState'));
  t.false(hasType('__proto__'));
  t.true(hasType('mesos.SlaveInfo'));
  t.throws(() => encode('mesos.v1.Nothing', {}), {
    instanceOf: EncodeError,
    message: /no such message type/,
  });
  t.throws(() => decode('mesos.v1.Nothing', uuid), {
    instanceOf: DecodeError,
    message: /no such message type/,
  });
});

test('defaults are what the .proto files say', (t) => {
  t.is(fieldDefault('mesos.v1.Filters', 'refuse_seconds'), 5);
  t.is(fieldDefault('mesos.v1.NetworkInfo.IPAddress', 'protocol'), 1);
  t.is(fieldDefault('mesos.v1.TaskStatus', 'message'), '');
  t.is(fieldDefault('mesos.v1.TaskStatus', 'state'), 6);
  t.is(fieldDefault('mesos.v1.TaskStatus', 'labels'), undefined);
  t.throws(() => fieldDefault('mesos.v1.Filters', 'nothing'), {
    message: /mesos\.v1\.Filters\.nothing: no such field/,
  });
});

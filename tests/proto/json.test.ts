// Mesos' JSON mapping, rule by rule.
import test from 'ava';
import { decode, encode } from '../../proto/codec.ts';
import {
  Double,
  fromJson,
  fromJsonText,
  JSON_DEPTH_MAX,
  JsonMappingError,
  jsonPieces,
  jsonText,
  LaterJson,
  ListJson,
  RawJson,
  SlowJson,
  toJson,
  toJsonText,
} from '../../proto/json.ts';

const CALL = 'mesos.v1.scheduler.Call';
const STATUS = 'mesos.v1.TaskStatus';

/** Reads a TaskStatus with one more field in its JSON and returns that field. */
function statusField(name: string, json: unknown): unknown {
  const read = fromJson(STATUS, { task_id: { value: 't' }, state: 'TASK_RUNNING', [name]: json });
  return (read as Record<string, unknown>)[name];
}

interface Accepted {
  readonly rule: string;
  readonly type: string;
  readonly json: unknown;
  readonly message: unknown;
}

const accepted: readonly Accepted[] = [
  {
    rule: 'unknown fields are passed over',
    type: CALL,
    json: { typo: 1, type: 'REVIVE' },
    message: { type: 5 },
  },
  {
    rule: 'lowerCamelCase names are unknown',
    type: CALL,
    json: { frameworkId: { value: 'f' } },
    message: {},
  },
  { rule: 'null is unset', type: CALL, json: { type: null, framework_id: null }, message: {} },
  { rule: 'an unknown name of an optional enum is dropped', type: CALL, json: { type: 'NEW' }, message: {} },
  {
    rule: 'an unknown name in a repeated enum is dropped',
    type: 'mesos.v1.CSIPluginContainerInfo',
    json: { services: ['NODE_SERVICE', 'NEW', 'CONTROLLER_SERVICE'] },
    message: { services: [2, 1] },
  },
  {
    rule: 'a single object stands for a repeated field of one',
    type: 'mesos.v1.Labels',
    json: { labels: { key: 'k' } },
    message: { labels: [{ key: 'k' }] },
  },
  {
    rule: 'null in an array is passed over',
    type: 'mesos.v1.Labels',
    json: { labels: [null, { key: 'k' }] },
    message: { labels: [{ key: 'k' }] },
  },
  {
    rule: 'a map is an object',
    type: 'mesos.v1.OfferFilters.ResourceQuantities',
    json: { quantities: { cpus: { value: 1 }, mem: null } },
    message: { quantities: { cpus: { value: 1 } } },
  },
  {
    rule: 'of a oneof the alphabetically last key wins',
    type: 'mesos.v1.scheduler.AttributeConstraint.Predicate',
    json: { text_equals: { value: 'v' }, exists: {} },
    message: { text_equals: { value: 'v' } },
  },
];

for (const { rule, type, json, message } of accepted)
  test(`read: ${rule}`, (t) => t.deepEqual(fromJson(type, json), message));

test('read: names of a required enum', (t) => {
  t.deepEqual(fromJson(STATUS, { task_id: { value: 't' }, state: 'TASK_KILLED' }), {
    task_id: { value: 't' },
    state: 4,
  });
});

test('read: numbers, numeric strings and truncation', (t) => {
  const integer = (value: unknown) => fromJson('mesos.v1.TimeInfo', { nanoseconds: value });
  for (const [json, value] of [
    [12, 12],
    ['12', 12],
    [12.9, 12],
    [-12.9, -12],
    ['-12.9', -12],
    ['1e3', 1000],
    [-0.5, 0],
  ])
    t.deepEqual(integer(json), { nanoseconds: value }, String(json));
  for (const [json, value] of [
    [1.5, 1.5],
    ['1.5', 1.5],
    ['-2', -2],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])
    t.is(statusField('timestamp', json), value, String(json));
});

test('read: true and false, as text too', (t) => {
  for (const value of [true, false]) {
    t.is(statusField('healthy', value), value);
    t.is(statusField('healthy', String(value)), value);
  }
});

test('read: base64, lax about padding and white space', (t) => {
  const expected = new Uint8Array([0xfb, 0xff]);
  for (const text of ['+/8=', '+/8', ' +/\n8 =', '+/8=ignored!'])
    t.deepEqual(statusField('data', text), expected, JSON.stringify(text));
  t.deepEqual(statusField('data', ''), new Uint8Array(0));
});

test('read: of a key given twice the last stands', (t) => {
  t.deepEqual(
    fromJsonText(CALL, '{"type":"REVIVE","type":"SUPPRESS"}'),
    fromJson(CALL, { type: 'SUPPRESS' }),
  );
});

const refused: readonly (readonly [json: unknown, path: string, expectation: RegExp])[] = [
  [
    { subscribe: { framework_info: { name: 'n' } } },
    'subscribe.framework_info.user',
    /required field is missing/,
  ],
  [
    { subscribe: { framework_info: { name: 'n', user: null } } },
    'subscribe.framework_info.user',
    /required field is missing/,
  ],
  [{ subscribe: null, decline: {}, kill: {} }, 'kill.task_id', /required field is missing/],
  [{ type: 3 }, 'type', /expected the name of a mesos\.v1\.scheduler\.Call\.Type, got number 3/],
  [{ framework_id: { value: 7 } }, 'framework_id.value', /expected a string, got number 7/],
  [{ framework_id: 'f' }, 'framework_id', /expected an object, got "f"/],
  [{ framework_id: [{ value: 'f' }] }, 'framework_id', /expected an object, got an array/],
  [{ accept: { offer_ids: [{ value: 'o' }, {}] } }, 'accept.offer_ids[1].value', /required field is missing/],
  [{ accept: { offer_ids: [[{ value: 'o' }]] } }, 'accept.offer_ids[0]', /expected an object, got an array/],
  [
    { decline: { filters: { refuse_seconds: 'soon' } } },
    'decline.filters.refuse_seconds',
    /expected a number, got "soon"/,
  ],
  [
    { decline: { filters: { refuse_seconds: 'NaN' } } },
    'decline.filters.refuse_seconds',
    /expected a number/,
  ],
  [{ decline: { filters: { refuse_seconds: true } } }, 'decline.filters.refuse_seconds', /got boolean true/],
  [{ acknowledge: { uuid: '!!' } }, 'acknowledge.uuid', /expected base64 text, got "!!"/],
  [{ acknowledge: { uuid: 1 } }, 'acknowledge.uuid', /expected base64 text, got number 1/],
  [
    { subscribe: { framework_info: { name: 'n', user: 'u', checkpoint: 1 } } },
    'subscribe.framework_info.checkpoint',
    /expected true or false/,
  ],
  [
    { accept: { operations: { type: 'LAUNCH', launch: { task_infos: { limits: [] } } } } },
    'accept.operations[0].launch.task_infos[0].limits',
    /expected an object, got an array/,
  ],
  [
    { kill: { task_id: { value: 't' }, kill_policy: { grace_period: { nanoseconds: 'x' } } } },
    'kill.kill_policy.grace_period.nanoseconds',
    /expected a number/,
  ],
  [[], '', /expected an object, got an array/],
  [null, '', /expected an object, got null/],
  ['REVIVE', '', /expected an object, got "REVIVE"/],
];

for (const [json, path, expectation] of refused)
  test(`refuse: ${JSON.stringify(json)}`, (t) => {
    const error = t.throws(() => fromJson(CALL, json), { instanceOf: JsonMappingError });
    t.is(error.path, path);
    t.regex(error.expectation, expectation);
    t.true(error.message.startsWith(path));
    t.notRegex(error.message, /\n/);
  });

test('refuse: an unknown name of a required enum', (t) => {
  t.throws(() => fromJson(STATUS, { task_id: { value: 't' }, state: 'TASK_NEW' }), {
    instanceOf: JsonMappingError,
    message: 'state: expected the name of a mesos.v1.TaskState, got "TASK_NEW"',
  });
});

test('refuse: integers that do not fit', (t) => {
  t.throws(() => fromJson('mesos.v1.Address', { port: 2 ** 31 }), { message: /^port: expected int32/ });
  t.throws(() => fromJson('mesos.v1.Port', { number: -1 }), { message: /^number: expected uint32/ });
});

test('refuse: what is not JSON, in one line', (t) => {
  for (const text of ['', '{', '{"type":\n\n}', 'nonsense', '{} {}']) {
    const error = t.throws(() => fromJsonText(CALL, text), { instanceOf: JsonMappingError });
    t.regex(error.message, /^not valid JSON: [^\n]+$/);
  }
});

test('refuse: more than 200 levels, in unknown fields too', (t) => {
  const nested = (levels: number) => `${'{"x":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
  t.deepEqual(fromJsonText(CALL, nested(JSON_DEPTH_MAX)), {});
  t.throws(() => fromJsonText(CALL, nested(JSON_DEPTH_MAX + 1)), { message: 'nested more than 200 deep' });
  t.throws(() => fromJsonText(CALL, '['.repeat(100_000) + ']'.repeat(100_000)), {
    message: 'nested more than 200 deep',
  });
});

interface Printed {
  readonly rule: string;
  readonly type: string;
  readonly message: object;
  readonly text: string;
}

const printed: readonly Printed[] = [
  { rule: 'a message with nothing set', type: CALL, message: {}, text: '{}' },
  {
    rule: 'order of declaration, not of setting or number',
    type: 'mesos.v1.URL',
    message: { path: '/', address: { port: 1, ip: '::1' }, scheme: 'http' },
    text: '{"scheme":"http","address":{"ip":"::1","port":1},"path":"/"}',
  },
  { rule: 'explicit default', type: 'mesos.v1.Filters', message: {}, text: '{"refuse_seconds":5.0}' },
  {
    rule: 'explicit default of an enum',
    type: 'mesos.v1.NetworkInfo.IPAddress',
    message: {},
    text: '{"protocol":"IPv4"}',
  },
  {
    rule: 'a deprecated default is left out',
    type: 'mesos.v1.FrameworkInfo',
    message: { user: 'u', name: 'n' },
    text: '{"user":"u","name":"n","failover_timeout":0.0,"checkpoint":false}',
  },
  {
    rule: 'a deprecated field that is set is printed',
    type: 'mesos.v1.FrameworkInfo',
    message: { user: 'u', name: 'n', role: 'r' },
    text: '{"user":"u","name":"n","failover_timeout":0.0,"checkpoint":false,"role":"r"}',
  },
  {
    rule: 'an empty repeated field is left out',
    type: 'mesos.v1.Labels',
    message: { labels: [] },
    text: '{}',
  },
  {
    rule: 'an empty map is left out',
    type: 'mesos.v1.OfferFilters.ResourceQuantities',
    message: { quantities: {} },
    text: '{}',
  },
  {
    rule: 'maps',
    type: 'mesos.v1.OfferFilters.ResourceQuantities',
    message: { quantities: { 'a"b': { value: 1 }, mem: { value: 0.5 } } },
    text: '{"quantities":{"a\\"b":{"value":1.0},"mem":{"value":0.5}}}',
  },
  {
    rule: 'enums by name, bytes as base64 with padding, doubles with a fraction',
    type: STATUS,
    message: { task_id: { value: 't' }, state: 1, data: new Uint8Array([0xfb, 0xff]), timestamp: 15 },
    text: '{"task_id":{"value":"t"},"state":"TASK_RUNNING","data":"+/8=","timestamp":15.0}',
  },
  {
    rule: '64-bit integers as numbers',
    type: 'mesos.v1.TimeInfo',
    message: { nanoseconds: 1_700_000_000_123_456 },
    text: '{"nanoseconds":1700000000123456}',
  },
];

for (const { rule, type, message, text } of printed)
  test(`write: ${rule}`, (t) => {
    t.is(toJsonText(type, message), text);
    t.deepEqual(toJson(type, message), JSON.parse(text));
    t.deepEqual(Object.keys(toJson(type, message)), Object.keys(JSON.parse(text)));
  });

test('write: doubles as the shortest text with a fraction', (t) => {
  const cases: [number, string][] = [
    [15, '15.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.1, '0.1'],
    [-3, '-3.0'],
    [1e20, '100000000000000000000.0'],
    [1e21, '1e21'],
    [1.5e300, '1.5e300'],
    [1e-7, '1e-7'],
    [1 / 3, '0.3333333333333333'],
  ];
  for (const [value, text] of cases)
    t.is(toJsonText('mesos.v1.Value.Scalar', { value }), `{"value":${text}}`);
  const infinite = { value: Number.POSITIVE_INFINITY };
  t.deepEqual(fromJsonText('mesos.v1.Value.Scalar', toJsonText('mesos.v1.Value.Scalar', infinite)), infinite);
});

test('write: what is read from bytes prints and reads back alike', (t) => {
  const json = {
    type: 'ACCEPT',
    framework_id: { value: 'f' },
    accept: {
      offer_ids: [{ value: 'o' }],
      operations: [
        {
          type: 'LAUNCH',
          launch: {
            task_infos: [
              {
                name: 'n',
                task_id: { value: 't' },
                agent_id: { value: 'a' },
                resources: [{ name: 'cpus', type: 'SCALAR', scalar: { value: 0.5 } }],
                command: { shell: true, value: 'sleep 1' },
              },
            ],
          },
        },
      ],
      filters: { refuse_seconds: 5 },
    },
  };
  const message = fromJson(CALL, json);
  const again = decode(CALL, encode(CALL, message as object));
  t.deepEqual(toJson(CALL, again as object), json);
});

test('jsonText prints hand-made values', (t) => {
  const value = {
    a: new Double(3),
    b: 3,
    c: [new Double(0.5), undefined, null, 'x'],
    d: undefined,
    e: new RawJson(toJsonText('mesos.v1.Filters', {})),
    'k"': { toJSON: () => [true] },
  };
  t.is(jsonText(value), '{"a":3.0,"b":3,"c":[0.5,null,null,"x"],"e":{"refuse_seconds":5.0},"k\\"":[true]}');
  t.is(JSON.stringify(value), '{"a":3,"b":3,"c":[0.5,null,null,"x"],"e":{"refuse_seconds":5},"k\\"":[true]}');
  t.throws(() => jsonText(undefined), { instanceOf: TypeError });
});

/** @returns the pieces, and how many steps gave none */
function piecesOf(value: unknown, before = '', after = ''): { pieces: Uint8Array[]; stops: number } {
  const writing = jsonPieces(value, before, after);
  const pieces: Uint8Array[] = [];
  let stops = 0;
  for (let step = writing.next(); ; step = writing.next()) {
    if (step.value === undefined) stops++;
    else pieces.push(step.value);
    if (step.done === true) return { pieces, stops };
  }
}

test('a long text is written in pieces that are the same text, with a stop after each item made later', (t) => {
  const items = Array.from({ length: 3000 }, (_, n) => n);
  const value = {
    none: undefined,
    empty: [],
    nothing: {},
    list: items.map((n) => new LaterJson(() => ({ n: new Double(n), text: 'ä'.repeat(40) }))),
    own: new ListJson(items, (n) => Buffer.from(`"${n}"`)),
    bare: new ListJson([], () => new Uint8Array(0)),
    slow: new SlowJson(function* () {
      yield;
      return {
        in: new ListJson([1, 2], (n) => Buffer.from(String(n))),
        last: new SlowJson(function* () {
          yield;
          return 0;
        }),
      };
    }),
    mixed: [1, { deep: new LaterJson(() => 'x') }, new RawJson('[2]')],
  };
  const { pieces, stops } = piecesOf(value, 'call(', ');');
  t.is(Buffer.concat(pieces).toString(), `call(${jsonText(value)});`);
  t.true(stops > 6000);
  t.true(pieces.length > 3 && pieces.every(({ length }) => length < 256 * 1024));
  t.deepEqual(JSON.parse(JSON.stringify(value)), JSON.parse(jsonText(value)));
});

test('a double shows a fraction or an exponent, and reads back as it was', (t) => {
  const texts: readonly (readonly [number, string])[] = [
    [0, '0.0'],
    [-0, '-0.0'],
    [15, '15.0'],
    [-7.25, '-7.25'],
    [1e-7, '1e-7'],
    [5e-324, '5e-324'],
    [2 ** 53 - 1, '9007199254740991.0'],
    [2 ** 53, '9007199254740992.0'],
    [1e21, '1e21'],
    [-1.5e300, '-1.5e300'],
    [1763726000.123, '1763726000.123'],
  ];
  for (const [value, text] of texts) {
    t.is(jsonText(new Double(value)), text);
    t.is(JSON.parse(text), value);
  }
  t.is(jsonText(new Double(Number.NaN)), '"NaN"');
  t.is(jsonText(new Double(Number.NEGATIVE_INFINITY)), '"-Infinity"');
});

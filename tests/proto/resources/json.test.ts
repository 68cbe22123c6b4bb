import test from 'ava';
import { jsonText } from '../../../proto/json.ts';
import {
  legacyAttributesJson,
  legacyReservations,
  legacyResources,
  parseAttributes,
  parseResourceMessages,
  parseResources,
  ResourceError,
} from '../../../proto/resources/index.ts';
import { bag } from './notation.ts';

test('the whole text may be a JSON array of resources', (t) => {
  const text = `[{"name":"cpus","type":"SCALAR","scalar":{"value":4}},
    {"name":"disk","type":"SCALAR","scalar":{"value":2048},"role":"db",
     "disk":{"source":{"type":"MOUNT","mount":{"root":"/mnt/d1"}}}}]`;
  t.is(parseResources(text).toString(), 'cpus:4; disk(reservations: [(STATIC,db)])[MOUNT:/mnt/d1]:2048');
  t.is(
    parseResources(text, 'web').toString(),
    'cpus(reservations: [(STATIC,web)]):4; disk(reservations: [(STATIC,db)])[MOUNT:/mnt/d1]:2048',
  );
});

test('JSON in the old format becomes the new one', (t) => {
  const text =
    '[{"name":"cpus","type":"SCALAR","scalar":{"value":1},"role":"ads","reservation":{"principal":"p"}}]';
  t.deepEqual(parseResourceMessages(text), [
    {
      name: 'cpus',
      type: 0,
      scalar: { value: 1 },
      reservations: [{ principal: 'p', type: 2, role: 'ads' }],
    },
  ]);
});

const BAD: readonly [string, RegExp][] = [
  ['[', /^resources: expected a JSON array of resources: /],
  ['[1]', /^resources\[0\]: /],
  ['[{"name":"cpus","type":"SCALAR"}]', /^resources\[0\]: resource "cpus": expected "scalar"/],
  ['[{"name":"cpus","type":"SCALAR","scalar":{"value":"x"}}]', /^resources\[0\]: .*scalar/],
  ['[{"type":"SCALAR","scalar":{"value":1}}]', /^resources\[0\]: .*name/],
  [
    '[{"name":"p","type":"RANGES","ranges":{"range":[{"begin":1,"end":5},{"begin":4,"end":8}]}}]',
    /1-5 and 4-8 overlap/,
  ],
];

for (const [text, message] of BAD) {
  test(`refused: ${text}`, (t) => {
    t.throws(() => parseResources(text), { instanceOf: ResourceError, message });
  });
}

test('the block of older endpoints: four scalars always, all roles summed, revocable apart', (t) => {
  t.is(
    jsonText(
      legacyResources(bag('cpus:1.5;cpus(a):2;ports:[1-3];ports(a):[5-6];cpus{REV}:4;disks:{x,y};tokens:7')),
    ),
    '{"disk":0.0,"mem":0.0,"gpus":0.0,"cpus":3.5,"ports":"[1-3, 5-6]","cpus_revocable":4.0,"disks":"{x, y}","tokens":7.0}',
  );
  t.is(
    jsonText(legacyReservations(bag('cpus:1;cpus(b):2;mem(a):3'))),
    '{"a":{"disk":0.0,"mem":3.0,"gpus":0.0,"cpus":0.0},"b":{"disk":0.0,"mem":0.0,"gpus":0.0,"cpus":2.0}}',
  );
});

test('attributes of older endpoints: numbers with a fraction, names may repeat', (t) => {
  t.is(
    legacyAttributesJson(parseAttributes('rack:a;level:10;rack:b;keys:[1-2,5-6]')).text,
    '{"rack":"a","level":10.0,"rack":"b","keys":"[1-2, 5-6]"}',
  );
});

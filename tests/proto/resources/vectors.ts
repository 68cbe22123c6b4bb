/** Checked cases of resource text and arithmetic: facts of Apache Mesos 1.12-dev. Text as in `notation.ts`. */

export interface Vectors {
  readonly parse: readonly {
    readonly text: string;
    readonly default_role: string;
    readonly expected?: readonly object[];
    readonly expected_total?: string;
    readonly note?: string;
  }[];
  readonly parse_errors: readonly string[];
  readonly add: readonly (readonly [string, string, string])[];
  readonly subtract: readonly (readonly [string, string, string, string?])[];
  readonly contains: readonly (readonly [string, string, boolean])[];
  readonly persistent: readonly {
    readonly have: string;
    readonly minus?: string;
    readonly plus?: string;
    readonly contains?: string;
    readonly gives: string | boolean;
    readonly note?: string;
  }[];
  readonly shared: readonly {
    readonly start: string;
    readonly note?: string;
    readonly ops: readonly string[];
    readonly holders: number;
  }[];
  readonly attributes: readonly {
    readonly text: string;
    readonly expected: readonly unknown[];
    readonly note?: string;
  }[];
  readonly attribute_errors: readonly string[];
}

export const VECTORS: Vectors = {
  parse: [
    {
      text: 'cpus:4;mem:8192',
      default_role: '*',
      expected: [
        { name: 'cpus', type: 'SCALAR', scalar: 4, reservations: [] },
        { name: 'mem', type: 'SCALAR', scalar: 8192, reservations: [] },
      ],
    },
    {
      text: 'cpus(ads):4; mem:8192 ;ports:[31000-32000]',
      default_role: '*',
      expected: [
        { name: 'cpus', type: 'SCALAR', scalar: 4, reservations: [{ type: 'STATIC', role: 'ads' }] },
        { name: 'mem', type: 'SCALAR', scalar: 8192, reservations: [] },
        { name: 'ports', type: 'RANGES', ranges: [[31000, 32000]], reservations: [] },
      ],
    },
    {
      text: 'cpus:4',
      default_role: 'prod',
      expected: [
        { name: 'cpus', type: 'SCALAR', scalar: 4, reservations: [{ type: 'STATIC', role: 'prod' }] },
      ],
    },
    {
      text: 'ports:[1-5,6-10,20-30,25-40]',
      default_role: '*',
      expected: [
        {
          name: 'ports',
          type: 'RANGES',
          ranges: [
            [1, 10],
            [20, 40],
          ],
          reservations: [],
        },
      ],
    },
    {
      text: 'disks:{sda1,sdb1}',
      default_role: '*',
      expected: [{ name: 'disks', type: 'SET', set: ['sda1', 'sdb1'], reservations: [] }],
    },
    {
      text: 'cpus:1.0004',
      default_role: '*',
      expected: [{ name: 'cpus', type: 'SCALAR', scalar: 1.0, reservations: [] }],
      note: 'compared after rounding to 3 decimals',
    },
    {
      text: 'gpus:0;cpus:1',
      default_role: '*',
      expected_total: 'cpus:1',
      note: 'a zero scalar is valid and vanishes in arithmetic',
    },
    { text: '', default_role: '*', expected: [] },
  ],
  parse_errors: [
    'cpus',
    'cpus(role1)',
    'cpus(role1:1',
    'cpus)(role1:1',
    'cpus:4:5',
    'foo:1;foo:[0-1]',
    'cpus:abc',
    'cpus:-1',
    'cpus:nan',
    'cpus:inf',
    'ports:[5-a]',
    'cpus:',
    'cpus:0.0001',
  ],
  add: [
    ['cpus:0.1', 'cpus:0.2', 'cpus:0.3'],
    ['cpus:1;mem:5', 'cpus:2;mem:10', 'cpus:3;mem:15'],
    ['cpus(a):1', 'cpus:2', 'cpus(a):1;cpus:2'],
    ['ports:[1-3]', 'ports:[4-6]', 'ports:[1-6]'],
    ['ports:[1-3,10-12]', 'ports:[2-11]', 'ports:[1-12]'],
    ['disks:{a,b}', 'disks:{b,c}', 'disks:{a,b,c}'],
  ],
  subtract: [
    ['cpus:1', 'cpus:0.9', 'cpus:0.1'],
    ['cpus:3;mem:15', 'cpus:3;mem:5', 'mem:10'],
    ['ports:[1-10]', 'ports:[3-5]', 'ports:[1-2,6-10]'],
    ['ports:[1-10]', 'ports:[1-10]', ''],
    ['disks:{a,b,c}', 'disks:{b}', 'disks:{a,c}'],
    ['cpus(a):2', 'cpus:1', 'cpus(a):2', 'reservations differ: nothing to subtract'],
  ],
  contains: [
    ['cpus:2;mem:10', 'cpus:1', true],
    ['cpus:2', 'cpus:2.001', false],
    ['cpus:2', 'cpus:2.0004', true],
    ['cpus(a):2', 'cpus:1', false],
    ['ports:[1-10]', 'ports:[2-3,9-10]', true],
    ['ports:[1-10]', 'ports:[9-11]', false],
    ['disks:{a,b}', 'disks:{a}', true],
    ['cpus:1', '', true],
  ],
  persistent: [
    { have: 'disk(r)[id1:/data]:64', minus: 'disk(r)[id1:/data]:64', gives: '' },
    {
      have: 'disk(r)[id1:/data]:64',
      minus: 'disk(r)[id1:/data]:32',
      gives: 'disk(r)[id1:/data]:64',
      note: 'a persistent volume is indivisible; not contained, nothing removed',
    },
    {
      have: 'disk(r)[id1:/data]:64',
      plus: 'disk(r)[id2:/data]:64',
      gives: 'disk(r)[id1:/data]:64;disk(r)[id2:/data]:64',
      note: 'never merged',
    },
    { have: 'disk(r):64', contains: 'disk(r)[id1:/data]:64', gives: false },
  ],
  shared: [
    { start: 'v<SHARED>', ops: ['+v<SHARED>', '+v<SHARED>'], holders: 3 },
    {
      start: 'v<SHARED>',
      ops: ['+v<SHARED>', '-v<SHARED>'],
      holders: 1,
      note: 'the volume disappears from the bag only when the last holder is subtracted',
    },
  ],
  attributes: [
    {
      text: 'rack:abc;zone:west;level:10;keys:[1000-1500]',
      expected: [
        ['rack', 'TEXT', 'abc'],
        ['zone', 'TEXT', 'west'],
        ['level', 'SCALAR', 10],
        ['keys', 'RANGES', [[1000, 1500]]],
      ],
    },
    {
      text: 'url:http://a:80',
      expected: [['url', 'TEXT', 'http://a:80']],
      note: 'only the first colon splits',
    },
  ],
  attribute_errors: ['rack', 'a:{x,y}'],
};

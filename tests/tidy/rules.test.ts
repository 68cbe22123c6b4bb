/** The rules themselves: each catches what it is for, and lets pass what merely looks like it. */
import test from 'ava';
import { violationsOf } from './rules.ts';
import { sourceOf } from './source.ts';

const messages = (path: string, text: string) =>
  violationsOf(sourceOf(path, text)).map(({ message }) => message);

const broken: ReadonlyArray<readonly [path: string, text: string]> = [
  ['runtime/a.ts', "import { b } from '../proto/b.ts';"],
  ['runtime/a.ts', "import type { b } from '../proto/b.ts';"],
  ['runtime/a.ts', "const b = await import('../actors/master/b.ts');"],
  ['runtime/a.ts', "import '../statecharts/b.ts';"],
  ['runtime/a.ts', "export * from './main.ts';"],
  ['runtime/a.ts', "import { b } from './b.js';"],
  ['proto/a.ts', "import { b } from '../statecharts/b.ts';"],
  ['statecharts/a.ts', "import { b } from '../proto/codec.ts';"],
  ['statecharts/a.ts', "import { b } from '../runtime/b.ts';"],
  ['statecharts/a.ts', "import { readFileSync } from 'node:fs';"],
  ['statecharts/a.ts', "import { b } from '../actors/agent/b.ts';"],
  ['actors/master/a.ts', "import { b } from '../agent/b.ts';"],
  ['actors/master/x/a.ts', "import {\n  b,\n  type C,\n} from '../../framework/b.ts';"],
  ['actors/agent/a.ts', "import type { b } from '../master/b.ts';"],
  ['actors/agent/a.ts', "import { b } from '../../tests/support/b.ts';"],
  ['ui/a.ts', "import { b } from '../runtime/b.ts';"],
  ['proto/a.ts', 'const a = Date.now();'],
  ['proto/a.ts', 'const a = new Date();'],
  ['proto/a.ts', 'const a = new Date;'],
  ['proto/a.ts', 'const a = Date();'],
  ['runtime/a.ts', 'const a = performance.now();'],
  ['runtime/a.ts', 'const a = process.hrtime.bigint();'],
  ['actors/master/a.ts', 'setTimeout(f, 1);'],
  ['tests/a.test.ts', 'await new Promise((done) => setTimeout(done, 1));'],
  ['tests/a.test.ts', "import { setTimeout as sleep } from 'node:timers/promises';"],
  ['runtime/a.ts', 'setInterval(f, 1);'],
  ['runtime/a.ts', 'const a = `$' + '{Math.random()}`;'],
  ['runtime/a.ts', 'const a = randomUUID();'],
  ['runtime/a.ts', 'const a = b as any;'],
  ['runtime/a.ts', 'function f(a: any) {}'],
  ['runtime/a.ts', 'const a: Map<string, any> = b;'],
  ['runtime/a.ts', '// @ts-ignore'],
  ['runtime/a.ts', 'enum Color { Red }'],
  ['tests/a.test.ts', "test.skip('a', f);"],
  ['tests/a.test.ts', "test.serial.only('a', f);"],
  ['runtime/a.ts', '// TO' + 'DO: later'],
  ['runtime/a.ts', "const a = '/home/me';"],
  ['runtime/a.ts', 'const a = "/tmp/x";'],
  ['runtime/a.ts', '\n'.repeat(501)],
  ['runtime/\u00e4.ts', ''],
];

for (const [path, text] of broken)
  test(`refused in ${path}: ${text.trim().slice(0, 60)}`, (t) => t.is(messages(path, text).length, 1));

const kept: ReadonlyArray<readonly [path: string, text: string]> = [
  ['runtime/a.ts', "import ws from 'ws';\nimport os from 'node:os';\nimport { b } from './x/b.ts';"],
  ['runtime/main.ts', "const a = await import('../actors/master/index.ts');"],
  ['runtime/roles/agent.ts', "import { a } from '../../actors/agent/index.ts';"],
  ['proto/a.ts', "import { b } from '../runtime/b.ts';"],
  ['statecharts/a.ts', "import { setup } from 'xstate';\nimport type { B } from '../proto/index.ts';"],
  ['statecharts/a.ts', "import { TaskState } from '../proto/generated/types/v1.ts';"],
  ['actors/master/x/a.ts', "import { b } from '../b.ts';\nimport { c } from '../../../statecharts/c.ts';"],
  [
    'tests/a.test.ts',
    "import { b } from '../actors/agent/b.ts';\nimport { c } from '../actors/master/c.ts';",
  ],
  ['proto/a.ts', 'const a = new Date(ms).toISOString();'],
  ['proto/a.ts', '// never Date.now(), see\n/* Math.random() */ const a = "setTimeout(";'],
  ['proto/a.ts', 'const a = /[\'"]setTimeout\\(/; const b = 1 / 2; const c = "as any";'],
  ['proto/a.ts', "// import { b } from '../actors/agent/b.ts';\nconst url = 'http://a/b';"],
  ['runtime/realPorts.ts', 'const a = Date.now() + Math.random();'],
  ['tests/support/until.ts', 'setTimeout(f, 1);'],
  ['bench/a.ts', 'const a = performance.now();'],
  ['runtime/a.ts', 'const many: Company = { any: 1 }; const b = many.any; f(company, any(b));'],
  ['tests/a.test.ts', "const a = '/tmp/x';"],
  ['runtime/a.ts', "const a = '/homes/';"],
  ['statecharts/task.ts', '\n'.repeat(900)],
  ['proto/generated/types.ts', '\n'.repeat(900)],
];

for (const [path, text] of kept)
  test(`allowed in ${path}: ${text.trim().slice(0, 60)}`, (t) => t.deepEqual(messages(path, text), []));

test('a violation names its line', (t) => {
  const text = '/* a\n b */\nconst a = `\n`;\nconst b = Date.now();\n';
  t.deepEqual(violationsOf(sourceOf('proto/a.ts', text)), [
    { line: 5, message: "'Date.now(': ask the Clock" },
  ]);
});

/** The second run of tests that failed: which may have one, and what comes of it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { failures, fileOf } from '../../scripts/support/avaReport.ts';
import { repositoryRoot, scratch } from '../support/processes.ts';

const FIRST_TIME_FAILS = `
  const marker = new URL(import.meta.url + '.been-here');
  const isSecond = existsSync(marker);
  writeFileSync(marker, '');
  t.true(isSecond, 'the first time');`;

/** Runs the script over test files with these bodies. */
function outcome(
  t: ExecutionContext,
  bodies: Record<string, string>,
  words: readonly string[] = [],
): { readonly code: number | null; readonly said: string } {
  const folder = scratch(t);
  for (const [name, body] of Object.entries(bodies)) {
    const file = path.join(folder, 'dist', 'tests', `${name}.test.js`);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(
      file,
      `import { existsSync, writeFileSync } from 'node:fs';
       import test from 'ava';
       test('it passes', (t) => t.pass());
       test('it works: ${name}', (t) => {${body}});`,
    );
  }
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(path.join(folder, 'ava.config.js'), `export default { files: ['dist/tests/**/*.test.js'] };`);
  symlinkSync(path.join(repositoryRoot, 'node_modules'), path.join(folder, 'node_modules'));
  const script = path.join(repositoryRoot, 'dist', 'scripts', 'test.js');
  const { BUILD_DIR: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, [script, ...words], {
    cwd: folder,
    env: { ...env, NODE_ENV: '', NODE_CHANNEL_FD: '' },
    encoding: 'utf8',
  });
  return { code: status, said: stdout };
}

test('what fails once and passes alone is named, and does not fail the run', (t) => {
  const { code, said } = outcome(t, {
    steady: 't.pass();',
    'deep/unsteady': FIRST_TIME_FAILS,
  });
  t.is(code, 0, said);
  t.regex(said, /\nOnce more, alone: dist\/tests\/deep\/unsteady\.test\.js\n/);
  t.regex(said, /which is to be mended:\n {2}.*it works: deep\/unsteady/);
});

test('what fails twice fails the run', (t) => {
  const { code, said } = outcome(t, { broken: `t.fail('always');`, other: 't.pass();' });
  t.is(code, 1);
  t.regex(said, /\nOnce more, alone: /);
  t.notRegex(said, /to be mended/);
});

test('no second time for property tests, many files, exceptions, and what was named', (t) => {
  const property = { property: `void 'fast-check'; ${FIRST_TIME_FAILS}`, other: 't.pass();' };

  const many = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [name, FIRST_TIME_FAILS]));
  const thrown = {
    thrown: `setTimeout(() => { throw new Error('late'); }); ${FIRST_TIME_FAILS}`,
    b: 't.pass();',
  };
  for (const bodies of [property, many, thrown]) {
    const { code, said } = outcome(t, bodies);
    t.is(code, 1, said);
    t.notRegex(said, /Once more/);
  }
  const { code } = outcome(t, { one: FIRST_TIME_FAILS, two: 't.pass();' }, ['dist/tests/one.test.js']);
  t.is(code, 1);
});

test('a title belongs to the file with the longest path before it', (t) => {
  const files = ['system/cli.test.js', 'system/cli/run.test.js'];
  t.is(fileOf('system › cli › a › b', files), 'system/cli.test.js');
  t.is(fileOf('system › cli › run › b', files), 'system/cli/run.test.js');
  t.is(fileOf('system › client › b', files), undefined);
});

test('a report that tells of anything else than failed tests is not one of them', (t) => {
  const report = (counts: string): string => `  ✔ one\n  ✘ [fail]: two › three why\n  ─\n\n  ${counts}\n`;
  t.deepEqual(failures(report('1 test failed')), ['two › three why']);
  for (const counts of ['2 tests failed', '1 test passed', '1 test failed\n  1 uncaught exception', ''])
    t.is(failures(report(counts)), undefined, counts);
});

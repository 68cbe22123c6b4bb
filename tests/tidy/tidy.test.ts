/** Keeps the house rules over every source file, whether git knows it already or not. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { violationsOf } from './rules.ts';
import { sourceOf } from './source.ts';

function sourceFiles(): string[] {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', '*.ts', '*.tsx'];
  const listed = execFileSync('git', list, { encoding: 'utf8' }).split('\0');
  // A deleted file is listed until the deletion is committed.
  return [...new Set(listed)].filter((file) => file !== '' && existsSync(file)).sort();
}

test('every source file keeps the house rules', (t) => {
  const files = sourceFiles();
  t.true(files.includes('runtime/ports.ts'), 'the tests run in the root of the repository');
  const violations = files.flatMap((file) =>
    violationsOf(sourceOf(file, readFileSync(file, 'utf8'))).map(
      ({ line, message }) => `${file}:${line} ${message}`,
    ),
  );
  t.is(violations.length, 0, `\n${violations.join('\n')}\n`);
});

/** What a run of the tests reported, read from what AVA prints (its default reporter has no other form). */
import { stripVTControlCharacters } from 'node:util';

const FAILURE = /^ {2}✘ \[fail\]: (.*)$/gm;
/** What follows the last line that is drawn: counts of each kind of trouble. */
const RULE = /^ {2}─$/m;

/** @returns titles of tests, with what they failed of; undefined when something else than assertions went wrong, or nothing */
export function failures(report: string): readonly string[] | undefined {
  const text = stripVTControlCharacters(report);
  const counts = (text.split(RULE).at(-1) ?? '').trim();
  const count = /^(\d+) tests? failed$/.exec(counts)?.[1];
  if (count === undefined) return undefined;
  const titles = [...text.matchAll(FAILURE)].map(([, title = '']) => title);
  return titles.length === Number(count) ? titles : undefined;
}

/**
 * AVA begins each title with the path of its file.
 * @param files relative to the folder of all tests, as `system/cli.test.js`
 */
export function fileOf(title: string, files: readonly string[]): string | undefined {
  return files
    .filter((file) =>
      title.startsWith(
        `${file
          .replace(/\.test\.js$/, '')
          .split('/')
          .join(' › ')} › `,
      ),
    )
    .toSorted((one, other) => other.length - one.length)[0];
}

/** The page reads on in files that grow, however fast, are rotated, and hold characters of several bytes. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { transformWithOxc } from 'vite';
import { repositoryRoot } from '../support/processes.ts';

interface View {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}
type Read = (offset: number, length: number) => Promise<{ offset: number; data: string }>;
interface Tail {
  lastPage(read: Read): Promise<View>;
  more(read: Read, readFormer: Read, view: View): Promise<View>;
  older(read: Read, view: View): Promise<View>;
}

/** The page's own source; it is no part of what is compiled for Node. */
async function load(): Promise<Tail> {
  const file = path.join(repositoryRoot, 'ui/src/data/tail.ts');
  const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file);
  return import(`data:text/javascript,${encodeURIComponent(code)}`) as Promise<Tail>;
}

/** As `/files/read` answers: at most 64 KiB; what is no text is replaced. */
function reading(bytes: () => Buffer | undefined): Read {
  return async (offset, length) => {
    const all = bytes();
    if (all === undefined) throw new Error('There is no file');
    if (offset < 0) return { offset: all.length, data: '' };
    const end = offset + Math.min(length, 64 * 1024);
    return { offset, data: all.subarray(offset, end).toString('utf8') };
  };
}

const gone: Read = reading(() => undefined);

function lines(from: number, to: number): Buffer {
  const text: string[] = [];
  for (let at = from; at < to; at++) text.push(`line ${at} — äöü 世界\n`);
  return Buffer.from(text.join(''));
}

/** Each line follows the one before. */
function gapless(text: string): boolean {
  const numbers = [...text.matchAll(/^line (\d+) — äöü 世界$/gm)].map(([, number]) => Number(number));
  const isWhole = text.split('\n').length - 1 === numbers.length;
  return isWhole && numbers.every((number, at) => at === 0 || number === (numbers[at - 1] ?? 0) + 1);
}

test('much that comes at once is read as a whole, and no character is cut in two', async (t) => {
  const { lastPage, more, older } = await load();
  let bytes = lines(0, 1000);
  const read = reading(() => bytes);
  let view = await more(read, gone, await lastPage(read));
  for (const to of [1001, 5000, 12_000, 12_001]) {
    bytes = lines(0, to);
    view = await more(read, gone, view);
    t.is(view.end, bytes.length);
    t.true(gapless(view.text), `up to ${to}`);
    t.true(view.text.endsWith(`line ${to - 1} — äöü 世界\n`));
  }
  while (view.start > 0) view = await older(read, view);
  t.is(view.text, bytes.toString());
});

test('a file that was rotated is read to its end, then the new one; one that was cut off begins anew', async (t) => {
  const { lastPage, more, older } = await load();
  let bytes = lines(0, 1000);
  let former: Buffer | undefined;
  const [read, readFormer] = [reading(() => bytes), reading(() => former)];
  let view = await lastPage(read);
  [former, bytes] = [lines(0, 1500), lines(1500, 1510)];
  view = await more(read, readFormer, view);
  t.is(view.end, bytes.length);
  t.true(gapless(view.text));
  t.true(view.text.endsWith('line 1509 — äöü 世界\n'));
  t.deepEqual(await older(read, view), view, 'what was rotated away is not looked for here');
  bytes = lines(1500, 1700);
  view = await more(read, readFormer, view);
  t.true(gapless(view.text));
  [former, bytes] = [undefined, lines(1800, 1801)];
  t.is((await more(read, readFormer, view)).text, bytes.toString());
});

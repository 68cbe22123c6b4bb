/** Lines on disk, of which the oldest go when there is no room. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { LineArchive, type LinePlace } from '../../../runtime/storage/index.ts';

function folder(t: ExecutionContext): string {
  const root = mkdtempSync(path.join(os.tmpdir(), 'mesostate-archive-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

function opened(t: ExecutionContext, dir: string, bytesMax = 1 << 20) {
  const found: string[] = [];
  const places: LinePlace[] = [];
  const archive = LineArchive.open(dir, {
    name: 'tasks',
    bytesMax,
    onLine: (line, place) => {
      found.push(line.toString());
      places.push(place);
    },
  });
  t.teardown(() => archive.close());
  return { archive, found, places };
}

function append(archive: LineArchive, text: string): Promise<LinePlace> {
  return new Promise((resolve, reject) =>
    archive.append(Buffer.from(text), (result) =>
      result instanceof Error ? reject(result) : resolve(result),
    ),
  );
}

function read(archive: LineArchive, place: LinePlace): Promise<string> {
  return new Promise((resolve, reject) =>
    archive.read(place, (result) => (result instanceof Error ? reject(result) : resolve(result.toString()))),
  );
}

test('what was appended is read again, at once and after it was opened anew', async (t) => {
  const dir = folder(t);
  const first = opened(t, path.join(dir, 'below'));
  const texts = ['{"one":1}', '{"zwei":"ü"}', ''];
  const places = await Promise.all(texts.map((text) => append(first.archive, text)));
  t.deepEqual(await Promise.all(places.map((place) => read(first.archive, place))), texts);
  t.throws(() => opened(t, path.join(dir, 'below')), { message: /is locked by process/ });
  await first.archive.close();
  await t.throwsAsync(append(first.archive, 'late'), { message: /is closed/ });

  const second = opened(t, path.join(dir, 'below'));
  t.deepEqual(second.found, texts);
  t.deepEqual(second.places, places);
  const third = await append(second.archive, 'three');
  t.is(await read(second.archive, third), 'three');
});

test('the oldest files make room, and who keeps an index hears of it', async (t) => {
  const dir = folder(t);
  const { archive } = opened(t, dir, 8000);
  let oldest = 0;
  archive.onForgotten = (file) => {
    oldest = file;
  };
  const places: LinePlace[] = [];
  for (let at = 0; at < 100; at++) places.push(await append(archive, `${at} `.padEnd(199, '.')));
  const bytes = readdirSync(dir).map((name) => readFileSync(path.join(dir, name)).length);
  t.true(bytes.reduce((sum, each) => sum + each, 0) <= 8200, String(bytes));
  t.true(oldest > 1);
  const [gone, kept] = [
    places.filter(({ file }) => file < oldest),
    places.filter(({ file }) => file >= oldest),
  ];
  t.true(kept.length >= 30, String(kept.length));
  for (const place of kept.slice(0, 3)) t.regex(await read(archive, place), /^\d+ \.+$/);
  await t.throwsAsync(read(archive, gone[0] ?? { file: 0, offset: 0, length: 1 }), { code: 'ENOENT' });
  await archive.close();

  const smaller = opened(t, dir, 2000);
  t.true(smaller.found.length > 0 && smaller.found.length <= 10, 'a smaller one forgets at its start');
  t.regex(smaller.found.at(-1) ?? '', /^99 /);
});

test('a line that was cut off, and files of others, are passed over', async (t) => {
  const dir = folder(t);
  const { archive } = opened(t, dir);
  await append(archive, 'whole');
  await archive.close();
  appendFileSync(path.join(dir, 'tasks.1'), 'cut o');
  for (const name of ['tasks.01', 'tasks.1.old', 'other.1'])
    writeFileSync(path.join(dir, name), 'not ours\n');
  const again = opened(t, dir);
  t.deepEqual(again.found, ['whole']);
  const place = await append(again.archive, 'next');
  t.is(place.file, 2, 'behind what was cut off nothing is written');
  await again.archive.close();
  t.deepEqual(opened(t, dir).found, ['whole', 'next']);
});

test('what cannot be written is told, and a later line finds its place', async (t) => {
  const dir = folder(t);
  const { archive } = opened(t, dir, 800);
  const line = 'x'.repeat(90);
  await append(archive, line);
  // Something is in the way of the next file.
  rmSync(path.join(dir, 'tasks.2'), { force: true, recursive: true });
  writeFileSync(path.join(dir, 'tasks.2'), '');
  await t.throwsAsync(append(archive, line), { code: 'EEXIST' });
  t.is((await append(archive, line)).file, 3, 'that stays in the way');
});

/** The page stays small: all that a browser may ever load of it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { repositoryRoot } from '../support/processes.ts';

const GZIP_BYTES_MAX = 400 * 1024;

test('scripts and styles of all pages are at most 400 KiB, compressed', (t) => {
  const folder = path.join(repositoryRoot, 'dist/ui');
  for (const page of ['index.html', 'agent.html', 'framework.html', 'marathon.html'])
    t.true(existsSync(path.join(folder, page)), page);
  const files = readdirSync(path.join(folder, 'assets')).filter((name) => /\.(js|css)$/.test(name));
  t.true(files.some((name) => name.endsWith('.js')) && files.some((name) => name.endsWith('.css')));
  const bytes = files
    .map((name) => gzipSync(readFileSync(path.join(folder, 'assets', name))).length)
    .reduce((sum, each) => sum + each, 0);
  t.log(`${Math.round(bytes / 1024)} KiB`);
  t.true(bytes <= GZIP_BYTES_MAX, `${bytes} bytes`);
});

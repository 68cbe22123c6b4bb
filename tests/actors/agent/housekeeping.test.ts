import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { agentFlags } from '../../../actors/agent/flags.ts';
import { openFetcher } from '../../../actors/agent/housekeeping.ts';
import { parseFlags } from '../../../runtime/flags/index.ts';
import { simulatedWorld } from '../../support/world.ts';

test('only the cache is emptied at the start, not the folder that was named for it', (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mesostate-cache-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(path.join(folder, 'fetch/none'), { recursive: true });
  writeFileSync(path.join(folder, 'fetch/none/1-old'), '');
  writeFileSync(path.join(folder, 'precious'), '');
  const argv = ['--master=127.0.0.1:1', `--work_dir=${folder}/work`, `--fetcher_cache_dir=${folder}`];
  const parsed = parseFlags(agentFlags, argv, {});
  if (parsed.outcome !== 'values') return t.fail(JSON.stringify(parsed));
  openFetcher(simulatedWorld().node(5051), parsed.values);
  t.deepEqual(readdirSync(folder), ['precious']);
  t.false(existsSync(path.join(folder, 'fetch')));
});

/** linux/nnp: nothing that a container starts has more rights than it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { until } from '../../../../../support/until.ts';
import { IsolatedBench } from '../../support.ts';
import { canUnshare, imageFlags, imageOf } from '../images.ts';

const TOLD = 'grep ^NoNewPrivs /proc/self/status';

test('a command gains no rights; without the isolator nothing is said', async (t) => {
  for (const [isolation, told] of [
    ['linux/nnp,environment_secret', 1],
    ['posix/cpu', 0],
  ] as const) {
    const bench = new IsolatedBench(t, { isolation });
    const id = bench.launch(TOLD);
    t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 0 }, bench.of(id).failure);
    t.is(bench.file(id, 'stdout'), `NoNewPrivs:\t${told}\n`);
  }
});

test('as root: nor does one in an image, with capabilities, or a session in it', async (t) => {
  if (!canUnshare) {
    t.false(canUnshare);
    return;
  }
  const flags = imageFlags(t);
  const isolation = `${flags['isolation']},linux/nnp,linux/capabilities`;
  const bench = new IsolatedBench(t, {
    ...flags,
    isolation,
    bounding_capabilities: JSON.stringify({ capabilities: ['CHOWN'] }),
  });
  const id = bench.launch(`${TOLD}; : >told; while :; do sleep 1; done`, { container: imageOf('shell') });
  await until('it has told', () => existsSync(join(bench.sandbox(id), 'told')));
  bench.launch(`${TOLD}; grep ^CapBnd /proc/self/status`, {
    containerId: `${id}.look`,
    sandbox: bench.sandbox(id),
    looksIntoParent: true,
  });
  const look = await bench.over(`${id}.look`);
  t.deepEqual(look.status, { kind: 'exited', code: 0 }, look.failure ?? bench.file(id, 'stderr'));
  const lines = bench.file(id, 'stdout').trimEnd().split('\n');
  t.deepEqual(lines, ['NoNewPrivs:\t1', 'NoNewPrivs:\t1', 'CapBnd:\t0000000000000001']);
});

/** A holder that ended and was never waited for, as happens in containers without an init. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Journal } from '../../../runtime/storage/index.ts';
import { until } from '../../support/until.ts';

/** State and start time of a process, as /proc tells them. */
function stat(pid: number): { state: string; start: string } {
  const line = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0] ?? '', start: fields[19] ?? '' };
}

test('the lock of a zombie is taken over', async (t) => {
  if (!fs.existsSync('/proc/self/stat')) {
    // No /proc, no zombies that one could tell from the living.
    t.pass();
    return;
  }
  const dir = fs.mkdtempSync(join(tmpdir(), 'mesostate-zombie-'));
  t.teardown(() => fs.rmSync(dir, { recursive: true, force: true }));
  // The shell becomes a program that never waits for its child.
  const parent = spawn('/bin/sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 100'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => parent.kill('SIGKILL'));
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once('data', (line) => resolve(Number(line))),
  );
  await until('the child is a zombie', () => stat(pid).state === 'Z');
  const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const lock = join(dir, 'log.lock');
  fs.writeFileSync(lock, JSON.stringify({ pid, birth: `${boot}/${stat(pid).start}` }));
  const journal = Journal.open(dir, { name: 'log' });
  t.true(fs.readFileSync(lock, 'utf8').includes(`${process.pid}`));
  await new Promise<void>((resolve) => journal.close(() => resolve()));
});

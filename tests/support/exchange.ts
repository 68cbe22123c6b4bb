/** Somebody who exchanges a folder for a link to elsewhere and back, as fast as he can. */
import { spawn } from 'node:child_process';
import type { ExecutionContext } from 'ava';

const PROGRAM = `
  const fs = require('node:fs');
  const [, folder, elsewhere] = process.argv;
  fs.symlinkSync(elsewhere, folder + '.link');
  process.stdout.write('ready');
  const step = (run) => { try { run(); } catch {} };
  for (;;) {
    step(() => fs.renameSync(folder, folder + '.away'));
    // Others may have made one meanwhile.
    step(() => fs.rmdirSync(folder));
    step(() => fs.renameSync(folder + '.link', folder));
    step(() => fs.renameSync(folder, folder + '.link'));
    step(() => fs.rmdirSync(folder));
    step(() => fs.renameSync(folder + '.away', folder));
  }`;

/** Begins, and ends with the test. @param folder that is there, in a folder that nobody else changes */
export async function exchanging(t: ExecutionContext, folder: string, elsewhere: string): Promise<void> {
  const other = spawn(process.execPath, ['-e', PROGRAM, folder, elsewhere], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => other.once('close', resolve));
  t.teardown(async () => {
    other.kill('SIGKILL');
    await ended;
  });
  await new Promise((resolve) => other.stdout.once('data', resolve));
}

/** Copies of the registry, and back. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { packageRoot } from '../../runtime/build.ts';
import { defineCommand } from '../command.ts';
import { Problem, usageProblem } from '../problem.ts';

export const snapshot = defineCommand({
  name: 'snapshot',
  words: 'FILE',
  summary: 'Copies the registry of the leading master into a file: agents, quota, weights, maintenance',
  arity: { min: 1, max: 1 },
  completes: 'file',
  run: async (context, _, [file = '']) => {
    const { body } = await context.master.http.ask({ path: '/registrar(1)/snapshot' });
    try {
      await writeFile(file, body, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      throw new Problem(code === 'EEXIST' ? `${file} is there already; name another one` : message);
    }
    context.say(`${file} written, ${body.length} bytes`);
    return undefined;
  },
});

export const restore = defineCommand({
  name: 'restore',
  words: 'FILE',
  summary: 'Makes a registry what a copy of it says; no master may run meanwhile',
  options: {
    work_dir: { kind: 'text', value: 'DIR', help: 'The registry of the master with this --work_dir' },
    etcd: { kind: 'text', value: 'URL', help: 'The registry of the masters with this --etcd' },
    force: { kind: 'flag', help: 'What the registry holds may be lost' },
  },
  arity: { min: 1, max: 1 },
  completes: 'file',
  run: async (_context, { work_dir, etcd, force }, [file = '']) => {
    const where = [
      work_dir === undefined ? [] : [`--work_dir=${work_dir}`],
      etcd === undefined ? [] : [`--etcd=${etcd}`],
    ];
    if (where.flat().length !== 1)
      throw usageProblem('restore: expected --work_dir or --etcd, to say which registry is meant');
    // A node of its own: a registry is opened by nodes alone.
    const words = ['--role=registry', `--restore=${file}`, ...where.flat(), ...(force ? ['--force'] : [])];
    const boot = path.join(packageRoot, 'runtime', 'boot.js');
    const child = spawn(process.execPath, [boot, ...words], { stdio: 'inherit' });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  },
});

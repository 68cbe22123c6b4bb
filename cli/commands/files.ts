/** The sandbox of a task. */
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { toJson } from '../../proto/json.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { type Sandbox, sandboxOf } from '../find/sandbox.ts';
import { agoText, sizeText } from '../output/text.ts';
import { Problem, usageProblem } from '../problem.ts';

const FOLDER_MODE = 0o040000;

export const files = defineCommand({
  name: 'files',
  words: 'ls|cat|get TASK [PATH] [TARGET]',
  summary: 'Lists (ls), prints (cat) or fetches (get) files of the sandbox of a task',
  details:
    '`get` writes to TARGET, or to a file of the same name in this folder, and never over one that is there.',
  arity: { min: 2, max: 4 },
  completes: ['ls', 'cat', 'get'],
  completesThen: 'task',
  run: async (context, _, [verb, task = '', file, target]) => {
    if (verb === 'ls' && target === undefined) {
      await list(context, await sandboxOf(context, task), file ?? '');
      return undefined;
    }
    if (verb !== 'cat' && verb !== 'get') throw usageProblem(`files: expected ls, cat or get, got '${verb}'`);
    if (file === undefined) throw usageProblem(`files ${verb}: expected the path of a file in the sandbox`);
    const sandbox = await sandboxOf(context, task);
    if (verb === 'cat') await print(context, sandbox, file);
    else await get(context, sandbox, file, target ?? path.basename(file));
    return undefined;
  },
});

async function list(context: Context, sandbox: Sandbox, folder: string): Promise<void> {
  const isFolder = (mode: number | undefined): boolean => ((mode ?? 0) & 0o170000) === FOLDER_MODE;
  const all = await sandbox.list(folder);
  all.sort((a, b) => Number(isFolder(b.mode)) - Number(isFolder(a.mode)) || (a.path < b.path ? -1 : 1));
  context.list(
    all,
    [
      { title: 'mode', text: ({ mode }) => modeText(mode ?? 0) },
      { title: 'owner', text: ({ uid, gid }) => `${uid ?? '-'}:${gid ?? '-'}` },
      {
        title: 'size',
        align: 'right',
        text: ({ size, mode }) => (isFolder(mode) ? '-' : sizeText(size ?? 0)),
      },
      {
        title: 'changed',
        align: 'right',
        text: ({ mtime }) =>
          agoText(context.now(), mtime === undefined ? undefined : mtime.nanoseconds / 1e9),
      },
      { title: 'name', text: (each) => sandbox.nameOf(each) + (isFolder(each.mode) ? '/' : '') },
    ],
    (each) => toJson('mesos.v1.FileInfo', each),
  );
}

/** `drwxr-x---`. */
function modeText(mode: number): string {
  const kind = (mode & 0o170000) === FOLDER_MODE ? 'd' : (mode & 0o170000) === 0o120000 ? 'l' : '-';
  const bits = [...'rwxrwxrwx'].map((letter, at) => ((mode >> (8 - at)) & 1 ? letter : '-'));
  return kind + bits.join('');
}

async function print(context: Context, sandbox: Sandbox, file: string): Promise<void> {
  for await (const data of sandbox.whole(file)) {
    await context.write(data);
  }
}

async function get(context: Context, sandbox: Sandbox, file: string, target: string): Promise<void> {
  try {
    await pipeline(Readable.from(sandbox.whole(file)), createWriteStream(target, { flags: 'wx' }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Problem(`${target} is there already; name another TARGET`);
    throw error instanceof Problem ? error : new Problem(`${target}: ${(error as Error).message}`);
  }
  context.say(`${target} written`);
}

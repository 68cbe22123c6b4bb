/** Takes archives apart in a folder, as the user who gets the files; those that would leave the folder are refused. */
import * as fs from 'node:fs';
import { basename } from 'node:path';
import type { HeldFolder } from '../heldFolder.ts';
import { makeFile, type Owner } from '../sandboxFiles.ts';
import { type ProgramOptions, runProgram } from '../subprocess.ts';
import { archiveKind } from './uri.ts';

/**
 * @param name of the archive, whose end says what it is
 * @param archive where it is
 * @returns false when it is none: nothing is done then
 * @throws Error in one line: damaged, escaping, no program for it
 */
export async function extract(
  name: string,
  archive: string,
  folder: HeldFolder,
  user: Owner,
): Promise<boolean> {
  const cwd = folder.itself;
  switch (archiveKind(name)) {
    case 'tar':
      await refuseEscapes('tar', ['--list', '--file', archive], { cwd, user });
      await runProgram('tar', ['--extract', '--no-same-owner', '--file', archive], { cwd, user });
      return true;
    case 'zip':
      await refuseEscapes('unzip', ['-Z1', archive], { cwd, user });
      await runProgram('unzip', ['-o', '-q', archive], { cwd, user });
      return true;
    case 'gzip': {
      const path = folder.at(basename(name, '.gz'));
      const file = await makeFile(path);
      try {
        await runProgram('gzip', ['--decompress', '--stdout', archive], { outputFd: file.fd, user });
        if (user !== undefined) await file.chown(user.uid, user.gid);
      } catch (error) {
        await fs.promises.rm(path, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      return true;
    }
    default:
      return false;
  }
}

/** As the user, too: at the path there may be a link to what only the agent may read. */
async function refuseEscapes(
  program: string,
  args: readonly string[],
  options: Pick<ProgramOptions, 'cwd' | 'user'>,
): Promise<void> {
  let outside: string | undefined;
  const onLine = (line: string) => {
    if (line.startsWith('/') || line.split('/').includes('..')) outside ??= line;
  };
  await runProgram(program, args, { ...options, onLine });
  if (outside !== undefined)
    throw new Error(`the archive holds '${outside.slice(0, 200)}', which would leave the sandbox`);
}

/** Backups of Marathon's state: one JSON file, below the folder that `--backup_location` names. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ApiError } from '../errors.ts';

const FORMAT = 'marathon-backup-1';

/**
 * The file that a client names.
 * @param location of `--backup_location`
 * @throws ApiError 400 for what is no `file:` URL, or leads out of the folder
 */
export function backupFile(name: string, url: string, location: string | undefined): string {
  const refuse = (why: string): ApiError => new ApiError(400, `${name}: ${why}`);
  if (location === undefined) throw refuse('backups need --backup_location, the folder that they lie in');
  if (!URL.canParse(url) || !url.startsWith('file:///'))
    throw refuse(`expected file:///PATH, got '${url.slice(0, 60)}'`);
  let file: string;
  try {
    file = fileURLToPath(url);
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const folder = path.resolve(location);
  if (!file.startsWith(`${folder}${path.sep}`)) throw refuse(`expected a file below ${folder}`);
  return file;
}

/** @throws ApiError 500 when it cannot be written; a file of before stays as it was then */
export function writeBackup(file: string, entries: ReadonlyMap<string, unknown>): void {
  const draft = `${file}.new`;
  try {
    const text = JSON.stringify({ format: FORMAT, entries: Object.fromEntries(entries) });
    writeFileSync(draft, text, { mode: 0o600, flush: true });
    renameSync(draft, file);
  } catch (error) {
    throw new ApiError(500, `backup: ${file} cannot be written: ${(error as Error).message}`);
  }
}

/** @throws ApiError 400 when there is no such file, or it is no backup */
export function readBackup(file: string): ReadonlyMap<string, unknown> {
  try {
    const { format, entries } = JSON.parse(readFileSync(file, 'utf8')) as {
      format?: unknown;
      entries?: object;
    };
    if (format !== FORMAT || entries === undefined) throw new Error('it is no backup of a Marathon');
    return new Map(Object.entries(entries));
  } catch (error) {
    throw new ApiError(400, `restore: ${file} cannot be read: ${(error as Error).message}`);
  }
}

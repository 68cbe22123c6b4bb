/** Folders of tests, into which programs that were told to end may still write. */
import { existsSync, rmSync } from 'node:fs';
import { until } from './until.ts';

/**
 * Removes a folder with all in it, anew for as long as something is written into it: what Node's own retries repeat is only the last step.
 *
 * @param endWriters before each attempt
 * @throws when it stays
 */
export async function removeFolder(folder: string, endWriters: () => void = () => {}): Promise<void> {
  await until(`${folder} is removed`, () => {
    endWriters();
    rmSync(folder, { recursive: true, force: true });
    return !existsSync(folder);
  });
}

/** A file that is read on as it grows, and may be rotated meanwhile. */
import { Problem } from '../problem.ts';
import type { Sandbox } from './sandbox.ts';

/** Where files are read. */
export type Readable = Pick<Sandbox, 'read'>;

/** How far a file has been read, in bytes. */
export interface Place {
  offset: number;
}

/**
 * What has come since, piece by piece. A file that is shorter than what was read of it was rotated or cut off: the rest of what it
 * was stands in `FILE.1`, where old files are kept, and what is there now is new.
 *
 * @param place is where each piece ends
 */
export async function* newsOf(sandbox: Readable, file: string, place: Place): AsyncGenerator<Uint8Array> {
  for (;;) {
    const { size, data } = await sandbox.read(file, place.offset);
    if (size < place.offset) {
      yield* restOf(sandbox, `${file}.1`, place);
      place.offset = 0;
      continue;
    }
    place.offset += data.length;
    if (data.length > 0) yield data;
    if (data.length === 0 || place.offset >= size) return;
  }
}

/** Nothing when there is no such file. */
async function* restOf(sandbox: Readable, file: string, place: Place): AsyncGenerator<Uint8Array> {
  for (;;) {
    const part = await sandbox.read(file, place.offset).catch((error: unknown) => {
      if (error instanceof Problem && error.exitCode === 1) return undefined;
      throw error;
    });
    if (part === undefined || part.data.length === 0) return;
    place.offset += part.data.length;
    yield part.data;
  }
}

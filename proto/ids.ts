/**
 * What an id may look like (v1 scheduler API §15): ids become names of folders and parts of paths on agents, so the
 * rules keep them inside their folder. Each check returns what is wrong, in words, or undefined.
 */
export { validateRole } from './resources/roles.ts';

/** Longest id in bytes of UTF-8, the longest name of a file on common file systems. */
const ID_BYTES_MAX = 255;
/** A container id leaves room for what agents put around it. */
const CONTAINER_ID_BYTES_MAX = 242;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
const FORBIDDEN = /[\u0000-\u001f\u007f/\\]/;
const FORBIDDEN_IN_CONTAINER_ID = /[. ]/;

/** Task, executor, framework, agent and persistence ids. */
export function validateId(id: string): string | undefined {
  if (id === '') return 'an id must not be empty';
  if (tooLong(id, ID_BYTES_MAX)) return `'${id.slice(0, 40)}…' is longer than ${ID_BYTES_MAX} bytes`;
  if (id === '.' || id === '..') return `'${id}' is not allowed as an id`;
  if (FORBIDDEN.test(id))
    return `'${printable(id)}' contains invalid characters ('/', '\\' or control characters)`;
  return undefined;
}

/** Container ids: shorter, and without dots and spaces. */
export function validateContainerId(id: string): string | undefined {
  const problem = validateId(id);
  if (problem !== undefined) return problem;
  if (tooLong(id, CONTAINER_ID_BYTES_MAX)) {
    return `'${id.slice(0, 40)}…' is longer than ${CONTAINER_ID_BYTES_MAX} bytes`;
  }
  if (FORBIDDEN_IN_CONTAINER_ID.test(id)) return `'${id}' contains '.' or a space`;
  return undefined;
}

/** At most 3 bytes of UTF-8 stand for one UTF-16 unit: short ids need no counting. */
function tooLong(id: string, bytesMax: number): boolean {
  return id.length * 3 > bytesMax && new TextEncoder().encode(id).length > bytesMax;
}

function printable(id: string): string {
  return JSON.stringify(id).slice(1, -1);
}

/** RFC 4122: 16 bytes with a version of 1 to 5. */
export function isUuid(bytes: Uint8Array | undefined): boolean {
  const version = (bytes?.[6] ?? 0) >> 4;
  return bytes?.length === 16 && version >= 1 && version <= 5;
}

import { UnitError } from './unitError.ts';

/** Units of Mesos' byte texts (stout `Bytes`): powers of 1024, largest first. */
const UNITS = [
  ['TB', 1024 ** 4],
  ['GB', 1024 ** 3],
  ['MB', 1024 ** 2],
  ['KB', 1024],
  ['B', 1],
] as const;

const BYTES_PER_UNIT: ReadonlyMap<string, number> = new Map(UNITS);
const SYNTAX = /^(\d+)([A-Z]+)$/;

/** What a number of bytes looks like, for error messages and help texts. */
export const BYTES_EXPECTED = 'a number of bytes such as 32MB (units: B KB MB GB TB)';

/**
 * Reads a number of bytes as Mesos writes them: `4096B`, `32MB`, `2GB`; whole numbers only.
 * @throws UnitError when the text is no such number, names an unknown unit or exceeds 2^53 bytes
 */
export function parseBytes(text: string): number {
  const [, amount, unit] = SYNTAX.exec(text) ?? [];
  const bytesPerUnit = BYTES_PER_UNIT.get(unit ?? '');
  if (bytesPerUnit === undefined) throw new UnitError(BYTES_EXPECTED, text);
  const bytes = Number(amount) * bytesPerUnit;
  if (!Number.isSafeInteger(bytes)) throw new UnitError('a number of bytes up to 8191TB', text);
  return bytes;
}

/** Writes a whole number of bytes in the largest unit that loses nothing: 4096 is `4KB`, 4097 is `4097B`. */
export function formatBytes(bytes: number): string {
  if (bytes === 0) return '0B';
  const [unit, size] = UNITS.find(([, each]) => bytes % each === 0) ?? UNITS[4];
  return `${bytes / size}${unit}`;
}

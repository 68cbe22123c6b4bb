/** The version of a registry that is shared or copied: how often it was written, in what format, by whom. */

/** Of the entries. A master refuses a newer one than its own. */
export const FORMAT = 1;

export interface StoredVersion {
  readonly format: number;
  /** Grows with every write. */
  readonly version: number;
  /** Id of the master that wrote it. */
  readonly writer: string;
  /** Pieces of a batch that is valid but not yet in the entries. */
  readonly pending: number;
}

export function versionValue(version: StoredVersion): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(version));
}

/** @throws Error when it is no version, or one of a newer format */
export function versionOf(value: Uint8Array): StoredVersion {
  const text = new TextDecoder().decode(value);
  const read = parse(text);
  if (read === undefined) throw new Error(`the registry's version cannot be read: '${text.slice(0, 100)}'`);
  if (read.format > FORMAT)
    throw new Error(
      `the registry has format ${read.format}, which a newer release wrote; this one reads ${FORMAT}`,
    );
  return read;
}

function parse(text: string): StoredVersion | undefined {
  try {
    const { format, version, writer, pending } = JSON.parse(text) as Partial<Record<string, unknown>>;
    if (typeof format !== 'number' || typeof version !== 'number') return undefined;
    return {
      format,
      version,
      writer: typeof writer === 'string' ? writer : '',
      pending: typeof pending === 'number' ? pending : 0,
    };
  } catch {
    return undefined;
  }
}

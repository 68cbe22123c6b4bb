/** Reading the end of a file that grows, a page at a time, however long it is. */

/** What `/files/read` answers. */
export interface Part {
  readonly offset: number;
  readonly data: string;
}

/** What is held of a file. */
export interface View {
  /** Bytes of the file. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type Read = (offset: number, length: number) => Promise<Part>;

export const PAGE_BYTES = 32 * 1024;
/** Read at once while following. */
const STEP_BYTES = 4 * PAGE_BYTES;
/** What is kept of the text, at most: older lines are read again when one scrolls back. */
const KEPT_CHARS = 512 * 1024;

export const NOTHING_READ: View = { start: 0, end: 0, text: '' };

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Begins at the start of a line, like Mesos' own pailer. */
export async function lastPage(read: Read): Promise<View> {
  const { offset: size } = await read(-1, 0);
  return pageAt(read, Math.max(0, size - PAGE_BYTES), size);
}

/** From a line near a place on. */
export async function pageAt(read: Read, from: number, size: number): Promise<View> {
  const length = Math.max(0, Math.min(PAGE_BYTES, size - from));
  const { data } = length === 0 ? { data: '' } : await read(from, length);
  const begin = from === 0 ? 0 : data.indexOf('\n') + 1;
  // Of one endless line the end is better than nothing.
  const cut = begin === data.length ? 0 : begin;
  return { start: from + bytesOf(data.slice(0, cut)), end: from + length, text: data.slice(cut) };
}

/** What has come since. */
export async function more(read: Read, view: View): Promise<View> {
  const { offset: size } = await read(-1, 0);
  // Rotated or truncated: what is there now is new. Much too much has come: its end is what one wants to see.
  if (size < view.end || size - view.end > KEPT_CHARS) return lastPage(read);
  if (size === view.end) return view;
  const length = Math.min(STEP_BYTES, size - view.end);
  const { data } = await read(view.end, length);
  let text = view.text + data;
  let { start } = view;
  if (text.length > KEPT_CHARS) {
    const cut = text.length - KEPT_CHARS;
    start += bytesOf(text.slice(0, cut));
    text = text.slice(cut);
  }
  return { start, end: view.end + length, text };
}

/** What stands before. */
export async function older(read: Read, view: View): Promise<View> {
  const start = Math.max(0, view.start - PAGE_BYTES);
  if (start === view.start) return view;
  const { data } = await read(start, view.start - start);
  return { ...view, start, text: data + view.text };
}

/** Reading the end of a file that grows, a page at a time, however long it is. */

/** What `/files/read` answers. */
export interface Part {
  readonly offset: number;
  readonly data: string;
}

/** What is held of a file. */
export interface View {
  /** Bytes of the file; below 0 for what stood in it before it was rotated. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type Read = (offset: number, length: number) => Promise<Part>;

export const PAGE_BYTES = 32 * 1024;
/** What nodes answer at a time, at most. */
const READ_BYTES = 64 * 1024;
/** Read at once while following, at most. */
const STEPS_MAX = 8;
/** What is kept of the text, at most: older lines are read again when one scrolls back. */
const KEPT_CHARS = 512 * 1024;
/** Stands for bytes that are no text, as those of half a character. */
const NO_TEXT = '\ufffd';
/** Bytes of a character, at most, but one. */
const HALF_BYTES_MAX = 3;

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
  const { data, bytes } = await whole(read, from, length);
  const begin = from === 0 ? 0 : data.indexOf('\n') + 1;
  // Of one endless line the end is better than nothing.
  const cut = begin === data.length ? 0 : begin;
  return { start: from + bytesOf(data.slice(0, cut)), end: from + bytes, text: data.slice(cut) };
}

/** A part, without the half of a character that it may end in. */
async function whole(read: Read, from: number, length: number): Promise<{ data: string; bytes: number }> {
  if (length === 0) return { data: '', bytes: 0 };
  const first = (await read(from, length)).data;
  if (!first.endsWith(NO_TEXT)) return { data: first, bytes: length };
  for (let bytes = length - 1; bytes >= Math.max(1, length - HALF_BYTES_MAX); bytes--) {
    const { data } = await read(from, bytes);
    if (!data.endsWith(NO_TEXT)) return { data, bytes };
  }
  return { data: first, bytes: length };
}

/**
 * What has come since.
 *
 * @param readFormer of the file that stands beside it when it was rotated
 */
export async function more(read: Read, readFormer: Read, view: View): Promise<View> {
  const { offset: size } = await read(-1, 0);
  if (size < view.end) return rotated(read, readFormer, view);
  // Much too much has come: its end is what one wants to see.
  if (size - view.end > KEPT_CHARS) return lastPage(read);
  return grown(read, view, size);
}

async function grown(read: Read, view: View, size: number): Promise<View> {
  let [{ text }, { end }] = [view, view];
  for (let step = 0; step < STEPS_MAX && end < size; step++) {
    const { data, bytes } = await whole(read, end, Math.min(READ_BYTES, size - end));
    text += data;
    end += bytes;
  }
  return end === view.end ? view : kept({ start: view.start, end, text });
}

/** What is there now is new, and comes after the end of what was there. */
async function rotated(read: Read, readFormer: Read, view: View): Promise<View> {
  try {
    const { offset: size } = await readFormer(-1, 0);
    if (size < view.end || size - view.end > KEPT_CHARS) return lastPage(read);
    const former = await grown(readFormer, view, size);
    const now = await read(-1, 0);
    return await grown(read, { start: former.start - former.end, end: 0, text: former.text }, now.offset);
  } catch {
    // It was cut off, or is kept elsewhere.
    return lastPage(read);
  }
}

function kept({ start, end, text }: View): View {
  const cut = Math.max(0, text.length - KEPT_CHARS);
  return { start: start + bytesOf(text.slice(0, cut)), end, text: text.slice(cut) };
}

/** What stands before. */
export async function older(read: Read, view: View): Promise<View> {
  let start = Math.max(0, view.start - PAGE_BYTES);
  if (view.start <= 0) return view;
  let { data } = await read(start, view.start - start);
  for (let half = 0; half < HALF_BYTES_MAX && start > 0 && data.startsWith(NO_TEXT); half++) {
    start += 1;
    ({ data } = await read(start, view.start - start));
  }
  return { ...view, start, text: data + view.text };
}

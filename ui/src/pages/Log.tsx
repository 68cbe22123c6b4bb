/** A file of a sandbox as it grows: from its end, back as far as one scrolls, however long it is. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ansiParts } from '../ansi.ts';
import { later } from '../clock.ts';
import type { FilePlace } from '../data/files.ts';
import { ApiError, getJson } from '../data/http.ts';
import { bytesText } from '../format.ts';
import { Problem } from '../parts/bits.tsx';
import { place, setQuery } from '../router.ts';

interface Part {
  readonly offset: number;
  readonly data: string;
}

const PAGE_BYTES = 32 * 1024;
/** What is kept of the text, at most: older lines are read again when one scrolls back. */
const KEPT_CHARS = 512 * 1024;
const FOLLOW_MS = 1000;

interface View {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

export function Log({ files }: { readonly files: FilePlace }) {
  const { query } = place.value;
  const path = query.get('path') ?? '';
  const search = query.get('find') ?? '';
  const [view, setView] = useState<View>({ start: 0, end: 0, text: '' });
  const [problem, setProblem] = useState('');
  const [follows, setFollows] = useState(true);
  const [wraps, setWraps] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  const read = (offset: number, length: number): Promise<Part> =>
    getJson<Part>(files.ask(`files/read?path=${encodeURIComponent(path)}&offset=${offset}&length=${length}`));

  useEffect(() => {
    let current = true;
    let cancel: (() => void) | undefined;
    let seen: View | undefined;
    const look = async () => {
      try {
        seen = seen === undefined ? await lastPage(read) : await more(read, seen);
        if (current) setView(seen);
        setProblem('');
      } catch (error) {
        if (current) setProblem(error instanceof ApiError ? error.message : String(error));
      }
      if (current) cancel = later(FOLLOW_MS, () => void look());
    };
    if (follows) void look();
    return () => {
      current = false;
      cancel?.();
    };
  }, [files.roots, path, follows]);

  useEffect(() => {
    if (follows) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [view, follows]);

  const older = async () => {
    const start = Math.max(0, view.start - PAGE_BYTES);
    if (start === view.start) return;
    const { data } = await read(start, view.start - start);
    const height = box.current?.scrollHeight ?? 0;
    setView({ ...view, start, text: data + view.text });
    requestAnimationFrame(() => box.current?.scrollBy({ top: (box.current?.scrollHeight ?? 0) - height }));
  };
  const onScroll = () => {
    const { current } = box;
    if (current === null) return;
    const atEnd = current.scrollHeight - current.scrollTop - current.clientHeight < 40;
    if (follows !== atEnd) setFollows(atEnd);
    if (current.scrollTop === 0) void older().catch((error: unknown) => setProblem(String(error)));
  };
  const lines = view.text.split('\n');
  const shown =
    search === '' ? lines : lines.filter((line) => line.toLowerCase().includes(search.toLowerCase()));
  return (
    <>
      <h1>{path.split('/').at(-1)}</h1>
      <div class="tools">
        <label>
          <input
            type="checkbox"
            checked={follows}
            onChange={(event) => setFollows(event.currentTarget.checked)}
          />{' '}
          follow
        </label>
        <label>
          <input
            type="checkbox"
            checked={wraps}
            onChange={(event) => setWraps(event.currentTarget.checked)}
          />{' '}
          wrap
        </label>
        <input
          type="search"
          placeholder="Lines with…"
          aria-label="Show only lines with"
          value={search}
          onInput={(event) => setQuery('find', event.currentTarget.value)}
        />
        <a
          class="button"
          href={files.ask(`files/download?path=${encodeURIComponent(path)}`)}
          download={path.split('/').at(-1)}
        >
          Download
        </a>
        <span>
          {bytesText(view.start)} – {bytesText(view.end)}
          {view.start > 0 && ' (scroll up for what is before)'}
        </span>
      </div>
      <Problem text={problem} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre class={`log ${wraps ? 'wraps' : ''}`} ref={box} tabIndex={0} onScroll={onScroll}>
        {ansiParts(shown.join('\n')).map(({ text, style }, at) => (
          <span key={at} class={style}>
            {text}
          </span>
        ))}
      </pre>
    </>
  );
}

type Read = (offset: number, length: number) => Promise<Part>;

/** Begins at the start of a line, like Mesos' own pailer. */
async function lastPage(read: Read): Promise<View> {
  const { offset: size } = await read(-1, 0);
  const from = Math.max(0, size - PAGE_BYTES);
  const { data } = await read(from, PAGE_BYTES);
  const cut = from === 0 ? 0 : data.indexOf('\n') + 1;
  return { start: from + bytesOf(data.slice(0, cut)), end: from + bytesOf(data), text: data.slice(cut) };
}

async function more(read: Read, view: View): Promise<View> {
  const { offset: size } = await read(-1, 0);
  // Rotated or truncated: what is there now is new.
  if (size < view.end) return lastPage(read);
  if (size === view.end) return view;
  const { data } = await read(view.end, PAGE_BYTES);
  let text = view.text + data;
  let { start } = view;
  if (text.length > KEPT_CHARS) {
    const cut = text.length - KEPT_CHARS;
    start += bytesOf(text.slice(0, cut));
    text = text.slice(cut);
  }
  return { start, end: view.end + bytesOf(data), text };
}

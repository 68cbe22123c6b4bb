/** A file of a sandbox as it grows: from its end, back as far as one scrolls, however long it is. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { ansiParts } from '../ansi.ts';
import { later } from '../clock.ts';
import type { FilePlace } from '../data/files.ts';
import { ApiError, getJson } from '../data/http.ts';
import {
  lastPage,
  more,
  NOTHING_READ,
  older,
  type Part,
  pageAt,
  type Read,
  type View,
} from '../data/tail.ts';
import { bytesText } from '../format.ts';
import { t } from '../language.ts';
import { Problem } from './bits.tsx';

const FOLLOW_MS = 1000;
/** So long a browser may take to save a part. */
const KEPT_MS = 60_000;

interface LogViewProps {
  readonly files: FilePlace;
  readonly path: string;
  /** Bytes of the file where it begins to show, instead of the end. */
  readonly at?: number | undefined;
  readonly search: string;
  find(text: string): void;
  /** The address of this file from a place on. */
  linkTo(at: number): string;
}

export function LogView({ files, path, at, search, find, linkTo }: LogViewProps) {
  const [wraps, setWraps] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  const { view, problem, follows, setFollows, readBack } = useTail(files, path, at);

  useEffect(() => {
    if (follows) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [view, follows]);

  const back = async () => {
    const height = box.current?.scrollHeight ?? 0;
    if (await readBack())
      requestAnimationFrame(() => box.current?.scrollBy({ top: (box.current?.scrollHeight ?? 0) - height }));
  };
  const onScroll = () => {
    const { current } = box;
    if (current === null) return;
    const atEnd = current.scrollHeight - current.scrollTop - current.clientHeight < 40;
    if (follows !== atEnd && (atEnd || follows)) setFollows(atEnd);
    if (current.scrollTop === 0 && view.start > 0) void back();
  };
  const name = path.split('/').at(-1) ?? path;
  const text = linesWith(view.text, search);
  const start = Math.max(0, view.start);
  return (
    <section aria-label={name}>
      <div class="tools">
        <Check label="follow" value={follows} set={setFollows} />
        <Check label="wrap" value={wraps} set={setWraps} />
        <input
          type="search"
          placeholder={t('Lines with…')}
          aria-label={t('Show only lines of {name} with', { name })}
          value={search}
          onInput={(event) => find(event.currentTarget.value)}
        />
        <a class="button" href={files.ask(`files/download?path=${encodeURIComponent(path)}`)} download={name}>
          {t('Download')}
        </a>
        <button type="button" onClick={() => saveText(text, name)}>
          {t('Download what is shown')}
        </button>
        <a class="button" href={linkTo(start)}>
          {t('Link to this part')}
        </a>
        <span>
          {bytesText(start)} – {bytesText(view.end)}
          {start > 0 && ` (${t('scroll up for what is before')})`}
        </span>
      </div>
      <Problem text={problem} />
      <Lines box={box} text={text} wraps={wraps} onScroll={onScroll} />
    </section>
  );
}

/** What is read of a file: its end as it grows while one follows it; before, what is `at` a place, and back from there. */
function useTail(files: FilePlace, path: string, at: number | undefined) {
  const [view, setView] = useState<View>(NOTHING_READ);
  const [problem, setProblem] = useState('');
  const [follows, setFollows] = useState(at === undefined);
  const readOf =
    (name: string): Read =>
    (offset, length) =>
      getJson<Part>(
        files.ask(`files/read?path=${encodeURIComponent(name)}&offset=${offset}&length=${length}`),
      );
  const [read, readFormer] = [readOf(path), readOf(`${path}.1`)];
  const tell = (error: unknown) => setProblem(error instanceof ApiError ? error.message : String(error));

  useEffect(() => {
    let current = true;
    let cancel: (() => void) | undefined;
    let seen: View | undefined;
    const look = async () => {
      try {
        seen = seen === undefined ? await lastPage(read) : await more(read, readFormer, seen);
        if (current) setView(seen);
        setProblem('');
      } catch (error) {
        if (current) tell(error);
      }
      if (current) cancel = later(FOLLOW_MS, () => void look());
    };
    const begin = async () => {
      const { offset: size } = await read(-1, 0);
      if (current) setView(await pageAt(read, at ?? 0, size));
    };
    if (follows) void look();
    else if (at !== undefined && view === NOTHING_READ) begin().catch(tell);
    return () => {
      current = false;
      cancel?.();
    };
  }, [files.roots, path, follows]);

  /** @returns whether what is before could be read */
  const readBack = async (): Promise<boolean> => {
    try {
      setView(await older(read, view));
      return true;
    } catch (error) {
      tell(error);
      return false;
    }
  };
  return { view, problem, follows, setFollows, readBack };
}

/** A part of a file, as one sees it: the whole may have gigabytes. */
function saveText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name}.part.txt`;
  link.click();
  later(KEPT_MS, () => URL.revokeObjectURL(address));
}

interface LinesProps {
  readonly box: preact.RefObject<HTMLPreElement>;
  readonly text: string;
  readonly wraps: boolean;
  onScroll(): void;
}

function Lines({ box, text, wraps, onScroll }: LinesProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <pre class={`log ${wraps ? 'wraps' : ''}`} ref={box} tabIndex={0} onScroll={onScroll}>
      {ansiParts(text).map(({ text: part, style }, at) => (
        <span key={at} class={style}>
          {part}
        </span>
      ))}
    </pre>
  );
}

function linesWith(text: string, search: string): string {
  if (search === '') return text;
  const wanted = search.toLowerCase();
  return text
    .split('\n')
    .filter((line) => line.toLowerCase().includes(wanted))
    .join('\n');
}

interface CheckProps {
  readonly label: string;
  readonly value: boolean;
  set(value: boolean): void;
}

function Check({ label, value, set }: CheckProps) {
  return (
    <label>
      <input type="checkbox" checked={value} onChange={(event) => set(event.currentTarget.checked)} />{' '}
      {t(label)}
    </label>
  );
}

/** Files of an agent: all sandboxes, and what is in one. */

import { now } from '../clock.ts';
import type { FilePlace } from '../data/files.ts';
import { getJson } from '../data/http.ts';
import { bytesText } from '../format.ts';
import { t } from '../language.ts';
import { Ago, ApiLink, Problem, WideTable } from '../parts/bits.tsx';
import { place } from '../router.ts';
import { useLoaded } from '../use.ts';

interface FileEntry {
  readonly path: string;
  readonly mode: string;
  readonly nlink: number;
  readonly uid: string;
  readonly gid: string;
  readonly size: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

/** No event tells of files that come and grow: this often one looks again, in seconds. */
const LOOK_S = 5;

export function Sandbox({ files }: { readonly files: FilePlace }) {
  const path = place.value.query.get('path') ?? '';
  return path === '' ? <Roots files={files} /> : <Folder files={files} path={path} />;
}

function Roots({ files }: { readonly files: FilePlace }) {
  const asked = files.ask('files/debug');
  const { value, problem } = useLoaded(() => getJson<Record<string, string>>(asked), [asked], looks());
  return (
    <>
      <h1>{t('Files')}</h1>
      <Problem text={problem} />
      <ul class="files">
        {Object.keys(value ?? {})
          .filter((name) => name.startsWith('/frameworks/'))
          .map((name) => (
            <li key={name}>
              <a href={files.link('browse', name)}>{name}</a>
            </li>
          ))}
      </ul>
    </>
  );
}

function Folder({ files, path }: { readonly files: FilePlace; readonly path: string }) {
  const asked = files.ask(`files/browse?path=${encodeURIComponent(path)}`);
  const { value, problem, isKnown } = useLoaded(() => getJson<readonly FileEntry[]>(asked), [asked], looks());
  const entries = [...(value ?? [])].sort(
    (a, b) => Number(isFolder(b)) - Number(isFolder(a)) || (a.path < b.path ? -1 : 1),
  );
  return (
    <>
      <h1>{t('Sandbox')}</h1>
      <ApiLink path={asked} />
      <nav aria-label={t('Folders')} class="crumbs">
        {crumbs(path).map(([name, target]) => (
          <a key={target} href={files.link('browse', target)}>
            {name}
          </a>
        ))}
      </nav>
      <Problem
        text={problem && `${problem} ${t('Agents remove the sandboxes of tasks that ended a while ago.')}`}
      />
      {isKnown && (
        <WideTable>
          <thead>
            <tr>
              <th scope="col">{t('Mode')}</th>
              <th scope="col">{t('Owner')}</th>
              <th scope="col" class="numeric">
                {t('Size')}
              </th>
              <th scope="col" class="numeric">
                {t('Changed')}
              </th>
              <th scope="col">{t('Name')}</th>
              <th scope="col">
                <span class="hidden">{t('Download')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <EntryLine key={entry.path} files={files} entry={entry} />
            ))}
          </tbody>
        </WideTable>
      )}
    </>
  );
}

function EntryLine({ files, entry }: { readonly files: FilePlace; readonly entry: FileEntry }) {
  return (
    <tr>
      <td>
        <code>{entry.mode}</code>
      </td>
      <td>
        {entry.uid}:{entry.gid}
      </td>
      <td class="numeric">{isFolder(entry) ? '–' : bytesText(entry.size)}</td>
      <td class="numeric">
        <Ago at={entry.mtime} />
      </td>
      <td>
        <a href={files.link(isFolder(entry) ? 'browse' : 'read', entry.path)}>
          {nameOf(entry)}
          {isFolder(entry) && '/'}
        </a>
      </td>
      <td>
        {!isFolder(entry) && (
          <a
            href={files.ask(`files/download?path=${encodeURIComponent(entry.path)}`)}
            download={nameOf(entry)}
          >
            {t('download')}
          </a>
        )}
      </td>
    </tr>
  );
}

const looks = (): number => Math.floor(now.value / LOOK_S);
const isFolder = ({ mode }: FileEntry): boolean => mode.startsWith('d');
const nameOf = ({ path }: FileEntry): string => path.split('/').at(-1) ?? path;

/** Every folder from the sandbox on down. */
function crumbs(path: string): readonly (readonly [string, string])[] {
  const parts = path.split('/').filter((part) => part !== '');
  const root = Math.max(0, parts.indexOf('runs') + 1);
  return parts.slice(root).map((name, at) => [name, `/${parts.slice(0, root + at + 1).join('/')}`]);
}

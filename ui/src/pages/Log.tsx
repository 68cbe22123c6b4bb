/** A log, or two side by side. */

import { useState } from 'preact/hooks';
import type { FilePlace } from '../data/files.ts';
import { t } from '../language.ts';
import { LogView } from '../parts/LogView.tsx';
import { place, setQuery } from '../router.ts';

export function Log({ files }: { readonly files: FilePlace }) {
  const { query } = place.value;
  const path = query.get('path') ?? '';
  const beside = query.get('beside') ?? '';
  const [find, setFind] = useState('');
  const at = query.get('at');
  const folder = path.slice(0, path.lastIndexOf('/'));
  const linkTo = (file: string) => (from: number) => `${files.link('read', file)}&at=${from}`;
  return (
    <>
      <h1>{[path, beside].flatMap((each) => each.split('/').at(-1) || []).join(' | ')}</h1>
      <div class="tools">
        <a href={files.link('browse', folder)}>{t('Sandbox')}</a>
        {beside === '' ? (
          <Beside path={path} />
        ) : (
          <button type="button" onClick={() => setQuery('beside', '')}>
            {t('One log')}
          </button>
        )}
      </div>
      <div class={beside === '' ? '' : 'beside'}>
        <LogView
          key={`${path}${at}`}
          files={files}
          path={path}
          at={at === null ? undefined : Number(at) || 0}
          search={query.get('find') ?? ''}
          find={(text) => setQuery('find', text)}
          linkTo={linkTo(path)}
        />
        {beside !== '' && (
          <LogView
            key={beside}
            files={files}
            path={beside}
            search={find}
            find={setFind}
            linkTo={linkTo(beside)}
          />
        )}
      </div>
    </>
  );
}

/** What is most often wanted beside a log is its sibling; any other file of the agent is told by its path. */
function Beside({ path }: { readonly path: string }) {
  const [other, setOther] = useState(
    path.endsWith('stdout') ? path.replace(/stdout$/, 'stderr') : path.replace(/[^/]*$/, 'stdout'),
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setQuery('beside', other.trim());
      }}
    >
      <label>
        {t('Beside it')}{' '}
        <input
          size={40}
          required
          value={other}
          title={t('Path of another file of this agent, as its sandboxes show it')}
          onInput={(event) => setOther(event.currentTarget.value)}
        />
      </label>{' '}
      <button type="submit">{t('Side by side')}</button>
    </form>
  );
}

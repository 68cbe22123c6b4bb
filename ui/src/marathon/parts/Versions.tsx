/** An app's versions: what any two differ in, and the way back. */

import { useState } from 'preact/hooks';
import { t } from '../../language.ts';
import { Problem } from '../../parts/bits.tsx';
import { momentText } from '../../times.ts';
import { useLoaded } from '../../use.ts';
import { appPath, ask } from '../api.ts';
import { textOf } from '../diff.ts';
import { definitionOf } from '../store.ts';
import { Difference } from './Difference.tsx';
import { Write } from './Write.tsx';

interface VersionsProps {
  readonly id: string;
  readonly current: string;
}

export function Versions({ id, current }: VersionsProps) {
  const { value: versions = [], problem } = useLoaded(
    () => ask<{ versions: string[] }>('GET', `${appPath(id)}/versions`).then((answer) => answer.versions),
    [id, current],
  );
  const [chosen, setChosen] = useState({ before: '', after: '' });
  const newest = versions[0] ?? current;
  const after = versions.includes(chosen.after) ? chosen.after : newest;
  const before = versions.includes(chosen.before) ? chosen.before : (versions[1] ?? newest);
  return (
    <section class="card" aria-label={t('Configuration')}>
      <h2>{t('Configuration')}</h2>
      <Problem text={problem} />
      {versions.length > 1 && (
        <div class="actions">
          <VersionChoice
            label="Compare"
            versions={versions}
            value={before}
            choose={(version) => setChosen({ before: version, after })}
          />
          <VersionChoice
            label="with"
            versions={versions}
            value={after}
            choose={(version) => setChosen({ before, after: version })}
          />
          {before !== newest && (
            <Write
              label="Roll back to it"
              question={t('Run {id} as it was configured at {when} again?', { id, when: String(before) })}
              method="PUT"
              path={appPath(id)}
              body={{ version: before }}
            />
          )}
        </div>
      )}
      {before === after ? (
        <Definition id={id} version={after} />
      ) : (
        <Difference id={id} before={before} after={after} />
      )}
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly versions: readonly string[];
  readonly value: string;
  choose(version: string): void;
}

function VersionChoice({ label, versions, value, choose }: ChoiceProps) {
  return (
    <label>
      {t(label)}{' '}
      <select value={value} onChange={(event) => choose(event.currentTarget.value)}>
        {versions.map((version, at) => (
          <option key={version} value={version}>
            {momentText(new Date(version).getTime() / 1000)}
            {at === 0 ? ` (${t('now')})` : ''}
          </option>
        ))}
      </select>
    </label>
  );
}

function Definition({ id, version }: { readonly id: string; readonly version: string }) {
  const { value, problem } = useLoaded(() => definitionOf(id, version), [id, version]);
  if (value === undefined) return <Problem text={problem} />;
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre class="diff" tabIndex={0}>
        {textOf(value)}
      </pre>
    </>
  );
}

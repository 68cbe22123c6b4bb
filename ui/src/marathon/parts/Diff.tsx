/** Two documents, and what differs: signs and colours. */
import { t } from '../../language.ts';
import { diffOf } from '../diff.ts';

interface DiffProps {
  readonly label: string;
  readonly before: unknown;
  readonly after: unknown;
}

const WORDS = { '+': 'added', '-': 'removed', ' ': '' } as const;
const CLASSES = { '+': 'added', '-': 'removed', ' ': '' } as const;

export function Diff({ label, before, after }: DiffProps) {
  const lines = diffOf(before, after);
  if (lines.every(({ sign }) => sign === ' ')) return <p>{t('Nothing differs.')}</p>;
  return (
    <section aria-label={label}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre class="diff" tabIndex={0}>
        {lines.map(({ sign, text }, at) => (
          <div key={at} class={CLASSES[sign]}>
            <span class="hidden">{t(WORDS[sign])} </span>
            <span aria-hidden="true">{sign} </span>
            {text}
          </div>
        ))}
      </pre>
    </section>
  );
}

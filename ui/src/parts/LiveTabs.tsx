/** The three ways to watch a node at work. */
import { t } from '../language.ts';
import { place, to } from '../router.ts';

const TABS = [
  ['charts', 'One machine'],
  ['flows', 'How many, and where they go'],
  ['messages', 'Messages'],
] as const;

export function LiveTabs() {
  const [here] = place.value.path;
  return (
    <nav class="tabs" aria-label={t('Ways to watch')}>
      {TABS.map(([name, title]) => (
        <a key={name} href={to(name)} aria-current={here === name ? 'page' : undefined}>
          {t(title)}
        </a>
      ))}
    </nav>
  );
}

/** What a write would do, and whether what it launches would fit now. */
import { t } from '../../language.ts';
import type { Action } from '../types.ts';

export interface Answer {
  readonly steps: readonly { readonly actions: readonly Action[] }[];
  /** Hosts whose newest offer an instance fits into. */
  readonly fits: readonly string[];
  /** Agents whose offers were looked at. */
  readonly offers: number;
  /** How many of them lack what. */
  readonly reasons: Readonly<Record<string, number>>;
}

export function DryRun({ answer }: { readonly answer: Answer }) {
  const { steps, fits, offers, reasons } = answer;
  return (
    <section class="card" aria-label={t('What would be done')} role="status">
      <h2>{t('What would be done')}</h2>
      {steps.length === 0 && <p>{t('Nothing: it is so already.')}</p>}
      <ol>
        {steps.map(({ actions }, at) => (
          <li key={at}>
            {actions.map(({ action, app, pod }) => `${action} ${app ?? pod ?? ''}`).join(', ')}
          </li>
        ))}
      </ol>
      <p>
        {offers === 0
          ? t('No offer is known at the moment, so whether an instance fits cannot be told.')
          : t('An instance would fit now on {fits} of {offers} agents.', { fits: fits.length, offers })}{' '}
        {fits.slice(0, 10).join(', ')}
      </p>
      {Object.entries(reasons).map(([reason, count]) => (
        <p key={reason}>
          {count} {t('of')} {offers}: {reason}
        </p>
      ))}
    </section>
  );
}

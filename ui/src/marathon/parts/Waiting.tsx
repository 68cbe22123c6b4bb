/** Why an app's instances are not launched: what the offers lacked. */
import { t } from '../../language.ts';
import { WideTable } from '../../parts/bits.tsx';
import type { QueueEntry } from '../types.ts';
import { When } from './LastFailure.tsx';

export function Waiting({ entry }: { readonly entry: QueueEntry }) {
  const { count, delay, since, processedOffersSummary: offers, whyWaiting } = entry;
  const rejects = offers.rejectSummaryLastOffers.filter(({ declined }) => declined > 0);
  return (
    <section class="card" aria-label={t('Why it waits')}>
      <h2>{t('Why it waits')}</h2>
      <p>
        {t(
          count === 1 ? '1 instance is to be launched, since' : '{count} instances are to be launched, since',
          {
            count,
          },
        )}{' '}
        <When text={since} />
        {delay.timeLeftSeconds > 0 &&
          t('; not before {seconds} s, as one failed', { seconds: delay.timeLeftSeconds })}
        {t('.')} <strong>{whyWaiting?.reason}</strong>
      </p>
      <p>
        {t('{count} offers were looked at, {unused} not used; last used', {
          count: offers.processedOffersCount,
          unused: offers.unusedOffersCount,
        })}{' '}
        <When text={offers.lastUsedOfferAt} />
        {t(', last not used')} <When text={offers.lastUnusedOfferAt} />
        {t('.')}
      </p>
      {rejects.length > 0 && (
        <WideTable>
          <caption>{t('Of the last offers')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('Reason')}</th>
              <th scope="col">{t('Refused')}</th>
              <th scope="col">{t('Came so far')}</th>
            </tr>
          </thead>
          <tbody>
            {rejects.map(({ reason, declined, processed }) => (
              <tr key={reason}>
                <td>{reason}</td>
                <td>{declined}</td>
                <td>{processed}</td>
              </tr>
            ))}
          </tbody>
        </WideTable>
      )}
    </section>
  );
}

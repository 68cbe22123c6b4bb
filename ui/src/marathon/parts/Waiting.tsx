/** Why an app's instances are not launched: what the offers lacked. */
import { t } from '../../language.ts';
import { WideTable } from '../../parts/bits.tsx';
import type { QueueEntry } from '../types.ts';
import { When } from './LastFailure.tsx';

export function Waiting({ entry }: { readonly entry: QueueEntry }) {
  const { count, delay, since, processedOffersSummary: offers, whyWaiting } = entry;
  const rejects = offers.rejectSummaryLastOffers.filter(({ declined }) => declined > 0);
  return (
    <section class="card" aria-label="Why it waits">
      <h2>{t('Why it waits')}</h2>
      <p>
        {count} {count === 1 ? 'instance is' : 'instances are'} to be launched, since <When text={since} />
        {delay.timeLeftSeconds > 0 && `; not before ${delay.timeLeftSeconds} s, as one failed`}.{' '}
        <strong>{whyWaiting?.reason}</strong>
      </p>
      <p>
        {offers.processedOffersCount} offers were looked at, {offers.unusedOffersCount} not used; last used{' '}
        <When text={offers.lastUsedOfferAt} />, last not used <When text={offers.lastUnusedOfferAt} />.
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

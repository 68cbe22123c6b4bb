/** In the place of what a master that stands by cannot tell: the way to the one that leads. */
import { connection } from '../data/live.ts';
import { t } from '../language.ts';
import { to } from '../router.ts';

/** The same place of the page of another master. */
export function leaderPlace(leader: string): string {
  return `//${leader}/app${location.hash}`;
}

/** Whether all that could be shown is nothing, since another master knows it and nothing was heard here. */
export function isStandingBy(): boolean {
  const { state, leader, everLive } = connection.value;
  return state !== 'live' && leader !== undefined && everLive !== true;
}

export function StandsBy() {
  const { leader = '' } = connection.value;
  return (
    <section class="card">
      <h1>{t('This master stands by.')}</h1>
      <p>{t('What runs in the cluster is known to the master that leads.')}</p>
      <p>
        <a class="button" href={leaderPlace(leader)}>
          {t('To the leading one')}, {leader}
        </a>
      </p>
      <p>
        <a href={to('archive')}>{t('Tasks that ended while this one led: its archive')}</a>
      </p>
    </section>
  );
}

/** What ended last that should not have. */
import { t } from '../../language.ts';
import { Ago, Fact, Facts, IdText, StateBadge } from '../../parts/bits.tsx';
import { taskLink } from '../master.ts';
import type { Failure } from '../types.ts';

/** A time as the API has it. */
export function When({ text }: { readonly text: string | undefined }) {
  return <Ago at={text === undefined ? 0 : new Date(text).getTime() / 1000} />;
}

export function LastFailure({ failure }: { readonly failure: Failure }) {
  const link = taskLink(failure.taskId);
  return (
    <section class="card" aria-label={t('Last failure')}>
      <h2>{t('Last failure')}</h2>
      <Facts>
        <Fact name="Instance">
          <IdText id={failure.taskId} />
        </Fact>
        <Fact name="State">
          <StateBadge state={failure.state.replace(/^TASK_/, '')} />
        </Fact>
        <Fact name="When">
          <When text={failure.timestamp} />
        </Fact>
        <Fact name="Host">{failure.host}</Fact>
        <Fact name="Version">{failure.version}</Fact>
        <Fact name="Message">{failure.message === '' ? '–' : failure.message}</Fact>
        {link !== undefined && (
          <Fact name="Logs">
            <a href={link}>{t('at the master')}</a>
          </Fact>
        )}
      </Facts>
    </section>
  );
}

/** One framework: what it is, what it holds, why it waits. */
import { askFramework } from '../data/client.ts';
import { rightToEnd, secondsOf } from '../data/facts.ts';
import { call } from '../data/http.ts';
import type { Details } from '../data/rows.ts';
import { memoryText, numberText, percentText } from '../format.ts';
import { t } from '../language.ts';
import { Action } from '../parts/Action.tsx';
import { Ago, ApiLink, Fact, Facts, IdText, Problem, StateBadge } from '../parts/bits.tsx';
import { TaskTable } from '../parts/tables.tsx';
import { UseOverTime } from '../parts/UseOverTime.tsx';
import { WhyPending } from '../parts/WhyPending.tsx';
import { to } from '../router.ts';
import { useLast, useLoaded } from '../use.ts';

export function Framework({ id }: { readonly id: string }) {
  const { value: now, isKnown } = useLoaded(() => askFramework(id), [id], true);
  const value = useLast(now);
  if (value === undefined)
    return (
      <p role="status">
        {isKnown ? t('The master knows no framework {id} (any more).', { id }) : t('Looking …')}
      </p>
    );
  const { row } = value;
  const body = { type: 'TEARDOWN', teardown: { framework_id: { value: id } } };
  return (
    <>
      <h1>
        {row.name} <StateBadge state={row.state} />
      </h1>
      {now === undefined && (
        <Problem text={t('The master knows it no more, or not yet again. This is what was last known.')} />
      )}
      <ApiLink path={`/frameworks?framework_id=${encodeURIComponent(id)}`} />
      <FrameworkFacts value={value} />
      {row.state !== 'completed' && (
        <div class="actions">
          <Action
            label="Tear down"
            needs={[rightToEnd(row.principal)]}
            question={t('End {name} and kill its {count} task(s)? This cannot be undone.', {
              name: row.name,
              count: row.tasks,
            })}
            call={body}
            confirmWord={row.name}
            dangerous
            perform={() => call(body)}
          />
        </div>
      )}
      {row.state !== 'completed' && <UseOverTime of={`framework_id=${encodeURIComponent(id)}`} now={row} />}
      <WhyPending framework={id} />
      <TaskTable where={{ framework: id }} />
      <p>
        <a href={`${to('archive')}?framework=${encodeURIComponent(id)}`}>
          {t('Tasks that ended long ago: the archive')}
        </a>
      </p>
    </>
  );
}

function FrameworkFacts({ value }: { readonly value: NonNullable<Details['framework']> }) {
  const { framework, row } = value;
  const { framework_info: info } = framework;
  return (
    <Facts>
      <Fact name="Framework">
        <IdText id={row.id} />
      </Fact>
      {/^https?:\/\//.test(row.webUi) && (
        <Fact name="Its own page">
          <a href={row.webUi} rel="noreferrer">
            {row.webUi}
          </a>
        </Fact>
      )}
      <Fact name="User">{row.user}</Fact>
      <Fact name="Roles">{row.roles}</Fact>
      {row.principal !== '' && <Fact name="Principal">{row.principal}</Fact>}
      <Fact name="Host">{info.hostname ?? '–'}</Fact>
      <Fact name="Failover timeout">{info.failover_timeout ?? 0} s</Fact>
      <Fact name="Capabilities">
        {(info.capabilities ?? []).map(({ type }) => type.toLowerCase()).join(', ') || '–'}
      </Fact>
      <Fact name="Registered">
        <Ago at={secondsOf(framework.registered_time)} />
      </Fact>
      <Fact name="Tasks">{row.tasks}</Fact>
      <Fact name="CPUs">{numberText(row.cpus)}</Fact>
      <Fact name="Memory">{memoryText(row.mem)}</Fact>
      <Fact name="Max share">{percentText(row.share)}</Fact>
    </Facts>
  );
}

/** One agent: what it has and runs, and the ways to take it out of service. */

import { askAgent } from '../data/client.ts';
import { secondsOf } from '../data/facts.ts';
import { askHost } from '../data/hosts.ts';
import type { Details } from '../data/rows.ts';
import { memoryText, numberText } from '../format.ts';
import { t } from '../language.ts';
import { AgentActions } from '../parts/AgentActions.tsx';
import { Ago, ApiLink, Fact, Facts, IdText, Meter, Problem, StateBadge } from '../parts/bits.tsx';
import { HostStatus, HostTests, HostUntil } from '../parts/HostSwitch.tsx';
import { Providers } from '../parts/Providers.tsx';
import { Reservations } from '../parts/Reservations.tsx';
import { TaskTable } from '../parts/tables.tsx';
import { UseOverTime } from '../parts/UseOverTime.tsx';
import { to } from '../router.ts';
import { useLast, useLoaded } from '../use.ts';

export function Agent({ id }: { readonly id: string }) {
  const { value: now, isKnown } = useLoaded(() => askAgent(id), [id], true);
  const value = useLast(now);
  if (value === undefined)
    return (
      <p role="status">
        {isKnown
          ? t('Agent {id} is not registered: it may be unreachable, or gone.', { id })
          : t('Looking …')}
      </p>
    );
  const { agent, row } = value;
  return (
    <>
      <h1>
        {row.host} <StateBadge state={row.state} />
      </h1>
      {now === undefined && (
        <Problem
          text={t(
            'It is not registered any more: unreachable, gone, or not back yet after a change of the master. This is what was last known.',
          )}
        />
      )}
      <ApiLink path={`/slaves?slave_id=${encodeURIComponent(id)}`} />
      <AgentFacts value={value} />
      <UseOverTime
        of={`agent_id=${encodeURIComponent(id)}`}
        now={row}
        total={{ cpus: row.cpusTotal, mem: row.memTotal }}
      />
      <AgentActions id={id} hostname={agent.agent_info.hostname} state={row.state} />
      <HostLine id={id} state={row.state} />
      <Reservations id={id} resources={agent.total_resources ?? []} />
      <Providers providers={agent.resource_providers ?? []} />
      <TaskTable where={{ agent: id }} />
    </>
  );
}

function AgentFacts({ value: { agent, row } }: { readonly value: NonNullable<Details['agent']> }) {
  const address = agent.pid?.split('@')[1] ?? row.host;
  return (
    <Facts>
      <Fact name="Agent">
        <IdText id={row.id} />
      </Fact>
      <Fact name="Address">
        <a href={`//${address}/`} rel="noreferrer" title={t("The agent's own page")}>
          {address}
        </a>
      </Fact>
      <Fact name="Version">{agent.version}</Fact>
      <Fact name="Registered">
        <Ago at={secondsOf(agent.registered_time)} />
      </Fact>
      {agent.reregistered_time !== undefined && (
        <Fact name="Re-registered">
          <Ago at={secondsOf(agent.reregistered_time)} />
        </Fact>
      )}
      {row.attributes !== '' && <Fact name="Attributes">{row.attributes}</Fact>}
      {row.zone !== '' && <Fact name="Region / zone">{row.zone}</Fact>}
      <Fact name="CPUs">
        <Meter used={row.cpus} total={row.cpusTotal} text={numberText} />
      </Fact>
      <Fact name="Memory">
        <Meter used={row.mem} total={row.memTotal} text={memoryText} />
      </Fact>
      <Fact name="Disk">
        <Meter used={row.disk} total={row.diskTotal} text={memoryText} />
      </Fact>
    </Facts>
  );
}

/** Whether the table of hosts has something to say of it. */
function HostLine({ id, state }: { readonly id: string; readonly state: string }) {
  const { value: host } = useLoaded(() => askHost(id), [id, state]);
  if (host?.source === undefined && host?.tests.length === 0) return null;
  return host === undefined ? null : (
    <Facts>
      <Fact name="Host">
        <HostStatus host={host} />
      </Fact>
      {host.source !== undefined && <Fact name="By">{host.source}</Fact>}
      {(host.reason ?? '') !== '' && <Fact name="Reason">{host.reason}</Fact>}
      {host.until !== undefined && (
        <Fact name="Until">
          <HostUntil host={host} />
        </Fact>
      )}
      {host.tests.length > 0 && (
        <Fact name="Tests">
          <HostTests host={host} />
        </Fact>
      )}
      <Fact name="Hosts">
        <a href={to('hosts')}>{t('All hosts')}</a>
      </Fact>
    </Facts>
  );
}

/** One agent: what it has and runs, and the ways to take it out of service. */

import { useState } from 'preact/hooks';
import { askAgent, refreshAgents } from '../data/client.ts';
import { secondsOf } from '../data/facts.ts';
import { askHost } from '../data/hosts.ts';
import { call } from '../data/http.ts';
import type { Agent as AgentData } from '../data/types.ts';
import { memoryText, numberText } from '../format.ts';
import { t } from '../language.ts';
import { Action } from '../parts/Action.tsx';
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
        {isKnown ? `Agent ${id} is not registered: it may be unreachable, or gone.` : 'Looking …'}
      </p>
    );
  const { agent, row } = value;
  return (
    <>
      <h1>
        {row.host} <StateBadge state={row.state} />
      </h1>
      {now === undefined && (
        <Problem text="It is not registered any more: unreachable, gone, or not back yet after a change of the master. This is what was last known." />
      )}
      <ApiLink path={`/slaves?slave_id=${encodeURIComponent(id)}`} />
      <Facts>
        <Fact name="Agent">
          <IdText id={id} />
        </Fact>
        <Fact name="Address">
          <a
            href={`//${agent.pid?.split('@')[1] ?? row.host}/`}
            rel="noreferrer"
            title="The agent's own page"
          >
            {agent.pid?.split('@')[1] ?? row.host}
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
      <UseOverTime
        of={`agent_id=${encodeURIComponent(id)}`}
        now={row}
        total={{ cpus: row.cpusTotal, mem: row.memTotal }}
      />
      <Steering id={id} agent={agent} state={row.state} />
      <HostLine id={id} state={row.state} />
      <Reservations id={id} resources={agent.total_resources ?? []} />
      <Providers providers={agent.resource_providers ?? []} />
      <TaskTable where={{ agent: id }} />
    </>
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

function Steering({
  id,
  agent,
  state,
}: {
  readonly id: string;
  readonly agent: AgentData;
  readonly state: string;
}) {
  const [markGone, setMarkGone] = useState(false);
  const [graceSeconds, setGraceSeconds] = useState('');
  const agent_id = { value: id };
  const isOut = state !== 'active' && state !== 'disconnected';
  const drain = {
    type: 'DRAIN_AGENT',
    drain_agent: {
      agent_id,
      mark_gone: markGone,
      ...(graceSeconds === '' ? {} : { max_grace_period: { seconds: Number(graceSeconds), nanos: 0 } }),
    },
  };
  const does = (body: object) => async () => {
    await call(body);
    await refreshAgents();
  };
  return (
    <div class="actions">
      <a class="button" href={to('agents', id, 'browse')}>
        {t('Files')}
      </a>
      {isOut ? (
        <Action
          label="Bring back"
          needs={['REACTIVATE_AGENT']}
          question={`Offer what ${agent.agent_info.hostname} has again?`}
          call={{ type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id } }}
          perform={does({ type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id } })}
        />
      ) : (
        <>
          <Action
            label="Drain"
            needs={['DRAIN_AGENT']}
            needsThen={markGone ? ['MARK_AGENT_GONE'] : []}
            question="Kill its tasks with grace, and offer nothing of it any more?"
            call={drain}
            dangerous
            perform={does(drain)}
          >
            <label>
              {t('Longest grace, in seconds')}{' '}
              <input
                type="number"
                min="0"
                value={graceSeconds}
                onInput={(event) => setGraceSeconds(event.currentTarget.value)}
              />
            </label>
            <label>
              <input
                type="checkbox"
                checked={markGone}
                onChange={(event) => setMarkGone(event.currentTarget.checked)}
              />{' '}
              then mark it gone for good
            </label>
          </Action>
          <Action
            label="Deactivate"
            needs={['DEACTIVATE_AGENT']}
            question="Offer nothing of it any more? Its tasks go on."
            call={{ type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id } }}
            perform={does({ type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id } })}
          />
        </>
      )}
      <Action
        label="Mark gone"
        needs={['MARK_AGENT_GONE']}
        question="Its tasks are lost, and it may never register again. This cannot be undone."
        call={{ type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id } }}
        confirmWord={agent.agent_info.hostname}
        dangerous
        perform={does({ type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id } })}
      />
    </div>
  );
}

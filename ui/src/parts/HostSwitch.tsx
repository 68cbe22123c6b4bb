/** Switches a host off and on, and takes back what was said of it. */
import { useState } from 'preact/hooks';
import { refreshAgents } from '../data/client.ts';
import { clearHost, type Host, type HostChange, hostPath, switchHost } from '../data/hosts.ts';
import { curlLine } from '../data/http.ts';
import { t } from '../language.ts';
import { Action } from './Action.tsx';
import { Ago, StateBadge } from './bits.tsx';
import { MinutesField } from './MinutesField.tsx';

interface HostProps {
  readonly host: Host;
  /** Asks for it again. */
  again(): void;
}

export function HostActions({ host, again }: HostProps) {
  const done = async (work: Promise<void>): Promise<void> => {
    await work;
    await refreshAgents();
    again();
  };
  const id = host.agent_id;
  return (
    <>
      {host.status === 'on' ? (
        <Switch
          status="off"
          host={host}
          perform={(change) => done(switchHost(id, change))}
          question="No new tasks there; what runs goes on. Why, and for how long?"
        />
      ) : (
        <Switch
          status="on"
          host={host}
          perform={(change) => done(switchHost(id, change))}
          question="New tasks there again, whatever tests say?"
        />
      )}
      {host.source !== undefined && (
        <Action
          label="Take back"
          needs={['REACTIVATE_AGENT']}
          question="Forget what was said of this host? Its tests decide again."
          shell={curlLine('DELETE', hostPath(id))}
          perform={() => done(clearHost(id))}
        />
      )}
    </>
  );
}

interface SwitchProps {
  readonly status: HostChange['status'];
  readonly host: Host;
  readonly question: string;
  perform(change: HostChange): Promise<void>;
}

function Switch({ status, host, question, perform }: SwitchProps) {
  const [message, setMessage] = useState('');
  const [minutes, setMinutes] = useState('');
  const change: HostChange = {
    status,
    message,
    ...(minutes === '' ? {} : { ttl: Number(minutes) * 60 }),
  };
  return (
    <Action
      label={status === 'off' ? 'Switch off' : 'Switch on'}
      needs={[status === 'off' ? 'DEACTIVATE_AGENT' : 'REACTIVATE_AGENT']}
      question={question}
      shell={curlLine('PUT', hostPath(host.agent_id), change)}
      perform={() => perform(change)}
    >
      <p>
        <strong>{host.hostname ?? host.agent_id}</strong>
      </p>
      <label>
        {t('Reason')}{' '}
        <input value={message} maxLength={1024} onInput={(event) => setMessage(event.currentTarget.value)} />
      </label>
      <MinutesField value={minutes} change={setMinutes} />
    </Action>
  );
}

/** Whether it is on, and who says so. */
export function HostStatus({ host }: { readonly host: Host }) {
  return (
    <>
      <StateBadge state={host.status} /> {host.alarm && <StateBadge state="alarm" />}
    </>
  );
}

/** What tests said last. */
export function HostTests({ host }: { readonly host: Host }) {
  return (
    <>
      {host.tests.map(({ test, state, message }) => (
        <span key={test} title={message}>
          {test} <StateBadge state={state} />{' '}
        </span>
      ))}
    </>
  );
}

export function HostUntil({ host }: { readonly host: Host }) {
  return <Ago at={host.until === undefined ? 0 : new Date(host.until).getTime() / 1000} />;
}

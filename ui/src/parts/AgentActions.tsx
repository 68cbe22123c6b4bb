/** The ways to take an agent out of service, and back. */

import { useState } from 'preact/hooks';
import { refreshAgents } from '../data/client.ts';
import { call } from '../data/http.ts';
import { t } from '../language.ts';
import { to } from '../router.ts';
import { Action } from './Action.tsx';

interface OfAgent {
  readonly id: string;
  readonly hostname: string;
}

export function AgentActions({ id, hostname, state }: OfAgent & { readonly state: string }) {
  const isOut = state !== 'active' && state !== 'disconnected';
  return (
    <div class="actions">
      <a class="button" href={to('agents', id, 'browse')}>
        {t('Files')}
      </a>
      {isOut ? (
        <BringBack id={id} hostname={hostname} />
      ) : (
        <>
          <Drain id={id} />
          <Deactivate id={id} />
        </>
      )}
      <MarkGone id={id} hostname={hostname} />
    </div>
  );
}

/** No event tells of what these calls change. */
const does = (body: object) => async () => {
  await call(body);
  await refreshAgents();
};

function BringBack({ id, hostname }: OfAgent) {
  const body = { type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id: { value: id } } };
  return (
    <Action
      label="Bring back"
      needs={['REACTIVATE_AGENT']}
      question={t('Offer what {hostname} has again?', { hostname })}
      call={body}
      perform={does(body)}
    />
  );
}

function Drain({ id }: { readonly id: string }) {
  const [markGone, setMarkGone] = useState(false);
  const [graceSeconds, setGraceSeconds] = useState('');
  const body = {
    type: 'DRAIN_AGENT',
    drain_agent: {
      agent_id: { value: id },
      mark_gone: markGone,
      ...(graceSeconds === '' ? {} : { max_grace_period: { seconds: Number(graceSeconds), nanos: 0 } }),
    },
  };
  return (
    <Action
      label="Drain"
      needs={['DRAIN_AGENT']}
      needsThen={markGone ? ['MARK_AGENT_GONE'] : []}
      question="Kill its tasks with grace, and offer nothing of it any more?"
      call={body}
      dangerous
      perform={does(body)}
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
        {t('then mark it gone for good')}
      </label>
    </Action>
  );
}

function Deactivate({ id }: { readonly id: string }) {
  const body = { type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id: { value: id } } };
  return (
    <Action
      label="Deactivate"
      needs={['DEACTIVATE_AGENT']}
      question="Offer nothing of it any more? Its tasks go on."
      call={body}
      perform={does(body)}
    />
  );
}

function MarkGone({ id, hostname }: OfAgent) {
  const body = { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: id } } };
  return (
    <Action
      label="Mark gone"
      needs={['MARK_AGENT_GONE']}
      question="Its tasks are lost, and it may never register again. This cannot be undone."
      call={body}
      confirmWord={hostname}
      dangerous
      perform={does(body)}
    />
  );
}

/** Which hosts are switched off, by people, tests or their failures, and until when. */
import { now } from '../clock.ts';
import { askHosts, type Host } from '../data/hosts.ts';
import { t } from '../language.ts';
import { ApiLink, IdText, Problem } from '../parts/bits.tsx';
import { HostActions, HostStatus, HostTests, HostUntil } from '../parts/HostSwitch.tsx';
import { type ListColumn, ListTable } from '../parts/ListTable.tsx';
import { to } from '../router.ts';
import { useLoaded } from '../use.ts';

/** No event tells of it. */
const LOOK_S = 5;

export function Hosts() {
  const { value = [], problem, again } = useLoaded(askHosts, [], Math.floor(now.value / LOOK_S));
  const off = value.filter(({ status }) => status === 'off').length;
  return (
    <>
      <h1>{t('Hosts')}</h1>
      <ApiLink path="/hosts" />
      <p>
        {t('Hosts that are off get no new tasks; what runs there goes on. Off now: {off} of {all}.', {
          off,
          all: value.length,
        })}
      </p>
      <Problem text={problem} />
      <ListTable
        label="Hosts"
        rows={value}
        columns={columnsOf(again)}
        sort={{ by: 'Status', descending: false }}
        keyOf={({ agent_id }) => agent_id}
      />
    </>
  );
}

function columnsOf(again: () => void): readonly ListColumn<Host>[] {
  return [
    { title: 'Host', value: ({ hostname, agent_id }) => hostname ?? agent_id },
    {
      title: 'Agent',
      value: ({ agent_id }) => agent_id,
      show: ({ agent_id }) => <IdText id={agent_id} href={to('agents', agent_id)} />,
    },
    { title: 'Status', value: ({ status }) => status, show: (host) => <HostStatus host={host} /> },
    { title: 'By', value: ({ source }) => source ?? '–' },
    { title: 'Reason', value: ({ reason }) => reason ?? '' },
    { title: 'Until', value: ({ until }) => until ?? '', show: (host) => <HostUntil host={host} /> },
    {
      title: 'Tests',
      value: ({ tests }) => tests.map(({ test, state }) => `${test} ${state}`).join(' '),
      show: (host) => <HostTests host={host} />,
    },
    { title: 'Actions', value: () => '', show: (host) => <HostActions host={host} again={again} /> },
  ];
}

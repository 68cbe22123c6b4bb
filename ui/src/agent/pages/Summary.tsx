/** The agent at a glance: what it has, what is used, who runs here. */

import { memoryText, numberText } from '../../format.ts';
import { t } from '../../language.ts';
import { Ago, ApiLink, Fact, Facts, IdText, Meter, Problem, StateBadge } from '../../parts/bits.tsx';
import { ListTable } from '../../parts/ListTable.tsx';
import { to } from '../../router.ts';
import { sumOf, useAgentState } from '../state.ts';
import type { AgentFramework, AgentState, Scalars } from '../types.ts';

export function Summary() {
  const { value, problem } = useAgentState();
  return (
    <>
      <h1>
        {value?.hostname ?? t('Agent')} {value?.drain_config !== undefined && <StateBadge state="draining" />}
      </h1>
      <ApiLink path="/state" />
      <Problem text={problem} />
      {value === undefined ? (
        problem === '' && <p role="status">{t('Asking the agent …')}</p>
      ) : (
        <>
          <AgentFacts state={value} />
          <Reserved state={value} />
          <Frameworks label="Frameworks" frameworks={value.frameworks} />
          <Frameworks label="Completed frameworks" frameworks={value.completed_frameworks} />
        </>
      )}
    </>
  );
}

function AgentFacts({ state }: { readonly state: AgentState }) {
  const { resources } = state;
  const used = sumOf([
    state.unreserved_resources_allocated,
    ...Object.values(state.reserved_resources_allocated),
  ]);
  const attributes = Object.entries(state.attributes).map(([name, value]) => `${name}:${String(value)}`);
  return (
    <Facts>
      <Fact name="Agent">{state.id === '' ? t('not registered yet') : <IdText id={state.id} />}</Fact>
      <Fact name="Address">{state.pid.split('@')[1]}</Fact>
      <Fact name="Version">{state.version}</Fact>
      <Fact name="Started">
        <Ago at={state.start_time} />
      </Fact>
      <Fact name="Master">{state.master_hostname ?? t('none at the moment')}</Fact>
      {attributes.length > 0 && <Fact name="Attributes">{attributes.join(' ')}</Fact>}
      {state.drain_config !== undefined && (
        <Fact name="Draining since">
          <Ago at={state.estimated_drain_start_time_seconds ?? 0} />
          {state.drain_config.mark_gone === true && t(', then marked gone')}
        </Fact>
      )}
      <Fact name="CPUs">
        <Meter used={used.cpus} total={resources.cpus} text={numberText} />
      </Fact>
      <Fact name="Memory">
        <Meter used={used.mem} total={resources.mem} text={memoryText} />
      </Fact>
      <Fact name="Disk">
        <Meter used={used.disk} total={resources.disk} text={memoryText} />
      </Fact>
      {resources.gpus > 0 && (
        <Fact name="GPUs">
          <Meter used={used.gpus} total={resources.gpus} text={numberText} />
        </Fact>
      )}
    </Facts>
  );
}

function Reserved({ state }: { readonly state: AgentState }) {
  const roles = Object.entries(state.reserved_resources);
  if (roles.length === 0) return null;
  const none: Scalars = { cpus: 0, mem: 0, disk: 0, gpus: 0 };
  return (
    <ListTable
      label="Reserved"
      rows={roles.map(([role, kept]) => ({
        role,
        kept,
        used: state.reserved_resources_allocated[role] ?? none,
      }))}
      keyOf={({ role }) => role}
      columns={[
        { title: 'Role', value: ({ role }) => role },
        {
          title: 'CPUs',
          numeric: true,
          value: ({ kept }) => kept.cpus,
          show: ({ kept, used }) => <Meter used={used.cpus} total={kept.cpus} text={numberText} />,
        },
        {
          title: 'Memory',
          numeric: true,
          value: ({ kept }) => kept.mem,
          show: ({ kept, used }) => <Meter used={used.mem} total={kept.mem} text={memoryText} />,
        },
        {
          title: 'Disk',
          numeric: true,
          value: ({ kept }) => kept.disk,
          show: ({ kept, used }) => <Meter used={used.disk} total={kept.disk} text={memoryText} />,
        },
      ]}
    />
  );
}

interface FrameworksProps {
  readonly label: string;
  readonly frameworks: readonly AgentFramework[];
}

function Frameworks({ label, frameworks }: FrameworksProps) {
  const used = ({ executors }: AgentFramework): Scalars => sumOf(executors.map(({ resources }) => resources));
  return (
    <ListTable
      label={label}
      rows={frameworks}
      keyOf={({ id }) => id}
      columns={[
        {
          title: 'Framework',
          value: ({ id }) => id,
          show: ({ id }) => <IdText id={id} href={to('frameworks', id)} />,
        },
        { title: 'Name', value: ({ name }) => name },
        { title: 'User', value: ({ user }) => user },
        { title: 'Roles', value: ({ role, roles }) => (roles ?? [role ?? '*']).join(', ') },
        { title: 'Executors', numeric: true, value: ({ executors }) => executors.length },
        {
          title: 'Tasks',
          numeric: true,
          value: ({ executors }) => executors.reduce((sum, { tasks }) => sum + tasks.length, 0),
        },
        {
          title: 'CPUs',
          numeric: true,
          value: (each) => used(each).cpus,
          show: (each) => numberText(used(each).cpus),
        },
        {
          title: 'Memory',
          numeric: true,
          value: (each) => used(each).mem,
          show: (each) => memoryText(used(each).mem),
        },
      ]}
    />
  );
}

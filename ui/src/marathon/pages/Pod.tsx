/** One pod: its instances with the containers in them, and what can be done to it. */

import { useState } from 'preact/hooks';
import { memoryText, numberText } from '../../format.ts';
import { t } from '../../language.ts';
import { ApiLink, Fact, Facts, IdText, Problem, StateBadge, WideTable } from '../../parts/bits.tsx';
import { to } from '../../router.ts';
import { useLast, useLoaded } from '../../use.ts';
import { ask, podPath } from '../api.ts';
import { InstancesField } from '../parts/InstancesField.tsx';
import { When } from '../parts/LastFailure.tsx';
import { Waiting } from '../parts/Waiting.tsx';
import { Write } from '../parts/Write.tsx';
import { isLoaded, podChanges, pods, queue } from '../store.ts';
import type { Definition, PodInstance, PodStatus } from '../types.ts';

export function PodPage({ id }: { readonly id: string }) {
  const { value: now, problem } = useLoaded(
    () => ask<PodStatus>('GET', `${podPath(id)}::status`),
    [id],
    podChanges.value,
  );
  const value = useLast(now);
  const entry = queue.value.get(id);
  if (value === undefined)
    return problem === '' ? <p role="status">{t('Asking Marathon …')}</p> : <Problem text={problem} />;
  const { spec, status, statusSince, instances } = value;
  const isGone = isLoaded.value && !pods.value.includes(id);
  return (
    <>
      <nav class="crumbs" aria-label={t('Groups')}>
        <a href="#/">{t('all')}</a>
      </nav>
      <h1>
        {id} <StateBadge state={status} />
      </h1>
      <ApiLink path={`/v2${podPath(id)}::status`} />
      {isGone && <Problem text={t('It is destroyed. This is what was last known.')} />}
      <Facts>
        <Fact name="Instances">
          {instances.filter((each) => each.status === 'STABLE').length} {t('of')}{' '}
          {spec.scaling?.instances ?? 1}
        </Fact>
        <Fact name="Since">
          <When text={statusSince} />
        </Fact>
        {(spec.containers ?? []).map(({ name, resources }) => (
          <Fact key={name} name={name}>
            {numberText(resources?.cpus ?? 0)} {t('CPUs')}, {memoryText(resources?.mem ?? 0)}
          </Fact>
        ))}
      </Facts>
      <Steering id={id} spec={spec} />
      {entry !== undefined && <Waiting entry={entry} />}
      {!isGone && <Problem text={problem} />}
      {instances.map((instance) => (
        <Instance key={instance.id} instance={instance} />
      ))}
      {instances.length === 0 && <p>{t('No instance runs.')}</p>}
    </>
  );
}

function Steering({ id, spec }: { readonly id: string; readonly spec: PodStatus['spec'] }) {
  const instances = spec.scaling?.instances ?? 1;
  const [wanted, setWanted] = useState('');
  const count = wanted === '' ? instances : Number(wanted);
  return (
    <div class="actions">
      <a class="button" href={to('editpod', id)}>
        {t('Edit')}
      </a>
      <Write
        label="Scale"
        question={t('How many instances of {id}? It has {instances}.', { id, instances })}
        method="PUT"
        path={podPath(id)}
        body={{ ...spec, scaling: { ...spec.scaling, kind: 'fixed', instances: count } }}
      >
        <InstancesField value={count} typed={setWanted} />
      </Write>
      <Write
        label="Destroy"
        question="Its instances are killed and its definition is removed. For ten minutes it is offered to bring the definition back; what instances kept is lost."
        method="DELETE"
        path={podPath(id)}
        dangerous
        confirmWord={instances > 0 ? id : undefined}
        done={() => {
          location.hash = '#/';
        }}
      />
    </div>
  );
}

function Instance({ instance }: { readonly instance: PodInstance }) {
  const { id, status, agentHostname, containers = [] } = instance;
  return (
    <section class="card" aria-label={t('Instance {id}', { id })}>
      <h2>
        <IdText id={id} /> <StateBadge state={status} />
      </h2>
      <Facts>
        <Fact name="Host">{agentHostname ?? '–'}</Fact>
        {instance.message !== undefined && <Fact name="Message">{instance.message}</Fact>}
      </Facts>
      <WideTable>
        <thead>
          <tr>
            <th scope="col">{t('Container')}</th>
            <th scope="col">{t('State')}</th>
            <th scope="col">{t('Endpoints')}</th>
            <th scope="col">{t('Message')}</th>
          </tr>
        </thead>
        <tbody>
          {containers.map((container) => (
            <tr key={container.name}>
              <td>{container.name}</td>
              <td>
                <StateBadge state={container.status.replace(/^TASK_/, '')} />
              </td>
              <td>{endpointsText(container.endpoints)}</td>
              <td>{container.message ?? ''}</td>
            </tr>
          ))}
        </tbody>
      </WideTable>
    </section>
  );
}

function endpointsText(endpoints: NonNullable<PodInstance['containers']>[number]['endpoints']): string {
  const texts = (endpoints ?? []).map(
    ({ name, allocatedHostPort }) =>
      `${name}${allocatedHostPort === undefined ? '' : `:${allocatedHostPort}`}`,
  );
  return texts.length === 0 ? '–' : texts.join(', ');
}

const FIRST: Definition = {
  id: '/',
  scaling: { kind: 'fixed', instances: 1 },
  containers: [
    {
      name: 'main',
      exec: { command: { shell: 'sleep 1000' } },
      resources: { cpus: 0.1, mem: 32 },
    },
  ],
  networks: [{ mode: 'host' }],
};

/** Pods are written as JSON: what a container may be is more than a form can show. */
export function EditPod({ id }: { readonly id?: string }) {
  const { value, problem } = useLoaded(
    async () => (id === undefined ? FIRST : ask<Definition>('GET', podPath(id))),
    [id],
  );
  if (value === undefined) return <Problem text={problem} />;
  return <PodEditor first={value} {...(id !== undefined && { id })} />;
}

function PodEditor({ first, id }: { readonly first: Definition; readonly id?: string }) {
  const [text, setText] = useState(() => JSON.stringify(first, undefined, 2));
  const document = readJson(text);
  const title = id === undefined ? t('Create a pod') : t('Edit {id}', { id });
  return (
    <>
      <h1>{title}</h1>
      <label class="hidden" for="pod-json">
        {t('The pod as JSON')}
      </label>
      <textarea
        id="pod-json"
        class="json"
        rows={28}
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {document instanceof Error ? (
        <Problem text={t('This is no JSON yet: {problem}', { problem: document.message })} />
      ) : (
        <Write
          label={id === undefined ? 'Create' : 'Change and deploy'}
          question={
            id === undefined
              ? t('Create this pod?')
              : t('Replace the definition of {id}, and its instances?', { id })
          }
          method={id === undefined ? 'POST' : 'PUT'}
          path={id === undefined ? '/pods' : podPath(id)}
          body={document}
          done={() => {
            location.hash = to('pods', String(document['id']));
          }}
        />
      )}
    </>
  );
}

function readJson(text: string): Definition | Error {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return new Error(t('expected an object'));
    return value as Definition;
  } catch (error) {
    return error as Error;
  }
}

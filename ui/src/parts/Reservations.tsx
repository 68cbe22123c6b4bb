/** What an agent keeps for roles, and the ways to keep more, give it back and make volumes of it. */

import { useState } from 'preact/hooks';
import { later } from '../clock.ts';
import { refreshAgents } from '../data/client.ts';
import { call } from '../data/http.ts';
import { principal } from '../data/rights.ts';
import type { Resource } from '../data/types.ts';
import { numberText } from '../format.ts';
import { t } from '../language.ts';
import { Action } from './Action.tsx';
import { WideTable } from './bits.tsx';

/** The agent carries it out after the master has passed it on: looked at now and a little later. */
const AGAIN_MS = 1000;

function does(body: object): () => Promise<void> {
  return async () => {
    await call<void>(body);
    await refreshAgents();
    later(AGAIN_MS, () => void refreshAgents());
  };
}

interface ReservationsProps {
  /** Of the agent. */
  readonly id: string;
  readonly resources: readonly Resource[];
}

export function Reservations({ id, resources }: ReservationsProps) {
  const reserved = resources.filter((resource) => (resource.reservations?.length ?? 0) > 0);
  return (
    <section class="card" aria-label={t('Reservations')}>
      <h2>{t('Reservations')}</h2>
      {reserved.length === 0 ? (
        <p>{t('Nothing is reserved.')}</p>
      ) : (
        <WideTable>
          <thead>
            <tr>
              <th scope="col">{t('Role')}</th>
              <th scope="col">{t('Resource')}</th>
              <th scope="col">{t('Kind')}</th>
              <th scope="col">{t('Volume')}</th>
              <th scope="col">{t('Actions')}</th>
            </tr>
          </thead>
          <tbody>
            {reserved.map((resource) => (
              <ReservationLine key={JSON.stringify(resource)} id={id} resource={resource} />
            ))}
          </tbody>
        </WideTable>
      )}
      <Reserve id={id} />
    </section>
  );
}

function ReservationLine({ id, resource }: { readonly id: string; readonly resource: Resource }) {
  const { allocation_info: _role, ...plain } = resource;
  const reservation = resource.reservations?.at(-1);
  const persistence = resource.disk?.persistence;
  const volume = persistence?.id;
  const agent_id = { value: id };
  const unreserve = { type: 'UNRESERVE_RESOURCES', unreserve_resources: { agent_id, resources: [plain] } };
  const destroy = { type: 'DESTROY_VOLUMES', destroy_volumes: { agent_id, volumes: [plain] } };
  return (
    <tr>
      <td>{reservation?.role}</td>
      <td>
        {resource.name} {resource.scalar === undefined ? '' : numberText(resource.scalar.value)}
      </td>
      <td>{reservation?.type?.toLowerCase()}</td>
      <td>{volume ?? '–'}</td>
      <td>
        {volume !== undefined && (
          <Action
            label="Destroy volume"
            needs={[rightTo('DESTROY_VOLUME', persistence?.principal)]}
            question="What is in it is deleted. This cannot be undone."
            call={destroy}
            confirmWord={volume}
            dangerous
            perform={does(destroy)}
          />
        )}
        {volume === undefined && reservation?.type === 'DYNAMIC' && (
          <Action
            label="Unreserve"
            needs={[rightTo('UNRESERVE_RESOURCES', reservation?.principal)]}
            question="Let every role have it again?"
            call={unreserve}
            perform={does(unreserve)}
          />
        )}
        {volume === undefined && resource.name === 'disk' && <MakeVolume id={id} resource={plain} />}
      </td>
    </tr>
  );
}

function MakeVolume({ id, resource }: { readonly id: string; readonly resource: Resource }) {
  const [name, setName] = useState('');
  const [size, setSize] = useState('');
  const value = size === '' ? (resource.scalar?.value ?? 0) : Number(size);
  const disk = {
    ...resource.disk,
    persistence: { id: name, ...asOurs() },
    volume: { container_path: 'volume', mode: 'RW' },
  };
  const volumes = [{ ...resource, scalar: { value }, disk }];
  const body = { type: 'CREATE_VOLUMES', create_volumes: { agent_id: { value: id }, volumes } };
  return (
    <Action
      label="Make a volume"
      needs={[`CREATE_VOLUME:${resource.reservations?.at(-1)?.role ?? '*'}`]}
      question="Keep this disk as a volume that outlives tasks?"
      call={body}
      perform={does(body)}
    >
      <label>
        {t('ID of the volume')}{' '}
        <input required value={name} onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <label>
        {t('Size, in MiB')}{' '}
        <input
          type="number"
          min="1"
          value={size === '' ? String(value) : size}
          onInput={(event) => setSize(event.currentTarget.value)}
        />
      </label>
    </Action>
  );
}

function Reserve({ id }: { readonly id: string }) {
  const [role, setRole] = useState('');
  const [text, setText] = useState('');
  const body = () => ({
    type: 'RESERVE_RESOURCES',
    reserve_resources: { agent_id: { value: id }, resources: resourcesOf(text, role) },
  });
  return (
    <div class="actions">
      <Action
        label="Reserve"
        needsThen={role === '' ? [] : [`RESERVE_RESOURCES:${role}`]}
        question="Keep what for which role? Offers that have it are taken back."
        perform={() => does(body())()}
      >
        <label>
          {t('Role')} <input required value={role} onInput={(event) => setRole(event.currentTarget.value)} />
        </label>
        <label>
          {t('Resources')}{' '}
          <input
            required
            placeholder="cpus:1;mem:256;disk:100"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
      </Action>
    </div>
  );
}

/** Where the master asks who one is, what is reserved and made is theirs by name; it refuses another one, and none. */
function asOurs(): { principal?: string } {
  return principal.value === undefined ? {} : { principal: principal.value };
}

/** Of what nobody owns anybody's right is asked. */
function rightTo(action: string, owner: string | undefined): string {
  return owner === undefined ? action : `${action}:${owner}`;
}

/** `cpus:1;mem:256`, for a role. @throws Error for what is not so written */
function resourcesOf(text: string, role: string): Resource[] {
  return text
    .split(/[;\s]+/)
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([\w-]+):(\d+(?:\.\d+)?)$/.exec(part);
      if (match === null) throw new Error(t("'{part}' is not like cpus:1", { part }));
      const [, name = '', value] = match;
      const reservations = [{ type: 'DYNAMIC', role, ...asOurs() }];
      return { name, type: 'SCALAR', scalar: { value: Number(value) }, reservations };
    });
}

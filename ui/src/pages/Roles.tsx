/** Roles: weights, quota, what they hold; and the ways to change them. */

import { useState } from 'preact/hooks';
import { scalar } from '../data/facts.ts';
import { call } from '../data/http.ts';
import type { Resource } from '../data/types.ts';
import { memoryText, numberText } from '../format.ts';
import { t } from '../language.ts';
import { Action } from '../parts/Action.tsx';
import { ApiLink, Problem } from '../parts/bits.tsx';
import { useLoaded } from '../use.ts';

interface Role {
  readonly name: string;
  readonly weight: number;
  readonly frameworks?: readonly { readonly value: string }[];
  readonly resources?: readonly Resource[];
}

type Scalars = Readonly<Record<string, { readonly value: number }>>;

interface QuotaConfig {
  readonly role: string;
  readonly guarantees?: Scalars;
  readonly limits?: Scalars;
}

interface Known {
  readonly roles: readonly Role[];
  readonly quota: ReadonlyMap<string, QuotaConfig>;
}

async function askRoles(): Promise<Known> {
  const [roles, quota] = await Promise.all([
    call<{ get_roles: { roles?: readonly Role[] } }>({ type: 'GET_ROLES' }),
    call<{ get_quota: { status: { configs?: readonly QuotaConfig[] } } }>({ type: 'GET_QUOTA' }),
  ]);
  const configs = quota.get_quota.status.configs ?? [];
  return {
    roles: roles.get_roles.roles ?? [],
    quota: new Map(configs.map((config) => [config.role, config])),
  };
}

export function Roles() {
  const { value, problem, again } = useLoaded(askRoles, [], true);
  return (
    <>
      <h1>{t('Roles')}</h1>
      <ApiLink path="/roles" />
      <Problem text={problem} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div class="scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('Role')}</th>
              <th scope="col" class="numeric">
                {t('Weight')}
              </th>
              <th scope="col" class="numeric">
                {t('Frameworks')}
              </th>
              <th scope="col" class="numeric">
                {t('CPUs')}
              </th>
              <th scope="col" class="numeric">
                {t('Memory')}
              </th>
              <th scope="col" class="numeric">
                {t('Disk')}
              </th>
              <th scope="col">{t('Guaranteed')}</th>
              <th scope="col">{t('Limit')}</th>
              <th scope="col">
                <span class="hidden">{t('Change')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {(value?.roles ?? []).map((role) => (
              <RoleRow key={role.name} role={role} config={value?.quota.get(role.name)} changed={again} />
            ))}
          </tbody>
        </table>
      </div>
      <NewQuota changed={again} />
    </>
  );
}

interface RowProps {
  readonly role: Role;
  readonly config: QuotaConfig | undefined;
  changed(): void;
}

function RoleRow({ role, config, changed }: RowProps) {
  return (
    <tr>
      <td>{role.name}</td>
      <td class="numeric">{numberText(role.weight)}</td>
      <td class="numeric">{role.frameworks?.length ?? 0}</td>
      <td class="numeric">{numberText(scalar(role.resources, 'cpus'))}</td>
      <td class="numeric">{memoryText(scalar(role.resources, 'mem'))}</td>
      <td class="numeric">{memoryText(scalar(role.resources, 'disk'))}</td>
      <td>{scalarsText(config?.guarantees)}</td>
      <td>{scalarsText(config?.limits)}</td>
      <td class="actions">
        <SetWeight role={role} changed={changed} />
        <SetQuota role={role.name} config={config} changed={changed} />
      </td>
    </tr>
  );
}

function scalarsText(scalars: Scalars | undefined): string {
  const entries = Object.entries(scalars ?? {});
  return entries.length === 0
    ? '–'
    : entries.map(([name, { value }]) => `${name}:${numberText(value)}`).join(', ');
}

function SetWeight({ role, changed }: { readonly role: Role; changed(): void }) {
  const [weight, setWeight] = useState(String(role.weight));
  const body = {
    type: 'UPDATE_WEIGHTS',
    update_weights: { weight_infos: [{ role: role.name, weight: Number(weight) }] },
  };
  return (
    <Action
      label="Weight"
      needs={[`UPDATE_WEIGHT:${role.name}`]}
      question={t('How much more than others is {role} to get?', { role: role.name })}
      call={body}
      perform={() => call(body).then(changed)}
    >
      <label>
        {t('Weight')}{' '}
        <input
          type="number"
          min="0.01"
          step="any"
          required
          value={weight}
          onInput={(event) => setWeight(event.currentTarget.value)}
        />
      </label>
    </Action>
  );
}

interface QuotaProps {
  readonly role: string;
  readonly config: QuotaConfig | undefined;
  changed(): void;
}

function SetQuota({ role, config, changed }: QuotaProps) {
  const [guarantees, setGuarantees] = useState(formText(config?.guarantees));
  const [limits, setLimits] = useState(formText(config?.limits));
  const [force, setForce] = useState(false);
  const body = {
    type: 'UPDATE_QUOTA',
    update_quota: {
      force,
      quota_configs: [{ role, guarantees: scalarsOf(guarantees), limits: scalarsOf(limits) }],
    },
  };
  return (
    <Action
      label="Quota"
      needs={[`UPDATE_QUOTA_WITH_CONFIG:${role}`]}
      question={t(
        'What is {role} sure to get, and what may it have at most? Empty: nothing is sure, and there is no bound.',
        { role },
      )}
      call={body}
      perform={() => call(body).then(changed)}
    >
      <label>
        {t('Guaranteed')}{' '}
        <input
          value={guarantees}
          placeholder={t('cpus:4, mem:8192')}
          onInput={(event) => setGuarantees(event.currentTarget.value)}
        />
      </label>
      <label>
        {t('Limit')}{' '}
        <input
          value={limits}
          placeholder={t('cpus:8')}
          onInput={(event) => setLimits(event.currentTarget.value)}
        />
      </label>
      <label>
        <input type="checkbox" checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />{' '}
        {t('although the cluster may not have that much')}
      </label>
    </Action>
  );
}

/** Quota for a role that nobody is in yet. */
function NewQuota({ changed }: { changed(): void }) {
  const [role, setRole] = useState('');
  return (
    <div class="actions">
      <label>
        {t('Another role')} <input value={role} onInput={(event) => setRole(event.currentTarget.value)} />
      </label>
      {role !== '' && <SetQuota role={role} config={undefined} changed={changed} />}
    </div>
  );
}

function formText(scalars: Scalars | undefined): string {
  return Object.entries(scalars ?? {})
    .map(([name, { value }]) => `${name}:${value}`)
    .join(', ');
}

/** What is no number is sent as it is: the master says what is wrong with it. */
function scalarsOf(text: string): Record<string, { value: number | string }> {
  const pairs = text
    .split(/[,;]/)
    .map((piece) => piece.trim())
    .filter((piece) => piece !== '');
  return Object.fromEntries(
    pairs.map((piece) => {
      const [name = '', number = ''] = piece.split(':').map((part) => part.trim());
      const value = Number(number);
      return [name, { value: number === '' || Number.isNaN(value) ? number : value }];
    }),
  );
}

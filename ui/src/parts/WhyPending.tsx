/** Why a framework gets no offers, in the words of the master. */

import { getJson } from '../data/http.ts';
import { numberText, percentText } from '../format.ts';
import { t } from '../language.ts';
import { useLoaded } from '../use.ts';
import { Ago, ApiLink, Problem, WideTable } from './bits.tsx';

interface Why {
  readonly frameworks?: readonly {
    readonly id: string;
    readonly name: string;
    readonly roles: readonly {
      readonly role: string;
      readonly weight: number;
      readonly role_share: number;
      readonly refused_agents: number;
      readonly answers: readonly {
        readonly code: string;
        readonly text: string;
        readonly since: number;
        readonly until: number;
        readonly times: number;
      }[];
    }[];
  }[];
}

export function WhyPending({ framework }: { readonly framework?: string }) {
  const path = framework === undefined ? '/why' : `/why?framework_id=${encodeURIComponent(framework)}`;
  const { value, problem, again } = useLoaded(() => getJson<Why>(path), [path]);
  return (
    <section aria-label={t('Why pending')}>
      <h2>
        {t('Why it gets what it gets')}{' '}
        <button type="button" onClick={again}>
          {t('Ask again')}
        </button>
      </h2>
      <ApiLink path={path} />
      <Problem text={problem} />
      {value?.frameworks?.length === 0 && <p>{t('No framework waits.')}</p>}
      {value?.frameworks?.map(({ id, name, roles }) => (
        <div key={id}>
          {framework === undefined && <h3>{name}</h3>}
          {roles.map(({ role, weight, role_share, refused_agents, answers }) => (
            <WideTable key={role}>
              <caption>
                {t('Role {role}: share {share}, weight {weight}', {
                  role,
                  share: percentText(role_share),
                  weight: numberText(weight),
                })}
                {refused_agents > 0 && t(', refuses {count} agent(s) for now', { count: refused_agents })}
              </caption>
              <thead>
                <tr>
                  <th scope="col">{t('Answer')}</th>
                  <th scope="col">{t('In words')}</th>
                  <th scope="col">{t('From')}</th>
                  <th scope="col">{t('Until')}</th>
                  <th scope="col">{t('Times')}</th>
                </tr>
              </thead>
              <tbody>
                {answers.slice(0, 20).map(({ code, text, since, until, times }) => (
                  <tr key={`${since}${code}`}>
                    <td>
                      <code>{code}</code>
                    </td>
                    <td>{text}</td>
                    <td>
                      <Ago at={since} />
                    </td>
                    <td>
                      <Ago at={until} />
                    </td>
                    <td class="numeric">{times}</td>
                  </tr>
                ))}
              </tbody>
            </WideTable>
          ))}
        </div>
      ))}
    </section>
  );
}

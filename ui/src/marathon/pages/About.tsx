/** What this Marathon is: its framework, its flags. */
import { t } from '../../language.ts';
import { ApiLink, Fact, Facts, IdText, WideTable } from '../../parts/bits.tsx';
import { info } from '../store.ts';

export function About() {
  const { value } = info;
  if (value === undefined) return <p role="status">{t('Asking Marathon …')}</p>;
  const { version, frameworkId, leader, marathon_config } = value;
  return (
    <>
      <h1>{t('About')}</h1>
      <ApiLink path="/v2/info" />
      <Facts>
        <Fact name="API of Marathon">{version}</Fact>
        <Fact name="Framework">{frameworkId === undefined ? '–' : <IdText id={frameworkId} />}</Fact>
        <Fact name="Leader">{leader}</Fact>
        <Fact name="Metrics">
          <a href="/metrics">/metrics</a>
        </Fact>
      </Facts>
      <WideTable>
        <caption>{t('Settings')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('Name')}</th>
            <th scope="col">{t('Value')}</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(marathon_config)
            .filter(([, setting]) => setting !== null && setting !== undefined)
            .map(([name, setting]) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                </td>
                <td>{typeof setting === 'object' ? JSON.stringify(setting) : String(setting)}</td>
              </tr>
            ))}
        </tbody>
      </WideTable>
    </>
  );
}

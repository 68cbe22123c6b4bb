/** Programs that bring an agent resources of theirs, as the agent told the master (GET_AGENTS, `resource_providers`). */
import type { Resource, ResourceProvider } from '../data/types.ts';
import { numberText } from '../format.ts';
import { t } from '../language.ts';
import { IdText, WideTable } from './bits.tsx';

/** Most agents have none: nothing is shown then. */
export function Providers({ providers }: { readonly providers: readonly ResourceProvider[] }) {
  if (providers.length === 0) return null;
  return (
    <section class="card" aria-label={t('Resource providers')}>
      <h2>{t('Resource providers')}</h2>
      <WideTable>
        <thead>
          <tr>
            <th scope="col">{t('Name')}</th>
            <th scope="col">{t('Type')}</th>
            <th scope="col">{t('Resources')}</th>
            <th scope="col">ID</th>
          </tr>
        </thead>
        <tbody>
          {providers.map(({ resource_provider_info: { id, name, type }, total_resources = [] }) => (
            <tr key={id?.value}>
              <td>{name}</td>
              <td>{type}</td>
              <td>{total_resources.map(resourceText).join(', ') || t('nothing now')}</td>
              <td>
                <IdText id={id?.value ?? ''} />
              </td>
            </tr>
          ))}
        </tbody>
      </WideTable>
    </section>
  );
}

/** `disk 50 (RAW)` */
function resourceText({ name, scalar, disk }: Resource): string {
  const amount = scalar === undefined ? '' : ` ${numberText(scalar.value)}`;
  const kind = disk?.source?.type;
  return `${name}${amount}${kind === undefined ? '' : ` (${kind})`}`;
}

/** Operations on resources: what was asked of agents, and what became of it. */

import { call } from '../data/http.ts';
import type { Id } from '../data/types.ts';
import { t } from '../language.ts';
import { IdText, Problem, StateBadge, WideTable } from '../parts/bits.tsx';
import { to } from '../router.ts';
import { useLoaded } from '../use.ts';

interface Operation {
  readonly framework_id?: Id;
  readonly agent_id?: Id;
  readonly info: { readonly type: string; readonly id?: Id };
  readonly latest_status: { readonly state: string; readonly message?: string };
  readonly uuid: { readonly value: string };
}

async function askOperations(): Promise<readonly Operation[]> {
  const { get_operations } = await call<{ get_operations?: { operations?: readonly Operation[] } }>({
    type: 'GET_OPERATIONS',
  });
  return get_operations?.operations ?? [];
}

export function Operations() {
  const { value = [], isKnown, problem, again } = useLoaded(askOperations, [], true);
  return (
    <>
      <h1>{t('Operations')}</h1>
      <button type="button" onClick={again}>
        {t('Ask again')}
      </button>
      <p>{t('What agents are doing to resources, or have done and not yet been acknowledged.')}</p>
      <Problem text={problem} />
      {isKnown && value.length === 0 && <p>{t('No operation is known.')}</p>}
      {value.length > 0 && (
        <WideTable>
          <thead>
            <tr>
              <th scope="col">{t('Operation')}</th>
              <th scope="col">{t('ID')}</th>
              <th scope="col">{t('State')}</th>
              <th scope="col">{t('Framework')}</th>
              <th scope="col">{t('Agent')}</th>
              <th scope="col">{t('Message')}</th>
            </tr>
          </thead>
          <tbody>
            {value.map((operation) => (
              <OperationLine key={operation.uuid.value} operation={operation} />
            ))}
          </tbody>
        </WideTable>
      )}
    </>
  );
}

function OperationLine({ operation }: { readonly operation: Operation }) {
  const { framework_id, agent_id, info, latest_status } = operation;
  return (
    <tr>
      <td>{info.type.toLowerCase()}</td>
      <td>{info.id === undefined ? '–' : <IdText id={info.id.value} />}</td>
      <td>
        <StateBadge state={latest_status.state.replace(/^OPERATION_/, '')} />
      </td>
      <td>
        {framework_id === undefined ? (
          t('an operator')
        ) : (
          <IdText id={framework_id.value} href={to('frameworks', framework_id.value)} />
        )}
      </td>
      <td>
        {agent_id === undefined ? '–' : <IdText id={agent_id.value} href={to('agents', agent_id.value)} />}
      </td>
      <td>{latest_status.message ?? ''}</td>
    </tr>
  );
}

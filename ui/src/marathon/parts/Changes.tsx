/** Who changed an app, when, and what. */
import { useState } from 'preact/hooks';
import { t } from '../../language.ts';
import { Ago, Problem, WideTable } from '../../parts/bits.tsx';
import { useLoaded } from '../../use.ts';
import { askChanges, timeOf, undoPath, wordOf } from '../changes.ts';
import type { ChangeRecord, ServiceChange } from '../types.ts';
import { Difference } from './Difference.tsx';
import { Write } from './Write.tsx';

const SHOWN = 50;

export function Changes({ id, current }: { readonly id: string; readonly current: string }) {
  const { value = [], problem } = useLoaded(() => askChanges(id, SHOWN), [id, current]);
  if (value.length === 0) return <Problem text={problem} />;
  return (
    <details>
      <summary>
        {t('Who changed it')} <span class="count">{value.length}</span>
      </summary>
      <Problem text={problem} />
      <WideTable label={t('Who changed it')}>
        <thead>
          <tr>
            <th scope="col">{t('When')}</th>
            <th scope="col">{t('By')}</th>
            <th scope="col">{t('From')}</th>
            <th scope="col">{t('What differs')}</th>
          </tr>
        </thead>
        <tbody>
          {value.map((change) => (
            <Line key={change.version} id={id} change={change} current={current} />
          ))}
        </tbody>
      </WideTable>
    </details>
  );
}

interface LineProps {
  readonly id: string;
  readonly change: ChangeRecord;
  readonly current: string;
}

function Line({ id, change, current }: LineProps) {
  const own = change.services.find((each) => each.id === id);
  return (
    <tr>
      <td>
        <Ago at={timeOf(change)} />
      </td>
      <td>{change.by ?? (change.from === undefined ? t('Marathon itself') : '–')}</td>
      <td>{change.from ?? '–'}</td>
      <td>
        {own !== undefined && <What id={id} own={own} />}
        {change.version === current && own?.before !== null && (
          <Write
            label="Undo"
            question="Take this change back, as a new deployment?"
            method="POST"
            path={undoPath(change.version)}
          />
        )}
      </td>
    </tr>
  );
}

/** The difference is read when one asks for it. */
function What({ id, own }: { readonly id: string; readonly own: ServiceChange }) {
  const [isOpen, setOpen] = useState(false);
  const { before, after } = own;
  if (before === null || after === null) return <span>{t(wordOf(own))}</span>;
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('changed')}</summary>
      {isOpen && <Difference id={id} before={before} after={after} />}
    </details>
  );
}

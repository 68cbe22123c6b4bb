/** What was destroyed a moment ago, and may have been by mistake: it can be brought back. */
import { now } from '../../clock.ts';
import { t } from '../../language.ts';
import { Ago } from '../../parts/bits.tsx';
import { useLoaded } from '../../use.ts';
import { askChanges, timeOf, undoPath, wordOf } from '../changes.ts';
import { apps, pods } from '../store.ts';
import type { ChangeRecord } from '../types.ts';
import { Write } from './Write.tsx';

/** So long it is offered; by the API it can be done later, too. */
const OFFERED_S = 600;
const LOOKED_AT = 20;

export function Removed({ group }: { readonly group: string }) {
  const present = [...apps.value.keys(), ...pods.value];
  const { value = [], again } = useLoaded(() => askChanges(group, LOOKED_AT), [group, present.join()]);
  const fresh = value
    .filter((change) => now.value - timeOf(change) < OFFERED_S)
    .map((change) => ({ change, gone: goneBy(change, new Set(present)) }))
    .filter(({ gone }) => gone.length > 0);
  return (
    <>
      {fresh.map(({ change, gone }) => (
        <section class="card undo" key={change.version} aria-label={t('Destroyed a moment ago')}>
          <span>
            {t('destroyed')} <Ago at={timeOf(change)} />
            {change.by !== undefined && ` (${change.by})`}: <strong>{shortList(gone)}</strong>
          </span>
          <Write
            label="Bring back"
            question="Define it again as it was last? Its instances begin anew."
            method="POST"
            path={undoPath(change.version)}
            done={again}
          />
        </section>
      ))}
    </>
  );
}

/** Undone as a whole: what did something else, too, is undone by its versions. */
function goneBy({ services }: ChangeRecord, present: ReadonlySet<string>): string[] {
  const isRemoval = services.every((each) => wordOf(each) === 'destroyed');
  return isRemoval && services.every(({ id }) => !present.has(id)) ? services.map(({ id }) => id) : [];
}

function shortList(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).join(', ');
  return ids.length > 5 ? `${shown} … (${ids.length})` : shown;
}

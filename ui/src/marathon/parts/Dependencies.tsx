/** Which apps of a group wait for which: a drawing, and the same in words. */
import { useMemo } from 'preact/hooks';
import { Drawing } from '../../charts/Drawing.tsx';
import { t } from '../../language.ts';
import { to } from '../../router.ts';
import { dependencyChart } from '../dependencies.ts';
import { apps, groupDependencies } from '../store.ts';

export function Dependencies({ group }: { readonly group: string }) {
  const chart = dependencyChart(apps.value.values(), group, groupDependencies.value);
  const key = JSON.stringify(chart);
  // Laid out anew when something depends on something else, not whenever an instance starts.
  const drawn = useMemo(() => chart, [key]);
  if (drawn === undefined) return null;
  const up = drawn.states.map(({ path }) => path).filter(isUp);
  return (
    <section class="card" aria-label={t('Dependencies')}>
      <h2>{t('What waits for what')}</h2>
      <p>{t('An arrow leads to what has to be there first; what is marked is there.')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div class="canvas" tabIndex={0}>
        <Drawing chart={drawn} title={group} lit={up} marksNext={false} kind="What waits for what in" />
      </div>
      <details>
        <summary>{t('In words')}</summary>
        <ul>
          {drawn.edges.map(({ from, to: first }) => (
            <li key={`${from}→${first}`}>
              <Service id={from} /> {t('waits for')} <Service id={first} />
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}

function Service({ id }: { readonly id: string }) {
  return <a href={apps.value.has(id) ? to('apps', id) : to('group', id)}>{id}</a>;
}

/** An app with all its instances; a group is not marked. */
function isUp(id: string): boolean {
  const app = apps.value.get(id);
  return app !== undefined && app.instances > 0 && app.tasksRunning >= app.instances;
}

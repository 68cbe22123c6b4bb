/** One app: how it is, why it waits, its instances, what failed last, its versions; and all that can be done to it. */

import { useState } from 'preact/hooks';
import { t } from '../../language.ts';
import { ApiLink, Fact, Facts, Problem, StateBadge } from '../../parts/bits.tsx';
import { to } from '../../router.ts';
import { useLoaded } from '../../use.ts';
import { appPath, ask } from '../api.ts';
import { Changes } from '../parts/Changes.tsx';
import { Ended } from '../parts/Ended.tsx';
import { HealthBar } from '../parts/HealthBar.tsx';
import { Instances } from '../parts/Instances.tsx';
import { InstancesField } from '../parts/InstancesField.tsx';
import { LastFailure, When } from '../parts/LastFailure.tsx';
import { Versions } from '../parts/Versions.tsx';
import { Waiting } from '../parts/Waiting.tsx';
import { Write } from '../parts/Write.tsx';
import { healthOf, statusOf } from '../status.ts';
import { apps, isLoaded, queue } from '../store.ts';
import type { App, AppDetails } from '../types.ts';

export function AppPage({ id }: { readonly id: string }) {
  const app = apps.value.get(id);
  if (app === undefined)
    return (
      <p role="status">
        {isLoaded.value ? t('There is no application {id} (any more).', { id }) : t('Asking Marathon …')}{' '}
        <a href="#/">{t('All applications')}</a>
      </p>
    );
  return <Known app={app} />;
}

function Known({ app }: { readonly app: App }) {
  const { id } = app;
  const entry = queue.value.get(id);
  // A changed app is another object: then its instances are read again.
  const { value, problem } = useLoaded(
    () => ask<{ app: AppDetails }>('GET', `${appPath(id)}?extended=true`).then((answer) => answer.app),
    [id],
    app,
  );
  return (
    <>
      <Crumbs id={id} />
      <h1>
        {id} <StateBadge state={statusOf(app, entry)} />
      </h1>
      <ApiLink path={`/v2${appPath(id)}`} />
      <Facts>
        <Fact name="Instances">
          {app.tasksRunning} {t('of')} {app.instances}
        </Fact>
        <Fact name="Health">
          <HealthBar health={healthOf(app)} />
        </Fact>
        {value !== undefined && (
          <>
            <Fact name="Last scaled or restarted">
              <When text={value.versionInfo.lastScalingAt} />
            </Fact>
            <Fact name="Last configured">
              <When text={value.versionInfo.lastConfigChangeAt} />
            </Fact>
          </>
        )}
        {app.deployments.length > 0 && (
          <Fact name="Deployment">
            <a href={to('deployments')}>{app.deployments.map((each) => each.id).join(', ')}</a>
          </Fact>
        )}
      </Facts>
      <Steering app={app} isDelayed={entry?.delay.overdue === false} />
      {entry !== undefined && <Waiting entry={entry} />}
      <Problem text={problem} />
      {value !== undefined && (
        <>
          <Instances app={id} tasks={value.tasks} />
          {value.lastTaskFailure !== undefined && <LastFailure failure={value.lastTaskFailure} />}
          <Ended app={app} />
        </>
      )}
      <Changes id={id} current={app.version} />
      <Versions id={id} current={app.version} />
    </>
  );
}

function Crumbs({ id }: { readonly id: string }) {
  const names = id.split('/').filter((name) => name !== '');
  return (
    <nav class="crumbs" aria-label={t('Groups')}>
      <a href="#/">{t('all')}</a>
      {names.slice(0, -1).map((name, at) => (
        <a key={name} href={to('group', `/${names.slice(0, at + 1).join('/')}`)}>
          {name}
        </a>
      ))}
    </nav>
  );
}

function Steering({ app, isDelayed }: { readonly app: App; readonly isDelayed: boolean }) {
  const { id, instances } = app;
  const path = appPath(id);
  return (
    <div class="actions">
      <a class="button" href={to('edit', id)}>
        {t('Edit')}
      </a>
      <Scale id={id} instances={instances} />
      <Write
        label="Restart"
        question="Replace all its instances, as an upgrade does?"
        method="POST"
        path={`${path}/restart`}
      />
      {instances > 0 && (
        <Write
          label="Suspend"
          question="Scale it to 0? Its definition stays."
          method="PUT"
          path={path}
          body={{ instances: 0 }}
        />
      )}
      {isDelayed && (
        <Write
          label="Reset delay"
          question="Launch again at once, without waiting longer after the last failure?"
          method="DELETE"
          path={`/queue${path.slice('/apps'.length)}/delay`}
        />
      )}
      <Write
        label="Destroy"
        question="Its instances are killed and its definition is removed. For ten minutes it is offered to bring the definition back; what instances kept is lost."
        method="DELETE"
        path={path}
        dangerous
        confirmWord={instances > 0 ? id : undefined}
        done={() => {
          location.hash = '#/';
        }}
      />
    </div>
  );
}

function Scale({ id, instances }: { readonly id: string; readonly instances: number }) {
  const path = appPath(id);
  const [wanted, setWanted] = useState('');
  const [lasts, setLasts] = useState('');
  return (
    <Write
      label="Scale"
      question={t('How many instances of {id}? It has {instances}.', { id, instances })}
      method="PUT"
      path={Number(lasts) > 0 ? `${path}?expireAfterSeconds=${Number(lasts)}` : path}
      body={{ instances: wanted === '' ? instances : Number(wanted) }}
    >
      <InstancesField value={wanted === '' ? instances : wanted} typed={setWanted} />
      <label>
        {t('For so many seconds (empty: from now on)')}{' '}
        <input
          type="number"
          min="1"
          step="1"
          value={lasts}
          onInput={(event) => setLasts(event.currentTarget.value)}
        />
      </label>
    </Write>
  );
}

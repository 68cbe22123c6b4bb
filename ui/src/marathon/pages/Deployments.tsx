/** What is being changed, step by step, and how to stop it or take it back. */
import { t } from '../../language.ts';
import { ApiLink, IdText, Problem, StateBadge } from '../../parts/bits.tsx';
import { to } from '../../router.ts';
import { HealthBar } from '../parts/HealthBar.tsx';
import { When } from '../parts/LastFailure.tsx';
import { Write } from '../parts/Write.tsx';
import { healthOf } from '../status.ts';
import { apps, deployments, isLoaded } from '../store.ts';
import type { Action, Deployment } from '../types.ts';

export function Deployments() {
  const all = deployments.value;
  return (
    <>
      <h1>{t('Deployments')}</h1>
      <ApiLink path="/v2/deployments" />
      {isLoaded.value && all.length === 0 && <p>{t('Nothing is being deployed.')}</p>}
      {all.map((deployment) => (
        <DeploymentCard key={deployment.id} deployment={deployment} />
      ))}
    </>
  );
}

const targetOf = ({ app, pod }: Action): string => app ?? pod ?? '';

function DeploymentCard({ deployment }: { readonly deployment: Deployment }) {
  const { id, version, steps, currentStep, totalSteps, currentActions, affectedApps, state } = deployment;
  const results = currentActions.flatMap(({ readinessCheckResults }) => readinessCheckResults ?? []);
  return (
    <section class="card" aria-label={t('Deployment {id}', { id })}>
      <h2>
        <IdText id={id} /> {state !== undefined && <StateBadge state={state} />}
      </h2>
      <p>
        {t('Began')} <When text={version} />;{' '}
        {t('step {step} of {all}', { step: currentStep, all: totalSteps })}{' '}
        <progress
          max={totalSteps}
          value={currentStep - 1}
          aria-label={t('step {step} of {all}', { step: currentStep, all: totalSteps })}
        />
      </p>
      <ol>
        {steps.map(({ actions }, at) => (
          <li
            key={at}
            class={at + 1 === currentStep ? 'now' : ''}
            aria-current={at + 1 === currentStep ? 'step' : undefined}
          >
            {actions.map((action) => `${action.action} ${targetOf(action)}`).join(', ')}
            {at + 1 < currentStep && ` – ${t('done')}`}
            {at + 1 === currentStep && ` – ${t('now')}`}
          </li>
        ))}
      </ol>
      <ul>
        {affectedApps.map((app) => {
          const known = apps.value.get(app);
          return (
            <li key={app}>
              <a href={to('apps', app)}>{app}</a>{' '}
              {known !== undefined && <HealthBar health={healthOf(known)} />}
            </li>
          );
        })}
      </ul>
      {results
        .filter(({ ready }) => !ready)
        .map(({ taskId, lastResponse }) => (
          <Problem
            key={taskId}
            text={
              lastResponse === undefined
                ? t('{id} is not ready', { id: taskId })
                : t('{id} is not ready: it answered {answer}', {
                    id: taskId,
                    answer: `${lastResponse.status} ${lastResponse.body.slice(0, 200)}`,
                  })
            }
          />
        ))}
      <Steering id={id} state={state ?? ''} />
    </section>
  );
}

function Steering({ id, state }: { readonly id: string; readonly state: string }) {
  const path = `/deployments/${encodeURIComponent(id)}`;
  return (
    <div class="actions">
      {state === 'paused' ? (
        <>
          <Write label="Resume" question="Go on with it?" method="POST" path={`${path}/resume`} />
          <Write
            label="Promote"
            question="Go on without stopping at further canary steps?"
            method="POST"
            path={`${path}/promote`}
          />
        </>
      ) : (
        <Write
          label="Pause"
          question="Launch and kill nothing more until it is resumed?"
          method="POST"
          path={`${path}/pause`}
        />
      )}
      <Write
        label="Roll back"
        question="A new deployment brings back what was before. What is new is killed."
        method="DELETE"
        path={path}
        dangerous
      />
      <Write
        label="Stop"
        question="Leave everything as it is at this moment, neither old nor new?"
        method="DELETE"
        path={`${path}?force=true`}
        dangerous
      />
    </div>
  );
}

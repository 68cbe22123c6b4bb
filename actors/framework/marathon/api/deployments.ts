/** `/v2/deployments` (spec: marathon.md §6), with ways to pause, resume and promote. */
import type { Deployment } from '../deployments/deployment.ts';
import { actionJson, stepJson } from '../deployments/planJson.ts';
import { ApiError } from '../errors.ts';
import type { Instance } from '../instances/instance.ts';
import type { Marathon } from '../marathon.ts';
import { isOutdated } from '../model/spec.ts';
import { committed, wrongMethod } from './apps.ts';
import type { Answer, Call } from './call.ts';

export function deploymentsRoute(marathon: Marathon, call: Call): Answer {
  const [id = '', verb] = call.rest.split('/');
  if (id === '') {
    if (call.method !== 'GET') return wrongMethod(call, 'GET');
    return {
      body: [...marathon.deployments.all()].map((each) => deploymentJson(marathon, each, call.extended)),
    };
  }
  const deployment = marathon.deployments.get(id);
  if (deployment === undefined) throw new ApiError(404, `DeploymentPlan ${id} does not exist`);
  if (verb !== undefined) return move(marathon, call, deployment, verb);
  if (call.method === 'GET') return { body: deploymentJson(marathon, deployment, true) };
  if (call.method !== 'DELETE') return wrongMethod(call, 'GET and DELETE');
  if (!call.flag('force')) return committed(marathon.writes.revert(deployment.plan));
  marathon.deployments.cancel(deployment, 'it was cancelled');
  return { status: 202 };
}

function move({ deployments }: Marathon, call: Call, deployment: Deployment, verb: string): Answer {
  if (call.method !== 'POST') return wrongMethod(call, 'POST');
  switch (verb) {
    case 'pause':
      deployments.pause(deployment);
      break;
    case 'resume':
      deployments.resume(deployment);
      break;
    case 'promote':
      deployments.resume(deployment, true);
      break;
    case 'abort':
      deployments.cancel(deployment, 'it was aborted');
      break;
    default:
      throw new ApiError(404, `There is nothing at '${call.request.path}' here`);
  }
  return { body: { id: deployment.id, state: deployment.chart.value } };
}

function deploymentJson({ readiness }: Marathon, deployment: Deployment, extended: boolean): object {
  const { id, plan, actions, step, affected } = deployment;
  const isPod = (service: string): boolean =>
    plan.steps.some((each) => each.some((action) => action.id === service && action.pod));
  return {
    id,
    version: plan.version,
    affectedApps: affected.filter((each) => !isPod(each)),
    affectedPods: affected.filter(isPod),
    steps: plan.steps.map(stepJson),
    currentActions: actions.map((action) => ({
      ...actionJson(action),
      readinessCheckResults: readiness.resultsOf(action.id, (instance) => isNew(deployment, instance)),
    })),
    currentStep: step + 1,
    totalSteps: plan.steps.length,
    ...(extended && { state: deployment.chart.value }),
  };
}

/** Whether the deployment itself launched the instance, or wants it as it is. */
function isNew(deployment: Deployment, instance: Instance): boolean {
  const target = deployment.targetOf(instance.service);
  return target !== undefined && !isOutdated(instance, target);
}

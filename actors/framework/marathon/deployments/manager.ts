/** All deployments that are under way: who has which service, what they do, how they end (spec: marathon.md §15). */
import type { Timer } from '../../../../runtime/index.ts';
import type { Transition } from '../../../../statecharts/index.ts';
import type { EventBus } from '../events/bus.ts';
import { isOutdated } from '../model/spec.ts';
import type { StateStore } from '../store/store.ts';
import { Deployment, type DeploymentRecord } from './deployment.ts';
import type { Plan } from './plan.ts';
import { planSummary, stepJson } from './planJson.ts';

export interface DeploymentsOptions {
  readonly store: StateStore;
  readonly events: EventBus;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  /** A service's deployment begins, moves on or ends: what it wants may be something else now. */
  readonly changed: (services: readonly string[]) => void;
  readonly locked: (service: string) => void;
  readonly unlocked: (service: string) => void;
  /** Nothing is left of a service. */
  readonly stopped: (service: string) => void;
  /** A deployment failed and is to be undone. */
  readonly revert: (plan: Plan) => void;
  readonly failed: (where: string, error: unknown) => void;
}

/** Beside the record of the deployment, which is large and written once. */
interface StepRecord {
  readonly step: number;
}

function stepKey({ id }: Plan): string {
  return `deployment-step/${id}`;
}

export class Deployments {
  readonly #options: DeploymentsOptions;
  readonly #all = new Map<string, Deployment>();
  readonly #byService = new Map<string, Deployment>();
  /** Since the start of the program. */
  started = 0;
  dismissed = 0;

  constructor(options: DeploymentsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  all(): Iterable<Deployment> {
    return this.#all.values();
  }

  get(id: string): Deployment | undefined {
    return this.#all.get(id);
  }

  /** The deployment that has this service now. */
  of(service: string): Deployment | undefined {
    return this.#byService.get(service);
  }

  /** Those that have any of these services. */
  conflicting(services: readonly string[]): Deployment[] {
    return [...new Set(services.flatMap((id) => this.#byService.get(id) ?? []))];
  }

  /** Writes a plan down, then runs it. Whoever it conflicts with must have been cancelled. */
  start(plan: Plan, reverts = false): Deployment {
    this.started++;
    const deployment = this.#add({ plan, paused: false, canaries: {}, reverts });
    if (plan.steps.length > 0) this.save(deployment);
    this.#options.store.flushed(() => deployment.chart.send({ type: 'STORED' }));
    return deployment;
  }

  /**
   * Goes on with one that was under way, at the step that it had come to: what it launched in the steps before is not to be
   * taken for what nobody wants yet.
   */
  restore(record: DeploymentRecord): void {
    const reached = this.#options.store.loaded.get(stepKey(record.plan)) as StepRecord | undefined;
    const deployment = this.#add(record, reached?.step);
    deployment.chart.send({ type: 'STORED' });
    if (deployment.wasPaused) deployment.chart.send({ type: 'PAUSE_REQUESTED' });
  }

  cancel(deployment: Deployment, reason: string): void {
    deployment.reason = reason;
    this.dismissed++;
    deployment.chart.send({ type: 'CANCEL_REQUESTED' });
  }

  /** @returns whether it was running */
  pause(deployment: Deployment): boolean {
    return deployment.chart.send({ type: 'PAUSE_REQUESTED' }).changed;
  }

  /** @param all go past the canary steps that are left as well */
  resume(deployment: Deployment, all = false): void {
    for (const id of deployment.affected) deployment.passHalt(id, all);
    if (!deployment.chart.send({ type: 'RESUME_REQUESTED' }).changed) this.save(deployment);
    this.#options.changed(deployment.affected);
  }

  /** The action of a service is done for now. */
  actionDone(service: string): void {
    const deployment = this.#byService.get(service);
    const action = deployment?.actionOf(service);
    if (deployment === undefined || action === undefined || deployment.done.has(service)) return;
    if (deployment.chart.value !== 'running') return;
    deployment.done.add(service);
    if (action.verb === 'Stop') this.#options.stopped(service);
    if (deployment.done.size < deployment.actions.length) return;
    this.#tellStep(deployment, 'deployment_step_success');
    deployment.chart.send({ type: 'STEP_DONE' });
  }

  /** As many new instances as are allowed for now are healthy: it goes on, or an operator has to say that it does. */
  haltReached(deployment: Deployment, service: string): void {
    if (deployment.halt(service)?.pauses === true) {
      this.pause(deployment);
      return;
    }
    deployment.passHalt(service, false);
    this.save(deployment);
    this.#options.changed([service]);
  }

  /** An instance of a service ended that should not have. */
  instanceFailed(service: string, instance: { readonly config: string; readonly number: number }): void {
    const deployment = this.#byService.get(service);
    const target = deployment?.targetOf(service);
    if (deployment === undefined || target === undefined || isOutdated(instance, target)) return;
    const counted = (key: string): number => {
      const failures = (deployment.failures.get(key) ?? 0) + 1;
      deployment.failures.set(key, failures);
      return failures;
    };
    const { maxTotalFailures, maxFailures = maxTotalFailures, maxInstanceFailures } = target.update ?? {};
    const [inAll, ofThis] = [counted(service), counted(`${service} ${instance.number}`)];
    if (maxFailures !== undefined && inAll > maxFailures)
      deployment.reason = `${inAll} instances of ${service} failed, ${maxFailures} may`;
    else if (maxInstanceFailures !== undefined && ofThis > maxInstanceFailures)
      deployment.reason = `instance ${instance.number} of ${service} failed ${ofThis} times, ${maxInstanceFailures} are allowed`;
    else return;
    deployment.chart.send({ type: 'BUDGET_EXCEEDED' });
  }

  save(deployment: Deployment): void {
    this.#options.store.put(`deployment/${deployment.id}`, deployment.record());
  }

  #add(record: DeploymentRecord, step = 0): Deployment {
    const { delay, locked, failed } = this.#options;
    const deployment = new Deployment({
      record,
      step,
      delay,
      failed,
      moved: (each, transition) => this.#moved(each, transition),
      stepBegins: (each) => this.#stepBegins(each),
    });
    this.#all.set(deployment.id, deployment);
    for (const id of deployment.affected) {
      this.#byService.set(id, deployment);
      locked(id);
    }
    return deployment;
  }

  #stepBegins(deployment: Deployment): void {
    const { step, plan } = deployment;
    if (step > 0) this.#options.store.put(stepKey(plan), { step } satisfies StepRecord);
    this.#tellStep(deployment, 'deployment_info');
    this.#options.changed(deployment.affected);
    this.#start(deployment);
  }

  /** To start a service is to know of it: there is nothing to wait for. */
  #start(deployment: Deployment): void {
    const { step } = deployment;
    for (const { id, verb } of deployment.actions)
      if (verb === 'Start')
        this.#options.delay(0, () => {
          if (deployment.step === step) this.actionDone(id);
        });
  }

  #moved(deployment: Deployment, { value, previous }: Transition): void {
    if (value === previous) return;
    if (value === 'succeeded' || value === 'failed' || value === 'cancelled') this.#ended(deployment, value);
    else if (value === 'paused' || previous === 'paused') {
      this.save(deployment);
      this.#options.events.publish(value === 'paused' ? 'deployment_paused' : 'deployment_resumed', {
        id: deployment.id,
      });
      this.#options.changed(deployment.affected);
      this.#start(deployment);
    }
  }

  #ended(deployment: Deployment, how: 'succeeded' | 'failed' | 'cancelled'): void {
    const { store, events, unlocked, changed, revert } = this.#options;
    const { id, plan, affected } = deployment;
    this.#all.delete(id);
    store.remove(`deployment/${id}`);
    store.remove(stepKey(plan));
    for (const service of affected) {
      if (this.#byService.get(service) !== deployment) continue;
      this.#byService.delete(service);
      unlocked(service);
    }
    const members = { id, plan: planSummary(plan) };
    if (how === 'succeeded') events.publish('deployment_success', members, inFull(plan));
    else {
      const reason = deployment.reason || 'a step took longer than its deadline';
      if (how === 'failed') this.#tellStep(deployment, 'deployment_step_failure');
      events.publish('deployment_failed', { ...members, reason }, inFull(plan));
    }
    changed(affected);
    const wantsBack = affected.some((each) => deployment.targetOf(each)?.update?.autoRollback === true);
    if (how === 'failed' && wantsBack && !deployment.reverts) revert(plan);
  }

  #tellStep({ plan, actions }: Deployment, type: string): void {
    const currentStep = stepJson(actions);
    this.#options.events.publish(type, { plan: planSummary(plan), currentStep }, inFull(plan));
  }
}

/** Events are kept for a while, and with them what this holds: the plan alone. */
function inFull(plan: Plan): () => object {
  return () => ({ plan: planSummary(plan, true) });
}

/** One deployment that is under way: its plan, its chart, and what was done of its present step. */
import type { Timer } from '../../../../runtime/index.ts';
import { LiveChart, marathonDeploymentMachine, type Transition } from '../../../../statecharts/index.ts';
import type { Spec } from '../model/spec.ts';
import type { Mode } from './evaluate.ts';
import { ALL_PASSED, countInRange, type Halt, haltOf } from './pacing.ts';
import { type Action, affectedBy, type Plan } from './plan.ts';

/** What is written down of a deployment. */
export interface DeploymentRecord {
  readonly plan: Plan;
  readonly paused: boolean;
  /** Halts that were passed, by service. */
  readonly canaries: Readonly<Record<string, number>>;
  /** It brings back what another one changed: it is never reverted by itself. */
  readonly reverts: boolean;
}

export interface DeploymentOptions {
  readonly record: DeploymentRecord;
  /** The step that it had come to. */
  readonly step: number;
  readonly delay: (delayMs: number, run: () => void) => Timer;
  readonly moved: (deployment: Deployment, transition: Transition) => void;
  readonly stepBegins: (deployment: Deployment) => void;
  readonly failed: (where: string, error: unknown) => void;
}

/** About a century. */
const FOR_EVER_MS = 3_155_760_000_000;

export class Deployment {
  readonly plan: Plan;
  readonly reverts: boolean;
  readonly affected: readonly string[];
  readonly chart: LiveChart<typeof marathonDeploymentMachine>;
  /** Services of the present step whose actions are done. */
  readonly done = new Set<string>();
  /** Instances of the new version that failed: by service, and by service and number. */
  readonly failures = new Map<string, number>();
  readonly canaries: Map<string, number>;
  /** Why it ended other than well. */
  reason = '';
  /** It was paused when it was written down. */
  readonly wasPaused: boolean;
  readonly #stepOf = new Map<string, number>();
  /** What each step does, by service. */
  readonly #actions: readonly ReadonlyMap<string, Action>[];
  readonly #restarted = new Set<string>();
  readonly #started = new Set<string>();
  readonly #moved = new Set<string>();

  constructor({ record, step, delay, moved, stepBegins, failed }: DeploymentOptions) {
    const { plan, paused, canaries, reverts } = record;
    this.plan = plan;
    this.reverts = reverts;
    this.wasPaused = paused;
    this.canaries = new Map(Object.entries(canaries));
    this.affected = affectedBy(plan);
    this.#actions = plan.steps.map((step) => new Map(step.map((action) => [action.id, action])));
    plan.steps.forEach((step, index) => {
      for (const { id, verb, moves } of step) {
        this.#stepOf.set(id, index);
        if (verb === 'Restart') this.#restarted.add(id);
        if (verb === 'Start') this.#started.add(id);
        if (moves === true) this.#moved.add(id);
      }
    });
    this.chart = new LiveChart(marathonDeploymentMachine, {
      id: plan.id,
      input: { steps: plan.steps.length, step },
      clock: { setTimer: (delayMs, run) => delay(delayMs, run) },
      delays: { DEADLINE: () => this.#deadlineMs() },
      onTransition: (transition) => {
        const { value, event } = transition;
        if (value === 'running' && (event.type === 'STORED' || event.type === 'STEP_DONE')) {
          this.done.clear();
          stepBegins(this);
        }
        moved(this, transition);
      },
      onError: ({ where, error }) => failed(where, error),
    });
  }

  get id(): string {
    return this.plan.id;
  }

  /** Index of the present step. */
  get step(): number {
    return this.chart.context.step;
  }

  /** Actions of the present step; none before it began. */
  get actions(): readonly Action[] {
    return this.plan.steps[this.step] ?? [];
  }

  get paused(): boolean {
    return this.chart.value === 'paused';
  }

  get active(): boolean {
    return this.chart.hasTag('active');
  }

  actionOf(service: string): Action | undefined {
    return this.#actions[this.step]?.get(service);
  }

  targetOf(service: string): Spec | undefined {
    return this.plan.target[service] ?? undefined;
  }

  /**
   * How a service is to be kept now: as before until its turn comes, then as the plan wants it.
   * @returns undefined while nothing of it is to be there
   */
  wanted(service: string): { readonly mode: Mode; readonly spec: Spec } | undefined {
    const original = this.plan.original[service] ?? undefined;
    const target = this.targetOf(service);
    if (this.waits(service)) return original === undefined ? undefined : { mode: 'scale', spec: original };
    if (target === undefined) return original === undefined ? undefined : { mode: 'stop', spec: original };
    // What begins may find instances of its last life, where its end was taken back, say.
    const replaces = this.#restarted.has(service) || this.#started.has(service);
    return { mode: replaces ? 'restart' : 'scale', spec: target };
  }

  /** Whether its turn has not come: nothing of it is given up until then, whatever an earlier deployment left. */
  waits(service: string): boolean {
    return !this.active || this.step < (this.#stepOf.get(service) ?? 0);
  }

  /** Where it halts next; undefined when nothing holds it any more. */
  halt(service: string): Halt | undefined {
    const target = this.targetOf(service);
    if (target === undefined || !this.#restarted.has(service)) return undefined;
    // How updates go on says nothing of instances that are only moved.
    if (this.#moved.has(service)) return undefined;
    return haltOf(
      target.update,
      this.canaries.get(service) ?? 0,
      countInRange(target.update, target.instances),
    );
  }

  /** @param all every halt of the service, not only the next one */
  passHalt(service: string, all: boolean): void {
    if (this.halt(service) !== undefined)
      this.canaries.set(service, all ? ALL_PASSED : (this.canaries.get(service) ?? 0) + 1);
  }

  record(): DeploymentRecord {
    const { plan, paused, reverts } = this;
    return { plan, paused, reverts, canaries: Object.fromEntries(this.canaries) };
  }

  #deadlineMs(): number {
    const limits = this.actions.flatMap(({ id }) => this.targetOf(id)?.update?.deadlineSeconds ?? []);
    return limits.length === 0 ? FOR_EVER_MS : Math.min(...limits) * 1000;
  }
}

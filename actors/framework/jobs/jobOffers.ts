/** What becomes of offers: jobs are launched on them, first fit or by fitness; others are kept for a while, or declined. */
import type { Offer, TaskInfo } from '../../../proto/index.ts';
import type { SchedulerDriver } from '../driver/scheduler.ts';
import { FIRST_FIT, type MatchingRule } from '../matching/choose.ts';
import { Leases } from '../matching/leases.ts';
import { fitOffers } from './fitting.ts';
import type { Attempt, Job, JobTable } from './jobTable.ts';
import { taskOf } from './launch.ts';
import { type AgentPlan, matchOffers } from './matcher.ts';

/** Refusal of what does not fit now; what is freed meanwhile comes at once, as it is more than was refused. */
const REFUSE_SECONDS = 5;
/** Refusal while nothing waits. REVIVE ends it. */
const REFUSE_LONG_SECONDS = 600;
/** Hosts whose offers are given back in one tick, of those that were kept for long enough. */
const REJECT_HOSTS_MAX = 4;

export interface JobOffersOptions {
  readonly table: JobTable;
  /** Undefined: the first job that fits. */
  readonly rule: MatchingRule | undefined;
  /** How long offers are kept that nobody uses; 0: they are declined. */
  readonly holdMs: number;
  readonly nowMs: () => number;
  /** Runs it when all these jobs are written down. */
  readonly saved: (jobs: readonly Job[], then: () => void) => void;
  readonly launching: (agentId: string, tasks: readonly TaskInfo[]) => void;
}

export class JobOffers {
  readonly #options: JobOffersOptions;
  readonly #leases: Leases;

  constructor(options: JobOffersOptions) {
    this.#options = options;
    this.#leases = new Leases({ expiryMs: options.holdMs, rejectMax: REJECT_HOSTS_MAX });
  }

  answer(driver: SchedulerDriver, offers: readonly Offer[]): void {
    for (const plan of this.#match(this.#leases.takeWith(offers))) this.#use(driver, plan);
  }

  /** Something came to wait: what is kept may be for it. */
  again(driver: SchedulerDriver | undefined): void {
    if (driver !== undefined && this.#leases.size > 0) this.answer(driver, []);
  }

  /** Gives back what was kept for long enough; to be called every second or so. */
  tick(driver: SchedulerDriver | undefined): void {
    const expired = this.#leases.expired(this.#options.nowMs());
    if (expired.length > 0)
      driver?.decline(
        expired.map(({ id }) => id),
        this.#filters(),
      );
  }

  rescinded(offerId: string): void {
    this.#leases.rescinded(offerId);
  }

  /** The connection to the master is gone, and its offers with it. */
  disconnected(): void {
    this.#leases.clear();
  }

  #match(offers: readonly Offer[]): AgentPlan<Job>[] {
    const { table, rule } = this.#options;
    if (rule === undefined && !table.looksForPlaces)
      return matchOffers(offers, table.waiting, table.waitingShapes);
    return fitOffers(offers, [...table.waiting], rule ?? FIRST_FIT, table.hosts(), (job, failures) => {
      job.failures = failures;
    });
  }

  #use(driver: SchedulerDriver, { offers, placements }: AgentPlan<Job>): void {
    const { table, nowMs, saved, launching } = this.#options;
    const offerIds = offers.map((offer) => offer.id);
    const [offer] = offers;
    if (placements.length === 0 || offer === undefined) {
      const declined = offers.filter((each) => !this.#leases.keep(each, nowMs())).map(({ id }) => id);
      if (declined.length > 0) driver.decline(declined, this.#filters());
      return;
    }
    for (const { value } of offerIds) this.#leases.used(value);
    const launched = placements.map((placement): { job: Job; task: TaskInfo } => {
      const attempt: Attempt = table.launch(placement.job, offer);
      return { job: placement.job, task: taskOf('jobs', placement, attempt) };
    });
    saved(
      launched.map(({ job }) => job),
      () => {
        const tasks = launched.map(({ task }) => task);
        launching(offer.agent_id.value, tasks);
        driver.launch(offerIds, tasks, this.#filters());
      },
    );
  }

  #filters(): { refuse_seconds: number } {
    return { refuse_seconds: this.#options.table.waitingCount > 0 ? REFUSE_SECONDS : REFUSE_LONG_SECONDS };
  }
}

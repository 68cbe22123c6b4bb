/** Frameworks that a loaded master is measured with. */
import { type Scheduler, type SchedulerDriver, TaskState } from '../../actors/framework/index.ts';
import type { Offer, TaskInfo } from '../../proto/index.ts';
import { hostBench } from './hosted.ts';
import { type LoadedMaster, until } from './masters.ts';

const LAUNCHES = 20_000;
const TASKS_AN_OFFER = 20;
const ROUND_TRIPS = 500;

function tasksFor(offer: Offer, from: number, count: number): TaskInfo[] {
  return Array.from({ length: count }, (_, n) => ({
    name: 'bench',
    task_id: { value: `launched-${from + n}` },
    agent_id: offer.agent_id,
    resources: [
      { name: 'cpus', type: 0, scalar: { value: 0.01 } },
      { name: 'mem', type: 0, scalar: { value: 1 } },
    ],
    command: { value: 'true' },
  }));
}

/** A framework in this program, until `done`. */
async function runHosted(master: LoadedMaster, scheduler: Scheduler, done: () => boolean): Promise<void> {
  const hosted = await hostBench({ name: 'bench', create: () => scheduler }, master.port, 'nobody');
  await until(done);
  await hosted.end();
}

/** Tasks launched, run and finished a second, through one framework; every update acknowledged. */
export async function launchesPerSecond(master: LoadedMaster): Promise<number> {
  let launched = 0;
  let finished = 0;
  let startedAt = 0;
  let endedAt = 0;
  const scheduler: Scheduler = {
    offers: (driver, offers) => {
      startedAt ||= performance.now();
      for (const offer of offers) {
        const count = Math.min(TASKS_AN_OFFER, LAUNCHES - launched);
        if (count > 0) driver.launch([offer.id], tasksFor(offer, launched, count), { refuse_seconds: 0 });
        else driver.decline([offer.id], { refuse_seconds: 600 });
        launched += Math.max(0, count);
      }
    },
    update: (_driver, { state }) => {
      if (state === TaskState.TASK_FINISHED && ++finished === LAUNCHES) endedAt = performance.now();
    },
  };
  await runHosted(master, scheduler, () => finished >= LAUNCHES);
  return LAUNCHES / ((endedAt - startedAt) / 1000);
}

/**
 * Milliseconds of round trips of a status update while nothing else happens: from the framework's acknowledgement of one
 * over master and agent to the next update, which the agent keeps back until then. One task at a time.
 */
export async function updateRoundTrips(master: LoadedMaster): Promise<number[]> {
  const times: number[] = [];
  const held: Offer[] = [];
  let isBusy = false;
  let runningAt = 0;
  const next = (driver: SchedulerDriver): void => {
    const offer = isBusy || times.length === ROUND_TRIPS ? undefined : held.pop();
    if (offer === undefined) return;
    isBusy = true;
    driver.launch([offer.id], tasksFor(offer, times.length, 1), { refuse_seconds: 0 });
  };
  const scheduler: Scheduler = {
    offers: (driver, offers) => {
      held.push(...offers);
      next(driver);
    },
    update: (driver, { state }) => {
      if (state === TaskState.TASK_RUNNING) runningAt = performance.now();
      if (state !== TaskState.TASK_FINISHED) return;
      times.push(performance.now() - runningAt);
      isBusy = false;
      next(driver);
    },
  };
  await runHosted(master, scheduler, () => times.length === ROUND_TRIPS);
  return times;
}

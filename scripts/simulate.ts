/**
 * Plays scenarios under many seeds on all cores.
 *
 *   npm run simulate -- --seeds=1000 [--from=N] [--scenario=NAME] [--jobs=N] [--first]
 *   npm run simulate -- --seed=N --scenario=NAME [--lines=N]      one run: its faults and the end of its transcript
 *
 * `--jobs` says how many processes play; default: one a core. With `--first` the first failure ends it and is printed as it is.
 *
 * Exits with 1 when a seed failed, after printing it with as few faults as still make it fail; with 64 for a wrong option.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  type Outcome,
  outcomeText,
  playScenario,
  type Scenario,
  shrinkOutcome,
} from '../runtime/simulation/index.ts';
import { scenarioNamed, scenarios } from '../tests/simulation/scenarios.ts';

/** What a worker process is asked to play, and what came of it. */
interface Job {
  readonly scenario: string;
  readonly seed: number;
  /** Do not look for fewer faults. */
  readonly first: boolean;
}

interface Report {
  readonly seed: number;
  readonly messages: number;
  readonly steps: number;
  /** Simulated time, in milliseconds. */
  readonly elapsedMs: number;
  /** Empty when all held. */
  readonly failure: string;
}

/** Failures after which a campaign ends: they tend to be the same one. */
const FAILURES_MAX = 5;
const EX_USAGE = 64;

function report(scenario: Scenario, { seed, first }: Job): Report {
  const outcome = playScenario(scenario, seed);
  const failed = outcome.failure !== undefined;
  const failure = failed ? outcomeText(first ? outcome : shrinkOutcome(scenario, outcome)) : '';
  const { messages, steps, simulation } = outcome;
  return { seed, messages, steps, elapsedMs: simulation.elapsedMs, failure };
}

function work(): void {
  process.on('message', (job: Job) => process.send?.(report(scenarioNamed(job.scenario), job)));
}

function campaign(jobs: readonly Job[], processes: number): Promise<Report[]> {
  const reports: Report[] = [];
  let next = 0;
  let failures = 0;
  const self = fileURLToPath(import.meta.url);
  const one = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(self, ['--worker'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
      const give = (): void => {
        const most = jobs[0]?.first === true ? 1 : FAILURES_MAX;
        const job = failures < most ? jobs[next++] : undefined;
        if (job === undefined) child.disconnect();
        else child.send(job);
      };
      child.on('message', (came: Report) => {
        reports.push(came);
        if (came.failure !== '') {
          failures++;
          console.log(came.failure);
        }
        give();
      });
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
      give();
    });
  const workers = Math.min(processes, jobs.length);
  return Promise.all(Array.from({ length: workers }, one)).then(() => reports);
}

function playOne(scenario: Scenario, seed: number, lines: number): number {
  const outcome: Outcome = playScenario(scenario, seed);
  console.log(outcomeText(outcome, lines));
  if (outcome.failure === undefined) console.log(outcome.simulation.transcript.text(lines));
  return outcome.failure === undefined ? 0 : 1;
}

/** @throws Error naming the option */
function whole(name: string, text: string | undefined, ordinary: number): number {
  if (text === undefined) return ordinary;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name}=${text}: expected a whole number`);
  return Number(text);
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: {
      seeds: text,
      from: text,
      seed: text,
      scenario: text,
      lines: text,
      jobs: text,
      first: { type: 'boolean' },
      worker: { type: 'boolean' },
    },
  });
  if (values.worker === true) {
    work();
    return 0;
  }
  const chosen = values.scenario === undefined ? scenarios : [scenarioNamed(values.scenario)];
  const [first] = chosen;
  if (values.seed !== undefined && first !== undefined)
    return playOne(first, whole('seed', values.seed, 1), whole('lines', values.lines, 100));
  const from = whole('from', values.from, 1);
  const seeds = Array.from({ length: whole('seeds', values.seeds, 100) }, (_, at) => from + at);
  const startedMs = performance.now();
  const reports = await campaign(
    seeds.flatMap((seed) =>
      chosen.map(({ name }) => ({ scenario: name, seed, first: values.first === true })),
    ),
    Math.max(1, whole('jobs', values.jobs, availableParallelism())),
  );
  const failed = reports.filter(({ failure }) => failure !== '').length;
  const total = (of: (report: Report) => number): number => reports.reduce((sum, each) => sum + of(each), 0);
  const hours = (total(({ elapsedMs }) => elapsedMs) / 3_600_000).toFixed(0);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(
    `${reports.length} runs, ${total(({ steps }) => steps)} steps, ${total(({ messages }) => messages)} messages, ` +
      `${hours} simulated hours, ${failed} failed, ${seconds} s`,
  );
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`simulate: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = EX_USAGE;
}

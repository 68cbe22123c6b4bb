/**
 * One master with many emulated agents, which speak the whole protocol over real links, a hundred agents to a link.
 *
 * `BENCH_AGENTS=1000,10000` says how many. Each agent comes back from a change of leader with ten tasks of ten labels each, of five
 * frameworks, as in Mesos' own benchmark. Every phase tells the longest pause of the master's loop, by its own account, and the longest
 * answer to `/health` beside it; what the pauses were made of goes to stderr.
 */
import { type Figure, percentile, publish } from '../support/figures.ts';
import { launchesPerSecond, updateRoundTrips } from '../support/masterLoads.ts';
import { type LoadedMaster, loadedMaster } from '../support/masters.ts';
import { pause } from '../support/pause.ts';
import { type Phase, phase } from '../support/phases.ts';

const SUITE = 'master';
const TASKS_EACH = 10;
const READS = 5;
const FRAMEWORKS = 5;
const IDLE_MS = 5000;
const PIECES_SHOWN = 4;

const sizes = (process.env['BENCH_AGENTS'] ?? '1000,10000').split(',').map(Number);

const READINGS = {
  '/state': ['/state', undefined],
  'GET_STATE in JSON': ['/api/v1', { body: '{"type":"GET_STATE"}', accept: 'application/json' }],
  'GET_STATE in protobuf': ['/api/v1', { body: '{"type":"GET_STATE"}', accept: 'application/x-protobuf' }],
} as const;

/** The figures of one master, gathered phase by phase. */
class Figures {
  readonly all: Figure[] = [];
  private readonly agents: number;

  constructor(agents: number) {
    this.agents = agents;
  }

  add(name: string, value: number, unit: string, p99?: number): void {
    this.all.push({
      suite: SUITE,
      name: `${this.agents} agents: ${name}`,
      value,
      unit,
      ...(p99 !== undefined && { p99 }),
    });
  }

  pauses(name: string, { pauseMs, pieces }: Pick<Phase<unknown>, 'pauseMs' | 'pieces'>): void {
    this.add(`${name}: longest pause of the loop`, pauseMs, 'ms');
    const made = [...pieces].slice(0, PIECES_SHOWN).map(([what, ms]) => `${what} ${ms.toFixed(0)} ms`);
    if (made.length > 0) console.error(`${this.agents} agents, ${name}: ${made.join('; ')}`);
  }

  phase(name: string, done: Phase<unknown>): void {
    this.pauses(name, done);
    this.add(`${name}: /health beside, at most`, done.healthMs, 'ms');
  }
}

/** Reads an answer for the first time, for which everything has to be written, and then some times more. */
async function read(master: LoadedMaster, name: keyof typeof READINGS, figures: Figures): Promise<void> {
  const [page, call] = READINGS[name];
  const first = await phase(master, () => master.read(page, call));
  figures.add(`${name} for the first time`, first.seconds, 's');
  figures.phase(`${name} for the first time`, first);
  const seconds: number[] = [];
  const before = master.masterSeconds();
  const again = await phase(master, async () => {
    for (let n = 0; n < READS; n++) {
      const startedAt = performance.now();
      await master.read(page, call);
      seconds.push((performance.now() - startedAt) / 1000);
    }
  });
  figures.add(name, percentile(seconds, 0.5), 's', percentile(seconds, 0.99));
  figures.add(`${name}: processor time of the master`, (master.masterSeconds() - before) / READS, 's');
  figures.phase(name, again);
  figures.add(`size of ${name}`, first.result / 1e6, 'MB');
}

async function suiteFor(agents: number): Promise<Figure[]> {
  const master = await loadedMaster({
    agents,
    tasksEach: TASKS_EACH,
    frameworks: FRAMEWORKS,
    resources: 'cpus:16;mem:16384;disk:16384',
  });
  const figures = new Figures(agents);
  try {
    figures.add('first registration of all', master.registrationSeconds, 's');
    figures.pauses('first registration', master.registrationHeldUp);
    figures.add('memory registered', master.residentBytes() / 1e6, 'MB');
    const back = await phase(master, () => master.failOver());
    const { seconds, masterSeconds, emulationSeconds } = back.result;
    figures.add(`all back with ${agents * TASKS_EACH} tasks after a leader change`, seconds, 's');
    figures.add('processor time of the master for that', masterSeconds, 's');
    figures.add('processor time of the emulated agents for that', emulationSeconds, 's');
    figures.phase('return after a leader change', back);
    figures.add('memory with tasks', master.residentBytes() / 1e6, 'MB');
    for (const name of ['/state', 'GET_STATE in JSON', 'GET_STATE in protobuf'] as const)
      await read(master, name, figures);
    const idle = await phase(master, () => pause(IDLE_MS));
    figures.phase('nothing but allocations', idle);
    const trips = await phase(master, () => updateRoundTrips(master));
    figures.add(
      'round trip of a status update, idle',
      percentile(trips.result, 0.5),
      'ms',
      percentile(trips.result, 0.99),
    );
    const launches = await phase(master, () => launchesPerSecond(master));
    figures.add('tasks launched, run and finished', launches.result, 'tasks/s');
    figures.phase('launches', launches);
    const allocation = await master.metrics();
    const run = allocation['allocator/mesos/allocation_run_ms/p50'] ?? Number.NaN;
    figures.add('allocation run p50', run, 'ms');
    return figures.all;
  } finally {
    await master.close();
  }
}

for (const agents of sizes) publish(await suiteFor(agents));
process.exit(0);

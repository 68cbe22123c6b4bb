/**
 * One master with many emulated agents, which speak the whole protocol over real links, a hundred agents to a link.
 *
 * `BENCH_AGENTS=1000,10000` says how many. Each agent comes back from a change of leader with ten tasks of ten labels each, of five
 * frameworks, as in Mesos' own benchmark.
 */
import { hostFramework, TaskState } from '../../actors/framework/index.ts';
import type { Offer, TaskInfo } from '../../proto/index.ts';
import { mesosCodec } from '../../proto/messageCodec.ts';
import { listen } from '../../runtime/index.ts';
import { type Figure, percentile, publish } from '../support/figures.ts';
import { type LoadedMaster, loadedMaster, until } from '../support/masters.ts';

const SUITE = 'master';
const TASKS_EACH = 10;
const LAUNCHES = 20_000;
const TASKS_AN_OFFER = 20;
const READS = 5;
const FRAMEWORKS = 5;
/** A pause of the loop is told for so long. */
const FORGOTTEN_MS = 10_500;

const sizes = (process.env['BENCH_AGENTS'] ?? '1000,10000').split(',').map(Number);

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

/** Tasks launched, run and finished a second, through one framework; every update acknowledged. */
async function launchesPerSecond(master: LoadedMaster): Promise<number> {
  const listening = await listen({ codec: mesosCodec });
  let launched = 0;
  let finished = 0;
  let startedAt = 0;
  const hosted = hostFramework(listening.node, {
    definition: {
      name: 'bench',
      create: () => ({
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
          if (state === TaskState.TASK_FINISHED) finished++;
        },
      }),
    },
    framework: {
      user: 'nobody',
      name: 'bench',
      checkpoint: true,
      failover_timeout: 60,
      roles: ['*'],
      capabilities: [{ type: 6 }, { type: 5 }, { type: 7 }],
    },
    master: { host: '127.0.0.1', port: master.port },
    options: {},
    print: () => {},
  });
  await until(() => finished >= LAUNCHES);
  const seconds = (performance.now() - startedAt) / 1000;
  hosted.finish({ exitCode: 0 });
  await hosted.ended;
  await listening.shutdown();
  return LAUNCHES / seconds;
}

interface StateReads {
  /** The first one, for which everything had to be written. */
  readonly firstSeconds: number;
  readonly seconds: number[];
  readonly masterSeconds: number;
  readonly bytes: number;
  /** The longest answer to `/health` meanwhile. */
  readonly healthMs: number;
  /** The longest pause of the master's loop meanwhile, by its own account. */
  readonly pauseMs: number;
}

async function readState(master: LoadedMaster): Promise<StateReads> {
  const seconds: number[] = [];
  let bytes = 0;
  let healthMs = 0;
  let pauseMs = 0;
  // What came before is forgotten by then.
  await new Promise((resolve) => setTimeout(resolve, FORGOTTEN_MS));
  const masterSeconds = master.masterSeconds();
  for (let n = 0; n <= READS; n++) {
    const startedAt = performance.now();
    let reading = true;
    const asked = (async () => {
      while (reading) {
        const at = performance.now();
        await master.get('/health');
        healthMs = Math.max(healthMs, performance.now() - at);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    bytes = await master.read('/state');
    seconds.push((performance.now() - startedAt) / 1000);
    reading = false;
    await asked;
    pauseMs = Math.max(pauseMs, (await master.metrics())['runtime/event_loop_pause_max_ms'] ?? Number.NaN);
  }
  const [firstSeconds = Number.NaN, ...again] = seconds;
  const spent = master.masterSeconds() - masterSeconds;
  return { firstSeconds, seconds: again, masterSeconds: spent / (READS + 1), bytes, healthMs, pauseMs };
}

async function suiteFor(agents: number): Promise<Figure[]> {
  const master = await loadedMaster({
    agents,
    tasksEach: TASKS_EACH,
    frameworks: FRAMEWORKS,
    resources: 'cpus:16;mem:16384;disk:16384',
  });
  const figure = (name: string, value: number, unit: string, p99?: number): Figure => ({
    suite: SUITE,
    name: `${agents} agents: ${name}`,
    value,
    unit,
    ...(p99 !== undefined && { p99 }),
  });
  try {
    const idle = master.residentBytes();
    const back = await master.failOver();
    const full = master.residentBytes();
    const state = await readState(master);
    const allocation = await master.metrics();
    const rate = await launchesPerSecond(master);
    return [
      figure('first registration of all', master.registrationSeconds, 's'),
      figure(`all back with ${agents * TASKS_EACH} tasks after a leader change`, back.seconds, 's'),
      figure('processor time of the master for that', back.masterSeconds, 's'),
      figure('processor time of the emulated agents for that', back.emulationSeconds, 's'),
      figure('/state for the first time', state.firstSeconds, 's'),
      figure('/state', percentile(state.seconds, 0.5), 's', percentile(state.seconds, 0.99)),
      figure('processor time of the master for one', state.masterSeconds, 's'),
      figure('size of /state', state.bytes / 1e6, 'MB'),
      figure("the loop's longest pause meanwhile", state.pauseMs, 'ms'),
      figure('/health beside /state, at most', state.healthMs, 'ms'),
      figure('memory registered', idle / 1e6, 'MB'),
      figure('memory with tasks', full / 1e6, 'MB'),
      figure('allocation run p50', allocation['allocator/mesos/allocation_run_ms/p50'] ?? Number.NaN, 'ms'),
      figure('tasks launched, run and finished', rate, 'tasks/s'),
    ];
  } finally {
    await master.close();
  }
}

for (const agents of sizes) publish(await suiteFor(agents));
process.exit(0);

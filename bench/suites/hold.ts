/**
 * Very many emulated agents on one master, held for a while: every one is pinged every 15 s and answers. `BENCH_HOLD` says how many
 * (50,000), `BENCH_HOLD_SECONDS` how long (200).
 */
import { type Figure, publish } from '../support/figures.ts';
import { loadedMaster } from '../support/masters.ts';
import { pause } from '../support/pause.ts';

const AGENTS = Number(process.env['BENCH_HOLD'] ?? 50_000);
const SECONDS = Number(process.env['BENCH_HOLD_SECONDS'] ?? 200);
const LOOK_MS = 5000;

const master = await loadedMaster({
  agents: AGENTS,
  tasksEach: 0,
  frameworks: 1,
  resources: 'cpus:16;mem:16384;disk:16384',
});
const figure = (name: string, value: number, unit: string): Figure => ({
  suite: 'hold',
  name: `${AGENTS} agents: ${name}`,
  value,
  unit,
});
const active = async (): Promise<number> => (await master.metrics())['master/slaves_active'] ?? 0;
const startedAt = performance.now();
const spent = master.masterSeconds();
let [fewest, memory, pauseMs] = [AGENTS, 0, 0];
while (performance.now() - startedAt < SECONDS * 1000) {
  await pause(LOOK_MS);
  fewest = Math.min(fewest, await active());
  memory = Math.max(memory, master.residentBytes());
  pauseMs = Math.max(pauseMs, (await master.metrics())['runtime/event_loop_pause_max_ms'] ?? Number.NaN);
}
const seconds = (performance.now() - startedAt) / 1000;
publish([
  figure('registered after', master.registrationSeconds, 's'),
  figure('watched for', seconds, 's'),
  figure('active at the worst moment', fewest, 'agents'),
  figure('memory at most', memory / 1e6, 'MB'),
  figure('share of a processor', (100 * (master.masterSeconds() - spent)) / seconds, '%'),
  figure("the loop's longest pause", pauseMs, 'ms'),
]);
await master.close();
process.exit(0);

/**
 * How what a master costs grows: with the agents, with the frameworks whose tasks they have, with the tasks of each. Every row is a
 * master that takes over, has all agents back, and tells its whole state twice.
 */
import { type Figure, publish } from '../support/figures.ts';
import { loadedMaster } from '../support/masters.ts';

const SUITE = 'growth';

interface Size {
  readonly agents: number;
  readonly frameworks: number;
  readonly tasksEach: number;
}

const SIZES: readonly Size[] = [
  { agents: 1000, frameworks: 5, tasksEach: 10 },
  { agents: 3000, frameworks: 5, tasksEach: 10 },
  { agents: 10_000, frameworks: 5, tasksEach: 10 },
  { agents: 3000, frameworks: 1, tasksEach: 10 },
  { agents: 3000, frameworks: 100, tasksEach: 10 },
  { agents: 3000, frameworks: 1000, tasksEach: 10 },
  { agents: 10_000, frameworks: 5, tasksEach: 1 },
  { agents: 10_000, frameworks: 5, tasksEach: 5 },
];

async function row(size: Size): Promise<Figure[]> {
  const { agents, frameworks, tasksEach } = size;
  const master = await loadedMaster({ ...size, resources: 'cpus:16;mem:16384;disk:16384' });
  const name = `${agents} agents, ${frameworks} frameworks, ${agents * tasksEach} tasks`;
  const figure = (what: string, value: number, unit: string): Figure => ({
    suite: SUITE,
    name: `${name}: ${what}`,
    value,
    unit,
  });
  const timed = async (): Promise<number> => {
    const before = master.masterSeconds();
    await master.read('/state');
    return master.masterSeconds() - before;
  };
  try {
    const { seconds, masterSeconds } = await master.failOver();
    const memory = master.residentBytes();
    return [
      figure('all back', seconds, 's'),
      figure('processor time for that', masterSeconds, 's'),
      figure('the same for each agent', (masterSeconds / agents) * 1e6, 'µs'),
      figure('memory', memory / 1e6, 'MB'),
      figure('processor time of the first /state', await timed(), 's'),
      figure('of the second', await timed(), 's'),
    ];
  } finally {
    await master.close();
  }
}

for (const size of SIZES) publish(await row(size));
process.exit(0);

/**
 * How what a master costs grows: with the agents, with the frameworks whose tasks they have, with the tasks of each. Every row is a
 * master that takes over, has all agents back, and tells its whole state twice. Besides its figures it prints one table for each of the
 * three, in Markdown.
 */
import { type Figure, publish } from '../support/figures.ts';
import { loadedMaster } from '../support/masters.ts';

const SUITE = 'growth';

interface Size {
  readonly agents: number;
  readonly frameworks: number;
  readonly tasksEach: number;
}

interface Row {
  readonly size: Size;
  /** Until all agents are back. */
  readonly seconds: number;
  /** Processor time of the master for that. */
  readonly returnSeconds: number;
  readonly memoryBytes: number;
  /** Processor time of the master for its whole state, written anew and from what is kept. */
  readonly firstStateSeconds: number;
  readonly nextStateSeconds: number;
}

const MIDDLE: Size = { agents: 3000, frameworks: 5, tasksEach: 10 };

/** What grows, the rest staying as it is. A size that is in two of them is measured once. */
const SERIES: Readonly<Record<string, readonly Size[]>> = {
  agents: [1000, 3000, 10_000].map((agents) => ({ ...MIDDLE, agents })),
  frameworks: [1, 5, 100, 1000].map((frameworks) => ({ ...MIDDLE, frameworks })),
  tasks: [1, 10, 30].map((tasksEach) => ({ ...MIDDLE, tasksEach })),
};

async function measure(size: Size): Promise<Row> {
  const master = await loadedMaster({ ...size, resources: 'cpus:64;mem:65536;disk:65536' });
  const stateSeconds = async (): Promise<number> => {
    const before = master.masterSeconds();
    await master.read('/state');
    return master.masterSeconds() - before;
  };
  try {
    const { seconds, masterSeconds } = await master.failOver();
    return {
      size,
      seconds,
      returnSeconds: masterSeconds,
      memoryBytes: master.residentBytes(),
      firstStateSeconds: await stateSeconds(),
      nextStateSeconds: await stateSeconds(),
    };
  } finally {
    await master.close();
  }
}

function nameOf({ agents, frameworks, tasksEach }: Size): string {
  return `${agents} agents, ${frameworks} frameworks, ${agents * tasksEach} tasks`;
}

function figuresOf({ size, ...row }: Row): Figure[] {
  const figure = (what: string, value: number, unit: string): Figure => ({
    suite: SUITE,
    name: `${nameOf(size)}: ${what}`,
    value,
    unit,
  });
  return [
    figure('all back', row.seconds, 's'),
    figure('processor time for that', row.returnSeconds, 's'),
    figure('the same for each agent', (row.returnSeconds / size.agents) * 1e6, 'µs'),
    figure('memory', row.memoryBytes / 1e6, 'MB'),
    figure('processor time of the first /state', row.firstStateSeconds, 's'),
    figure('of the second', row.nextStateSeconds, 's'),
  ];
}

/** One line of a table. @param first what the line's processor time and memory are told as a multiple of */
function line({ size, ...row }: Row, first: Row): string {
  const times = (value: number, of: number): string => `${(value / of).toFixed(1)} ×`;
  const cells = [
    nameOf(size),
    `${row.seconds.toFixed(1)} s`,
    `${row.returnSeconds.toFixed(2)} s, ${times(row.returnSeconds, first.returnSeconds)}`,
    `${Math.round((row.returnSeconds / size.agents) * 1e6)} µs`,
    `${Math.round(row.memoryBytes / 1e6)} MB, ${times(row.memoryBytes, first.memoryBytes)}`,
    `${row.firstStateSeconds.toFixed(2)} s`,
    `${row.nextStateSeconds.toFixed(2)} s`,
  ];
  return `| ${cells.join(' | ')} |`;
}

function table(by: string, rows: readonly Row[]): string {
  const [first] = rows;
  const head = [
    `by ${by}`,
    'all back',
    'processor time',
    'an agent',
    'memory',
    'first `/state`, processor time',
    'next',
  ];
  return [
    `| ${head.join(' | ')} |`,
    `|${'---|'.repeat(head.length)}`,
    ...rows.map((row) => line(row, first ?? row)),
    '',
  ].join('\n');
}

const measured = new Map<string, Row>();
for (const [by, sizes] of Object.entries(SERIES)) {
  const rows: Row[] = [];
  for (const size of sizes) {
    const row = measured.get(nameOf(size)) ?? (await measure(size));
    if (!measured.has(nameOf(size))) publish(figuresOf(row));
    measured.set(nameOf(size), row);
    rows.push(row);
  }
  console.log(table(by, rows));
}
process.exit(0);

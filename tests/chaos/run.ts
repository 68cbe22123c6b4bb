/** One run of chaos: a cluster, work, faults; then quiet, and an account of every task. */
import { pause, stopwatch, until } from '../support/until.ts';
import { type ChaosCluster, leaders, settled, startCluster } from './cluster.ts';
import { disturb, type Faults, type Targets } from './faults.ts';
import { Service } from './service.ts';
import { taskProcesses } from './taskProcesses.ts';
import { type Book, readBook, Work, type WorkFigures } from './work.ts';

export interface ChaosOptions {
  /** Empty; logs and work folders stay in it. */
  readonly folder: string;
  readonly seed: number;
  /** How long the cluster is disturbed. */
  readonly ms: number;
  readonly agents: number;
}

export interface ChaosResult {
  readonly faults: Faults;
  readonly work: WorkFigures;
  /** Numbers of instances that Marathon accepted. */
  readonly appChanges: number;
  readonly book: Book;
  readonly leaderChanges: number;
  /** Empty when every task is accounted for. */
  readonly problems: readonly string[];
}

interface TaskPage {
  readonly tasks: readonly { readonly id: string; readonly state: string }[];
}

const OPEN = new Set(['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING']);

export async function runChaos({ folder, seed, ms, agents }: ChaosOptions): Promise<ChaosResult> {
  const cluster = await startCluster(folder, agents);
  let service: Service | undefined;
  try {
    await settled(cluster, agents);
    const elapsed = stopwatch();
    const over = () => elapsed() > ms;
    const watched = watchLeaders(cluster, over);
    const work = new Work(cluster, folder);
    service = await Service.start(cluster, folder);
    const [faults] = await Promise.all([
      disturb(targetsOf(cluster, work, service), seed, over),
      work.until(over),
      service.changeUntil(over, seed),
    ]);
    const { changes, doubles } = await watched;
    const leader = await settled(cluster, agents);
    await service.account();
    const problems = [
      ...work.figures.problems,
      ...service.problems,
      ...doubles,
      ...(await account(leader, folder)),
    ];
    const book = readBook(folder);
    const { wanted } = work.figures;
    if (book.ended < wanted) problems.push(`${book.ended} of ${wanted} tasks have run to their end`);
    return {
      faults,
      work: work.figures,
      appChanges: service.changes,
      book,
      leaderChanges: changes,
      problems,
    };
  } finally {
    await service?.marathon.end();
    await cluster.end();
  }
}

/** Masters twice as often as the others. */
function targetsOf({ masters, etcd, agents }: ChaosCluster, work: Work, { marathon }: Service): Targets {
  return [
    { kind: 'master', all: () => masters },
    { kind: 'master', all: () => masters },
    { kind: 'etcd', all: () => etcd },
    { kind: 'agent', all: () => agents },
    { kind: 'job processor', all: () => (work.processor === undefined ? [] : [work.processor]) },
    { kind: 'marathon', all: () => [marathon] },
  ];
}

/** Asks all masters at once, again and again: never do two lead. */
async function watchLeaders(cluster: ChaosCluster, over: () => boolean) {
  const doubles: string[] = [];
  let last: unknown;
  let changes = 0;
  while (!over()) {
    const answers = (await leaders(cluster)).filter(({ state }) => state['leading'] === true);
    // Answers that crossed a change of leader are from two moments: who leads now is asked again.
    if (answers.length > 1) {
      const still = (await leaders(cluster)).filter(({ state }) => state['leading'] === true);
      if (still.length > 1) doubles.push(`two leaders: ${still.map(({ state }) => state['id']).join(', ')}`);
    }
    const now = answers[0]?.state['id'];
    if (now !== undefined && now !== last) changes += last === undefined ? 0 : 1;
    last = now ?? last;
    await pause(200);
  }
  return { changes, doubles };
}

/** What is left once all frameworks have ended: no open task at the master, no process of a task. */
async function account(leader: string, folder: string): Promise<string[]> {
  const problems: string[] = [];
  const open = async () => {
    const { tasks } = (await (await fetch(`${leader}/tasks?limit=100000`)).json()) as TaskPage;
    return tasks.filter(({ state }) => OPEN.has(state));
  };
  try {
    await until('no task is open at the master', async () => (await open()).length === 0);
  } catch {
    for (const { id, state } of await open()) problems.push(`${id} is ${state}, but its framework has ended`);
  }
  try {
    await until('no process of a task runs', () => taskProcesses(folder).length === 0);
  } catch {
    problems.push(...taskProcesses(folder).map((line) => `a task's process runs on: ${line}`));
  }
  return problems;
}

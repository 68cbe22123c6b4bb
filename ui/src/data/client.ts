/** The page's side of its worker. */
import { later, nowMs } from '../clock.ts';
import { connection, needsLogin, version } from './live.ts';
import { forgetRights } from './rights.ts';
import type {
  Connection,
  Details,
  FromWorker,
  Question,
  RowKinds,
  Rows,
  RowsQuestion,
  Summary,
} from './rows.ts';
import { onLogin } from './session.ts';

const AGAIN_MS = 2000;

interface Waiting {
  readonly question: Question;
  readonly answered: (value: unknown) => void;
}

const waiting = new Map<number, Waiting>();
let asked = 0;
let worker = begin();

/** One whose script did not come, as the network changed or the node was away, is begun anew with all that it was asked. */
function begin(): Worker {
  const begun = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  let isThere = false;
  begun.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
    isThere = true;
    take(data);
  });
  begun.addEventListener('error', () => {
    // What it throws later does not end it.
    if (isThere) return;
    begun.terminate();
    later(AGAIN_MS, () => {
      worker = begin();
      for (const [id, { question }] of waiting) worker.postMessage({ id, question });
    });
  });
  return begun;
}

function take(data: FromWorker): void {
  if (data.kind === 'changed') version.value += 1;
  else if (data.kind === 'connection') connected(data.connection);
  else {
    waiting.get(data.id)?.answered(data.value);
    waiting.delete(data.id);
  }
}

function connected(next: Connection): void {
  // Another master may lead now, with other rules.
  if (next.state === 'live' && connection.value.state !== 'live') forgetRights();
  if (next.state === 'login') needsLogin.value = true;
  // By this page's clock, as silence is.
  const { heardAt, everLive } = connection.value;
  const isLive = next.state === 'live';
  connection.value = {
    ...next,
    heardAt: isLive ? nowMs() : heardAt,
    everLive: everLive === true || isLive,
  };
}

onLogin(() => void ask({ what: 'connect' }));

function ask(question: Question): Promise<unknown> {
  return new Promise((answered) => {
    const id = ++asked;
    waiting.set(id, { question, answered });
    worker.postMessage({ id, question });
  });
}

export function askRows<Kind extends keyof RowKinds>(
  question: RowsQuestion<Kind>,
): Promise<Rows<RowKinds[Kind]>> {
  return ask({ what: 'rows', question }) as Promise<Rows<RowKinds[Kind]>>;
}

export function askSummary(): Promise<Summary> {
  return ask({ what: 'summary' }) as Promise<Summary>;
}

export function askAgent(id: string): Promise<Details['agent']> {
  return ask({ what: 'agent', id }) as Promise<Details['agent']>;
}

export function askFramework(id: string): Promise<Details['framework']> {
  return ask({ what: 'framework', id }) as Promise<Details['framework']>;
}

export function askTask(framework: string, id: string): Promise<Details['task']> {
  return ask({ what: 'task', framework, id }) as Promise<Details['task']>;
}

/** After an action that no event tells of. */
export async function refreshAgents(): Promise<void> {
  await ask({ what: 'refreshAgents' });
}

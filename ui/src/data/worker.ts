/**
 * The page's memory, beside the page: takes the event stream, keeps the model, answers questions. What 100,000 tasks cost is
 * paid here and never holds up a click.
 */
import { every, later, nowMs } from '../clock.ts';
import { chartWatch } from './chartWatch.ts';
import type { History } from './history.ts';
import { BY_SCRIPT } from './http.ts';
import { Model } from './model.ts';
import { Records } from './recordio.ts';
import type { Connection, FromWorker, Question, ToWorker } from './rows.ts';
import type { Agent, Executor, MasterEvent } from './types.ts';

const INDEX_HEADER = 'Mesostate-Event-Index';
/** The page is told of changes at most this often, in milliseconds. */
const TELL_MS = 200;
const SAMPLE_MS = 5000;
/** What is asked for because no event tells of it is asked for at most this often. */
const LOOK_MS = 1500;
/** Of a cluster with very many agents or executors the answers are long: between them is so many times their time. */
const LOOK_SHARE = 20;
const RETRY_MS_MAX = 16_000;
const LOGIN_MS = 60_000;

const model = new Model();
let telling = false;
let connection: Connection = { state: 'connecting', problem: '', heardAt: 0 };

function post(message: FromWorker): void {
  postMessage(message);
}

function changed(): void {
  if (telling) return;
  telling = true;
  later(TELL_MS, () => {
    telling = false;
    post({ kind: 'changed' });
  });
}

function tellConnection(next: Partial<Connection>): void {
  connection = { ...connection, ...next };
  post({ kind: 'connection', connection });
}

const nowSeconds = (): number => nowMs() / 1000;

async function answer(question: Question): Promise<unknown> {
  switch (question.what) {
    case 'rows':
      return model.rows(question.question);
    case 'summary':
      return model.summary(nowSeconds());
    case 'agent':
      return model.agent(question.id);
    case 'framework':
      return model.framework(question.id);
    case 'task':
      return model.task(question.framework, question.id);
    case 'refreshAgents':
      await refreshAgents().catch(() => undefined);
      return undefined;
    case 'connect':
      tryNow();
      return undefined;
  }
}

/** Charts begin before this page was opened; without an answer they begin now. */
async function recall(): Promise<void> {
  const response = await fetch('/use-history', { headers: BY_SCRIPT }).catch(() => undefined);
  const history = await bodyOf<History>(response);
  if (history === undefined) return;
  const toldAt = Date.parse(response?.headers.get('Date') ?? '') / 1000;
  model.recall(history, Number.isNaN(toldAt) ? 0 : toldAt - nowSeconds());
  changed();
}

/** An answer of the operator API; undefined when it may not be seen. @throws when there was none, or the master has too much to do */
async function ask<T>(type: string): Promise<T | undefined> {
  const response = await fetch('/api/v1', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...BY_SCRIPT },
    body: JSON.stringify({ type }),
  });
  if (response.status === 503) throw new Error(`${type} was not answered`);
  return bodyOf<T>(response);
}

/** Undefined when it is a refusal, or breaks off. */
async function bodyOf<T>(response: Response | undefined): Promise<T | undefined> {
  if (response?.ok !== true) return undefined;
  return response.json().then(
    (body) => body as T,
    () => undefined,
  );
}

async function refreshAgents(): Promise<void> {
  const answer = await ask<{ get_agents?: { agents?: Agent[] } }>('GET_AGENTS');
  if (answer === undefined) return;
  model.replaceAgents(answer.get_agents?.agents ?? []);
  changed();
}

async function refreshExecutors(): Promise<void> {
  const answer = await ask<{ get_executors?: { executors?: Executor[] } }>('GET_EXECUTORS');
  if (answer === undefined) return;
  model.replaceExecutors(answer.get_executors?.executors ?? []);
  changed();
}

/**
 * Once after a while, however often it is asked for until then; the seldomer the longer an answer takes; again when there was none. One look at a
 * time: of two the older answer could come last, and stay.
 */
function gathered(look: () => Promise<void>): () => void {
  let waits = false;
  let looks = false;
  let pauseMs = LOOK_MS;
  const run = async (): Promise<void> => {
    const begunMs = nowMs();
    waits = false;
    looks = true;
    if (connection.state === 'live')
      await look().catch(() => {
        waits = true;
      });
    looks = false;
    pauseMs = Math.max(LOOK_MS, (nowMs() - begunMs) * LOOK_SHARE);
    if (waits) later(pauseMs, () => void run());
  };
  return () => {
    if (!waits && !looks) later(pauseMs, () => void run());
    waits = true;
  };
}

const lookAtAgents = gathered(refreshAgents);
const lookAtExecutors = gathered(refreshExecutors);
/** Which agents break off, are drained or deactivated: no event tells it, but their chart does. */
const watchAgents = chartWatch(
  'master/agent',
  lookAtAgents,
  (counts) => {
    model.countAway(counts);
    changed();
  },
  () => connection.state === 'live',
);

/** Follows the stream until it ends. @returns where to go on */
async function follow(from: string): Promise<string> {
  const response = await fetch('/api/v1', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      ...BY_SCRIPT,
      [INDEX_HEADER]: from,
    },
    body: '{"type":"SUBSCRIBE"}',
  });
  if (response.status === 401) throw new Refused('login', 'nobody is logged in');
  if (response.status === 403) throw new Refused('refused', await response.text());
  if (!response.ok || response.body === null)
    throw new Error(`the master answered ${response.status}: ${await response.text()}`);
  const log = response.headers.get(INDEX_HEADER)?.split(':')[0];
  const records = new Records();
  const text = new TextDecoder();
  let position = from;
  for await (const chunk of response.body) {
    for (const record of records.push(chunk)) {
      const event = JSON.parse(text.decode(record)) as MasterEvent;
      if (log !== undefined && event.index !== undefined) position = `${log}:${event.index}`;
      take(event);
    }
  }
  return position;
}

class Refused extends Error {
  readonly state: 'login' | 'refused';

  constructor(state: 'login' | 'refused', message: string) {
    super(message);
    this.state = state;
  }
}

/** Ends the pause before the next try. */
let tryNow = (): void => undefined;

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = later(delayMs, resolve);
    tryNow = () => {
      cancel();
      resolve();
    };
  });
}

function take(event: MasterEvent): void {
  const isFirst = connection.state !== 'live';
  if (isFirst || event.type === 'HEARTBEAT' || nowMs() - connection.heardAt > 1000)
    tellConnection({ state: 'live', problem: '', heardAt: nowMs() });
  if (isFirst) {
    watchAgents();
    if (event.type !== 'SUBSCRIBED') lookAtAgents();
  }
  if (event.type === 'HEARTBEAT') return;
  model.apply(event);
  if (model.takeMissingExecutors()) lookAtExecutors();
  if (event.type === 'SUBSCRIBED') {
    model.remember(nowSeconds());
    void recall();
  }
  changed();
}

async function run(): Promise<never> {
  let position = '*';
  let retryMs = 500;
  for (;;) {
    try {
      position = await follow(position);
      retryMs = 500;
      tellConnection({ state: 'lost', problem: 'the master ended the stream' });
    } catch (error) {
      const state = error instanceof Refused ? error.state : 'lost';
      const leader = error instanceof TypeError ? await leaderElsewhere() : undefined;
      tellConnection({ state, problem: problemOf(error), leader });
    }
    // Each try without a login may make the browser ask the person.
    await pause(connection.state === 'login' ? LOGIN_MS : retryMs);
    retryMs = Math.min(RETRY_MS_MAX, retryMs * 2);
  }
}

function problemOf(error: unknown): string {
  if (error instanceof TypeError) return 'no answer';
  return error instanceof Error ? error.message : String(error);
}

/** A master that stands by sends us to the leader, where this page's policy does not let us go: the page itself has to. */
async function leaderElsewhere(): Promise<string | undefined> {
  try {
    const response = await fetch('/leadership', { headers: BY_SCRIPT });
    const { leading, leader } = (await response.json()) as { leading?: boolean; leader?: { pid?: string } };
    return leading === false ? leader?.pid?.split('@')[1] : undefined;
  } catch {
    return undefined;
  }
}

addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  void answer(data.question).then((value) => post({ kind: 'answer', id: data.id, value }));
});
every(SAMPLE_MS, () => {
  if (connection.state !== 'live') return;
  model.remember(nowSeconds());
  changed();
});
void run();

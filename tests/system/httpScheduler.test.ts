/** A scheduler that is nothing but curl: it subscribes, launches a command from an offer, acknowledges, sees it finish. */
import { execFileSync, spawn } from 'node:child_process';
import test, { type ExecutionContext } from 'ava';
import { RecordDecoder } from '../../proto/index.ts';
import { bootAgent, bootMaster, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

interface Status {
  readonly task_id: { readonly value: string };
  readonly agent_id: { readonly value: string };
  readonly state: string;
  readonly uuid?: string;
}

interface Event {
  readonly type: string;
  readonly subscribed?: { readonly framework_id: { readonly value: string } };
  readonly offers?: {
    readonly offers: readonly {
      readonly id: { readonly value: string };
      readonly agent_id: { readonly value: string };
      readonly allocation_info: { readonly role: string };
    }[];
  };
  readonly update?: { readonly status: Status };
}

const INFO = {
  user: 'nobody',
  name: 'curl',
  roles: ['*'],
  failover_timeout: 60,
  capabilities: [{ type: 'MULTI_ROLE' }, { type: 'PARTITION_AWARE' }, { type: 'RESERVATION_REFINEMENT' }],
};

/** `curl -N` on the stream of a subscription. */
function subscribe(t: ExecutionContext, url: string, id?: string) {
  const identity = id === undefined ? {} : { id: { value: id } };
  const body = {
    type: 'SUBSCRIBE',
    ...(id !== undefined && { framework_id: identity.id }),
    subscribe: { framework_info: { ...INFO, ...identity } },
  };
  const child = spawn('curl', ['-sNi', ...post(body), `${url}/api/v1/scheduler`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let got = Buffer.alloc(0);
  let closed = false;
  child.stdout.on('data', (chunk: Buffer) => {
    got = Buffer.concat([got, chunk]);
  });
  child.on('close', () => {
    closed = true;
  });
  const split = () => got.indexOf('\r\n\r\n');
  return {
    child,
    closed: () => closed,
    head: () => (split() < 0 ? '' : got.subarray(0, split()).toString()),
    events: (): Event[] =>
      split() < 0
        ? []
        : new RecordDecoder()
            .push(got.subarray(split() + 4))
            .map((record) => JSON.parse(Buffer.from(record).toString()) as Event),
  };
}

function post(body: object): string[] {
  return [
    '-XPOST',
    '-HContent-Type: application/json',
    '-HAccept: application/json',
    '-d',
    JSON.stringify(body),
  ];
}

const streamIdOf = (head: string) => /^mesos-stream-id: (\S+)/im.exec(head)?.[1] ?? '';

test('curl is a scheduler: subscribe, launch, acknowledge, finished, fail over, tear down', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  await bootAgent(t, master, `${folder}/agent`, ['--resources=cpus:2;mem:512']);
  const stream = subscribe(t, master.url);
  const offers = () => stream.events().flatMap(({ offers }) => offers?.offers ?? []);
  const offer = await until('an offer', () => offers()[0]);
  t.regex(stream.head(), /^HTTP\/1\.1 200 OK\r\n/);
  t.regex(stream.head(), /^content-type: application\/json\r?$/im);
  t.regex(stream.head(), /^transfer-encoding: chunked\r?$/im);
  t.notRegex(stream.head(), /content-encoding/i);
  const [begin, beat, ...others] = stream.events().map(({ type }) => type);
  t.deepEqual([begin, beat], ['SUBSCRIBED', 'HEARTBEAT']);
  t.is(
    others.find((type) => type !== 'HEARTBEAT'),
    'OFFERS',
  );
  const framework_id = stream.events()[0]?.subscribed?.framework_id;
  const id = framework_id?.value ?? '';
  /** Code of the answer. */
  const call = (body: object, streamId = streamIdOf(stream.head())) =>
    execFileSync('curl', [
      '-s',
      // A busy master says when to ask again.
      ...['--retry', '30'],
      '-o/dev/null',
      '-w%{http_code}',
      `-HMesos-Stream-Id: ${streamId}`,
      ...post({ framework_id, ...body }),
      `${master.url}/master/api/v1/scheduler`,
    ]).toString();
  const scalar = (name: string, value: number) => ({
    name,
    type: 'SCALAR',
    scalar: { value },
    allocation_info: { role: '*' },
  });
  const task = {
    name: 'hello',
    task_id: { value: 'hello' },
    agent_id: offer.agent_id,
    command: { value: 'echo hello' },
    resources: [scalar('cpus', 0.5), scalar('mem', 32)],
  };
  const operations = [{ type: 'LAUNCH', launch: { task_infos: [task] } }];
  t.is(call({ type: 'ACCEPT', accept: { offer_ids: [offer.id], operations } }), '202');

  const statuses = () => stream.events().flatMap(({ update }) => update?.status ?? []);
  const acknowledged = new Set<string>();
  await until(
    () => `TASK_FINISHED: ${JSON.stringify(stream.events())}`,
    () => {
      for (const { agent_id, task_id, uuid } of statuses()) {
        if (uuid === undefined || acknowledged.has(uuid)) continue;
        acknowledged.add(uuid);
        t.is(call({ type: 'ACKNOWLEDGE', acknowledge: { agent_id, task_id, uuid } }), '202');
      }
      return statuses().at(-1)?.state === 'TASK_FINISHED';
    },
  );
  t.true(statuses().some(({ state }) => state === 'TASK_RUNNING'));
  await until('the task is completed', async () => {
    const { frameworks } = await getJson<{
      frameworks: { completed_tasks: { state: string }[]; pid?: string }[];
    }>(`${master.url}/frameworks`);
    t.is(frameworks[0]?.pid, undefined);
    return frameworks[0]?.completed_tasks[0]?.state === 'TASK_FINISHED';
  });

  const next = subscribe(t, master.url, id);
  await until('subscribed again', () => next.events().length >= 2);
  await until('the first stream has ended', () => stream.closed());
  t.is(stream.events().at(-1)?.type, 'ERROR');
  t.is(call({ type: 'REVIVE' }), '400', 'the first stream is no more');
  next.child.kill('SIGKILL');
  await until('disconnected', async () => {
    const { frameworks } = await getJson<{ frameworks: { connected: boolean }[] }>(
      `${master.url}/frameworks`,
    );
    return frameworks[0]?.connected === false;
  });
  const last = subscribe(t, master.url, id);
  await until('subscribed once more', () => last.events().length >= 2);
  t.is(call({ type: 'TEARDOWN' }, streamIdOf(last.head())), '202');
  await until('the last stream has ended', () => last.closed());
});

/** The executor API beside what a real Mesos answered. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TaskState } from '../../../proto/generated/types/v1.ts';
import { RecordDecoder } from '../../../proto/index.ts';
import { packageRoot } from '../../../runtime/build.ts';
import { launched, running, statusOf, update } from './support/customExecutor.ts';
import { post } from './support/httpExecutor.ts';
import type { SimulatedAgent } from './support/simulatedAgent.ts';

interface Exchange {
  readonly request: { readonly method: string; readonly headers: object; readonly body: string };
  readonly response: {
    readonly status: number;
    readonly headers: Record<string, string>;
    readonly body: string;
  };
  readonly events?: readonly { readonly event: Record<string, unknown> }[];
}

const golden = join(packageRoot, '..', 'shared', 'golden', 'executor');
const recorded = (file: string): Exchange => JSON.parse(readFileSync(join(golden, file), 'utf8')) as Exchange;

/** The recorded ids, as the simulated agent has them. */
function translated(body: string): string {
  return body
    .replaceAll('f096210f-078d-4f25-84e9-56a220480b19-0000', 'framework-0000')
    .replaceAll('"cexec"', '"custom"')
    .replaceAll('"c1"', '"one"');
}

const EXCHANGES: readonly [file: string, prepare: () => SimulatedAgent][] = [
  ['001-error-update-before-subscribe.json', launched],
  ['002-update-starting.json', running],
  ['004-message.json', running],
  ['005-heartbeat.json', running],
  ['006-error-update-no-uuid.json', running],
  ['007-error-update-bad-source.json', running],
  ['008-error-update-wrong-executor.json', running],
  ['009-error-unknown-type.json', running],
  ['010-update-killed.json', running],
];

for (const [file, prepare] of existsSync(golden) ? EXCHANGES : []) {
  test(`golden executor/${file}`, (t) => {
    const { request, response } = recorded(file);
    const answer = post(prepare(), {}, { body: Buffer.from(translated(request.body)) });
    t.is(request.method, 'POST');
    t.is(answer.status, response.status);
    t.is(answer.headers['Content-Type'], response.headers['content-type']);
    t.is(answer.text === '', response.body === '');
  });
}

/** `a.b[].c` of everything in a value. */
function keysOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((each) => keysOf(each, `${path}[]`));
  if (typeof value !== 'object' || value === null) return [`${path}:${typeof value}`];
  return Object.entries(value).flatMap(([key, each]) => keysOf(each, `${path}.${key}`));
}

if (existsSync(golden)) {
  test('golden executor/stream.json: the same events with the same keys', (t) => {
    const { events = [] } = recorded('stream.json');
    const simulation = running();
    update(simulation, statusOf('one', TaskState.TASK_STARTING, 1));
    simulation.world.run(100);
    const ours = new RecordDecoder()
      .push(simulation.stream.body)
      .map((record) => JSON.parse(Buffer.from(record).toString()) as Record<string, unknown>);
    t.deepEqual(
      ours.map((event) => event['type']),
      events.slice(0, 3).map(({ event }) => event['type']),
    );
    for (const [at, event] of ours.entries()) {
      const theirs = new Set(keysOf(events[at]?.event));
      // The task of the recording names its executor's resources, ours is a plainer one; what ours has, Mesos knows, too.
      const strange = keysOf(event).filter((key) => !theirs.has(key));
      t.deepEqual(strange, [], String(event['type']));
    }
  });
}

/** Requests of the command line to a server that has too much to do. */
import { createServer } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { HttpClient } from '../../../cli/http/client.ts';
import { Problem } from '../../../cli/problem.ts';
import type { Clock } from '../../../runtime/ports.ts';
import { realPorts } from '../../../runtime/realPorts.ts';

interface Server {
  readonly client: HttpClient;
  /** Bodies of what it was asked. */
  readonly heard: string[];
  /** How long was waited, each time. */
  readonly waited: number[];
}

/** @param answers its statuses, in turn; the last one again and again */
async function serverOf(
  t: ExecutionContext,
  answers: readonly number[],
  retryAfter?: string,
): Promise<Server> {
  const heard: string[] = [];
  const server = createServer(async (request, reply) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const status = answers[Math.min(heard.push(body), answers.length) - 1] ?? 500;
    if (status === 503 && retryAfter !== undefined) reply.setHeader('Retry-After', retryAfter);
    reply.writeHead(status).end('The node is 2000 ms late; try again later');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  const port = typeof bound === 'object' ? bound?.port : 0;
  const waited: number[] = [];
  const { clock: real } = realPorts();
  const clock: Clock = {
    now: () => real.now(),
    monotonic: () => real.monotonic(),
    setTimer: (delayMs, run) => {
      waited.push(delayMs);
      return real.setTimer(0, run);
    },
  };
  const access = { credential: undefined, ca: undefined };
  return {
    client: new HttpClient('master', new URL(`http://127.0.0.1:${port}`), access, clock),
    heard,
    waited,
  };
}

const ASKED = { method: 'POST', path: '/api/v1', body: 'a call' } as const;

test('what a busy server turned away is asked again when it says, and not too late', async (t) => {
  const { client, heard, waited } = await serverOf(t, [503, 503, 200], '1');
  t.is((await client.ask(ASKED)).status, 200);
  t.deepEqual(heard, ['a call', 'a call', 'a call']);
  t.deepEqual(waited, [1000, 1000]);
  const late = await serverOf(t, [503, 200], '3600');
  t.is((await late.client.ask(ASKED)).status, 200);
  t.deepEqual(late.waited, [5000]);
});

test('a server that is busy for good is told of; one that does not say when is not asked again', async (t) => {
  const busy = await serverOf(t, [503], '1');
  const told = await t.throwsAsync(busy.client.ask(ASKED), { instanceOf: Problem });
  t.regex(told?.message ?? '', /^the master at \S+ cannot answer now: The node is 2000 ms late/);
  t.is(busy.heard.length, 30);
  const silent = await serverOf(t, [503]);
  await t.throwsAsync(silent.client.ask(ASKED), { instanceOf: Problem });
  t.is(silent.heard.length, 1);
});

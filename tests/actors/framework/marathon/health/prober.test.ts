/** Who is asked how it is, over the real network: whatever a definition says, there is an answer. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import {
  NetworkProber,
  type ProbeAnswer,
  type ProbeTarget,
} from '../../../../../actors/framework/marathon/health/prober.ts';
import { RealClock } from '../../../../../runtime/realPorts.ts';
import { until } from '../../../../support/until.ts';

/** A server that answers with what it was asked for, `/stream` without an end. */
async function served(t: ExecutionContext): Promise<number> {
  const server = createServer((request, reply) => {
    reply.writeHead(request.url === '/ill' ? 503 : 200, { 'Content-Type': 'text/plain' });
    if (request.url === '/stream') reply.write('and so on');
    else reply.end(request.url);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const prober = new NetworkProber(new RealClock(), 1);

function ask(target: Partial<ProbeTarget>): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    prober.probe(
      { protocol: 'HTTP', host: '127.0.0.1', port: 1, path: '/', timeoutMs: 60_000, ...target },
      resolve,
    );
  });
}

test('paths as people write them', async (t) => {
  const port = await served(t);
  for (const [path, asked] of [
    ['', '/'],
    ['/a b', '/a%20b'],
    ['/ü?q=ä', '/%C3%BC?q=%C3%A4'],
    ['bare', '/bare'],
    ['/a\u0001\nb', '/a%01%0Ab'],
    ['/%20', '/%20'],
  ] as const)
    t.like(await ask({ port, path }), {
      connected: true,
      status: 200,
      body: asked,
    });
  t.like(await ask({ port, path: '/ill' }), { connected: true, status: 503 });
});

test('what cannot be asked is an answer too, and the next one is asked', async (t) => {
  const port = await served(t);
  for (const target of [
    { port, path: '/\ud800' },
    { port: 70_000 },
    { port: 70_000, protocol: 'TCP' },
    { port: -1, protocol: 'HTTPS' },
  ] as const) {
    const { connected, error } = await ask(target);
    t.false(connected);
    t.truthy(error);
  }
  t.is((await ask({ port, protocol: 'TCP' })).connected, true);
});

test('a body without an end: its status counts when the time is over', async (t) => {
  const port = await served(t);
  const answer = await until('its head comes within the time', async () => {
    const { connected, status, body } = await ask({ port, path: '/stream', timeoutMs: 500 });
    return connected ? { status, body } : undefined;
  });
  t.deepEqual(answer, { status: 200, body: 'and so on' });
});

/** Many calls over one connection: order, ends, a server that breaks off. */

import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { CallLine } from '../../../actors/client/callLine.ts';
import { until } from '../../support/until.ts';

interface Other {
  readonly url: URL;
  /** Connections so far, and what each has said. */
  readonly said: string[];
  readonly sockets: Socket[];
}

/** A server that does nothing by itself. */
async function other(t: ExecutionContext): Promise<Other> {
  const said: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    const index = sockets.push(socket) - 1;
    said.push('');
    socket.on('data', (piece) => {
      said[index] += piece.toString();
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}/api/v1/scheduler`), said, sockets };
}

const ACCEPTED = 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n';

test('calls leave at once, in their order, on one connection, whatever was answered', async (t) => {
  const { url, said, sockets } = await other(t);
  const line = new CallLine({ url, headers: { 'mesos-stream-id': 's' }, broken: () => t.fail() });
  const answered: string[] = [];
  const large = 'ä'.repeat(1_000_000);
  line.post(large, () => answered.push('large'));
  line.post('{"type":"KILL"}', ({ status }) => answered.push(`KILL ${status}`));
  await until('all is said', () => said[0]?.endsWith('{"type":"KILL"}'));
  t.is(said.length, 1);
  const [, first = ''] =
    /^(POST \/api\/v1\/scheduler HTTP\/1\.1\r\n[\s\S]*?\r\n\r\n)/.exec(said[0] ?? '') ?? [];
  t.regex(first, /\r\nhost: 127\.0\.0\.1:\d+\r\n/);
  t.regex(first, /\r\nmesos-stream-id: s\r\n/);
  t.regex(first, /\r\ncontent-length: 2000000\r\n/);
  t.deepEqual(answered, []);
  sockets[0]?.write(ACCEPTED.repeat(2));
  await until('both are answered', () => answered.length === 2);
  t.deepEqual(answered, ['large', 'KILL 202']);
  line.finish();
});

test('calls that were not answered are told by their number, and the next one dials anew', async (t) => {
  const { url, said, sockets } = await other(t);
  const broken: number[] = [];
  const line = new CallLine({ url, headers: {}, broken: (unanswered) => broken.push(unanswered) });
  let answers = 0;
  for (const body of ['1', '2', '3']) line.post(body, () => answers++);
  await until('all is said', () => said[0]?.endsWith('\r\n3'));
  sockets[0]?.write(ACCEPTED);
  sockets[0]?.end();
  await until('it is told', () => broken.length > 0);
  t.deepEqual(broken, [2]);
  t.is(answers, 1);

  line.post('4', () => answers++);
  await until('another connection', () => said[1]?.endsWith('\r\n4'));
  sockets[1]?.write('SSH-2.0\r\n\r\n');
  await until('nonsense ends it', () => broken.length > 1);
  t.deepEqual(broken, [2, 1]);
  line.finish();
});

test('an idle connection that ends is no loss', async (t) => {
  const { url, said, sockets } = await other(t);
  const line = new CallLine({ url, headers: {}, broken: () => t.fail('nothing was lost') });
  let answers = 0;
  line.post('1', () => answers++);
  await until('it is said', () => said[0]?.endsWith('\r\n1'));
  sockets[0]?.write('HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  await until('it is answered', () => answers === 1);
  line.post('2', () => answers++);
  await until('another connection', () => said[1]?.endsWith('\r\n2'));
  // What is let go of is still answered.
  line.finish();
  sockets[1]?.write(ACCEPTED);
  await until('it is answered', () => answers === 2);
  t.is(said.length, 2);
});

test('a server that is not there', async (t) => {
  const broken: number[] = [];
  const url = new URL('http://127.0.0.1:1/');
  const line = new CallLine({ url, headers: {}, broken: (unanswered) => broken.push(unanswered) });
  line.post('1', () => t.fail());
  await until('it is told', () => broken.length > 0);
  t.deepEqual(broken, [1]);
});

test('a header that would be two is refused', (t) => {
  const url = new URL('http://127.0.0.1:1/');
  const headers = { authorization: 'Basic x\r\nHost: elsewhere' };
  t.throws(() => new CallLine({ url, headers, broken: () => undefined }), { instanceOf: TypeError });
});

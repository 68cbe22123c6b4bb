/** Bodies that are too long, too deep, or grow when they are unpacked, over real sockets: each is refused, and the node goes on. */
import { gzipSync } from 'node:zlib';
import test from 'ava';
import { startMaster } from '../../../../actors/master/start.ts';
import { mesosCodec } from '../../../../proto/messageCodec.ts';
import { type Answer, send } from '../../../conformance/client.ts';
import { listen } from '../../../support/listen.ts';
import { flagsOf } from '../support/cluster.ts';

const BODY_MAX = 1024 * 1024;
const JSON_TYPE = 'application/json';

test('what is too much is refused with a 4xx by every API, and the next request is served', async (t) => {
  const limits = { bodyBytesMax: BODY_MAX };
  const listening = await listen({
    host: '127.0.0.1',
    port: 0,
    codec: mesosCodec,
    delegateId: 'master',
    limits,
  });
  const started = await startMaster(listening.node, flagsOf());
  t.teardown(async () => {
    await started.stop();
    await listening.shutdown();
  });
  const url = `http://127.0.0.1:${listening.node.address.port}`;
  const long = Buffer.alloc(BODY_MAX + 1, ' ');
  const bomb = gzipSync(Buffer.alloc(20 * BODY_MAX, ' '));
  const many = `{"type":"GET_HEALTH","x":[${'1,'.repeat(BODY_MAX / 4)}1]}`;
  const deepBytes = Buffer.alloc(100_000, 0x0b);
  const bodies: [
    what: string,
    headers: Record<string, string>,
    body: string | Uint8Array,
    status?: number,
  ][] = [
    ['a long body', {}, long, 413],
    ['a body that unpacks to a long one', { 'Content-Encoding': 'gzip' }, bomb],
    ['gzip that is none', { 'Content-Encoding': 'gzip' }, 'x', 400],
    ['deep lists', {}, '['.repeat(BODY_MAX - 1), 400],
    ['deep objects', {}, '{"a":'.repeat(BODY_MAX / 8), 400],
    [
      'deep fields that nobody knows',
      {},
      `{"type":"GET_HEALTH","x":${'['.repeat(5000)}${']'.repeat(5000)}}`,
      400,
    ],
    ['groups in groups of protobuf', { 'Content-Type': 'application/x-protobuf' }, deepBytes, 400],
  ];
  for (const path of [
    '/api/v1',
    '/api/v1/scheduler',
    '/quota',
    '/weights',
    '/maintenance/schedule',
    '/reserve',
  ]) {
    for (const [what, headers, body, status] of bodies) {
      const method = path === '/weights' ? 'PUT' : 'POST';
      const answer = await send(`${url}${path}`, {
        method,
        headers: { 'Content-Type': JSON_TYPE, ...headers },
        body,
      });
      t.true(answer.status >= 400 && answer.status < 500, `${path} ${what}: ${answer.status} ${answer.text}`);
      if (status === 413) t.is(answer.status, status, `${path} ${what}`);
      t.false(answer.text.includes('\n    at '), `${path} ${what}: no stack is told`);
    }
  }
  const served: Answer = await send(`${url}/api/v1`, { headers: { 'Content-Type': JSON_TYPE }, body: many });
  t.is(served.status, 200);
});

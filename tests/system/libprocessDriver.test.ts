/** A driver as a program of libprocess is one, byte by byte: it authenticates at a master, subscribes, and is told so (runtime.md §5, §7). */
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type SchedulerCall, SchedulerCallType } from '../../proto/index.ts';
import { mesosCodec } from '../../proto/messageCodec.ts';
import { type LibprocessPeer, libprocessPeer } from '../support/libprocessPeer.ts';
import { bootMaster, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

const AUTHENTICATEE = 'crammd5-authenticatee(1)';
const SCHEDULER = 'scheduler-of-another-world';

/** A message that came, with its body's bytes as latin1. */
interface Heard {
  readonly path: string;
  readonly from: string;
  readonly body: string;
}

/** The whole requests of a connection: what a master sends is chunked, or has no body. */
function heardBy(peer: LibprocessPeer): Heard[] {
  const pattern =
    /POST (\S+) HTTP\/1\.1\r\n(?:[^\r\n]+\r\n)*?Libprocess-From: (\S+)\r\n(?:[^\r\n]+\r\n)*?\r\n(?:([0-9a-f]+)\r\n)?/g;
  return peer.posts.flatMap(({ text }) =>
    [...text.matchAll(pattern)].map((match) => {
      const begin = match.index + match[0].length;
      const size = Number.parseInt(match[3] ?? '0', 16);
      return { path: match[1] ?? '', from: match[2] ?? '', body: text.slice(begin, begin + size) };
    }),
  );
}

function driverOf(t: ExecutionContext, port: number, peer: LibprocessPeer) {
  const socket = connect(port, '127.0.0.1');
  t.teardown(() => socket.destroy());
  return {
    /** Posts a message in the name of one of its processes; the answer, 202, is of no interest to a libprocess. */
    say: (from: string, target: string, body: Uint8Array): void => {
      const head = [
        `POST ${target} HTTP/1.1`,
        `Libprocess-From: ${from}@127.0.0.1:${peer.port}`,
        'Connection: Keep-Alive',
        `Content-Length: ${body.length}`,
      ];
      socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]));
    },
    hears: (name: string): Promise<Heard> =>
      until(
        () => `${name} is heard; there was ${JSON.stringify(heardBy(peer))}`,
        () => heardBy(peer).find((each) => each.path.endsWith(`/mesos.internal.${name}`)),
      ),
  };
}

/** A protobuf message with one field of bytes, its first. */
const bytesField = (value: string): Uint8Array =>
  Buffer.concat([Buffer.from([0x0a, Buffer.byteLength(value)]), Buffer.from(value)]);

test('a driver that speaks libprocess authenticates, subscribes, and cannot be another', async (t) => {
  const folder = scratch(t);
  const credentials = path.join(folder, 'credentials');
  writeFileSync(credentials, 'ann secret\n');
  const master = await bootMaster(t, folder, [`--credentials=${credentials}`, '--authenticate_frameworks']);
  // Before, what is said to it is lost.
  await master.says(/leading id=/);
  const peer = await libprocessPeer(t);
  const { say, hears } = driverOf(t, master.port, peer);
  const client = `${SCHEDULER}@127.0.0.1:${peer.port}`;
  say(AUTHENTICATEE, '/master/mesos.internal.AuthenticateMessage', bytesField(client));
  const offered = await hears('AuthenticationMechanismsMessage');
  t.is(offered.path, `/${AUTHENTICATEE}/mesos.internal.AuthenticationMechanismsMessage`);
  t.is(offered.body, '\n\x08CRAM-MD5');
  t.regex(offered.from, /^crammd5-authenticator-session\(1\)@127\.0\.0\.1:\d+$/);
  const session = `/${offered.from.split('@')[0] ?? ''}`;
  say(AUTHENTICATEE, `${session}/mesos.internal.AuthenticationStartMessage`, bytesField('CRAM-MD5'));
  const challenge = (await hears('AuthenticationStepMessage')).body.slice(2);
  t.regex(challenge, /^<[0-9a-f-]{36}\.\d+@127\.0\.0\.1>$/);
  const answer = createHmac('md5', 'secret').update(challenge).digest('hex');
  say(AUTHENTICATEE, `${session}/mesos.internal.AuthenticationStepMessage`, bytesField(`ann ${answer}`));
  t.is((await hears('AuthenticationCompletedMessage')).body, '');

  const subscribe = (principal: string): Uint8Array => {
    const framework_info = { user: 'nobody', name: 'old', principal };
    const call: SchedulerCall = { type: SchedulerCallType.SUBSCRIBE, subscribe: { framework_info } };
    return mesosCodec.encode('mesos.scheduler.Call', call);
  };
  say(SCHEDULER, '/master/mesos.scheduler.Call', subscribe('bob'));
  t.regex((await hears('FrameworkErrorMessage')).body, /'bob' does not equal authenticated principal 'ann'/);
  say(SCHEDULER, '/master/mesos.scheduler.Call', subscribe('ann'));
  const registered = await hears('FrameworkRegisteredMessage');
  t.is(registered.path, `/${SCHEDULER}/mesos.internal.FrameworkRegisteredMessage`);
  t.regex(registered.body, /[0-9a-f-]{36}-0000/);
});

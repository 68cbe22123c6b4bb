/** Answers of one connection leave in the order of its requests, whatever order they are ready in (spec §5.3, §6.1). */
import { connect } from 'node:net';
import test from 'ava';
import { type HttpReply, Process } from '../../../runtime/index.ts';
import { listen } from '../../support/listen.ts';
import { until } from '../../support/until.ts';

class Turns extends Process {
  held: HttpReply | undefined;
  readonly seen: string[] = [];
  override initialize(): void {
    this.install('say', () => this.seen.push('message'));
    this.route('/hold', (_request, reply) => {
      this.seen.push('hold');
      this.held = reply;
    });
    this.route('/now', (_request, reply) => {
      this.seen.push('now');
      reply.text(200, 'now');
    });
  }
}

test('pipelined requests are handled as they come and answered in their order', async (t) => {
  const { node, shutdown } = await listen();
  t.teardown(shutdown);
  const turns = new Turns('turns');
  node.spawn(turns);
  let text = '';
  const socket = connect(node.address.port, '127.0.0.1', () => {
    const get = (path: string): string => `GET /turns/${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    const message = 'POST /turns/say HTTP/1.1\r\nHost: x\r\nLibprocess-From: a@127.0.0.1:9\r\n\r\n';
    socket.write(get('hold') + get('now') + message + get('nothing'));
  });
  t.teardown(() => socket.destroy());
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  await until('all were handled', () => turns.seen.length === 3);
  t.deepEqual(turns.seen, ['hold', 'now', 'message']);
  t.is(text, '');
  turns.held?.text(200, 'held');
  await until('all are answered', () => text.includes(' 404 '));
  t.deepEqual(
    [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]),
    ['200', '200', '202', '404'],
  );
  t.true(text.indexOf('held') < text.indexOf('now'));
});

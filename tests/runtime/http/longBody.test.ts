/** Bodies that leave while they are written: whole at every client, compressed for those who read that, cut where they break. */
import http from 'node:http';
import { gunzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { type HttpStream, Process } from '../../../runtime/index.ts';
import { listen } from '../../support/listen.ts';
import { until } from '../../support/until.ts';

class Writer extends Process {
  readonly bodies: HttpStream[] = [];
  override initialize(): void {
    this.route('/long', (_request, reply) => {
      this.bodies.push(reply.body(200, { 'Content-Type': 'text/plain' }));
    });
  }
}

async function writing(t: ExecutionContext) {
  const { node, shutdown } = await listen();
  t.teardown(shutdown);
  const writer = new Writer('writer');
  node.spawn(writer);
  const ask = (headers: Record<string, string>) => {
    const got = { chunks: [] as Buffer[], headers: {} as http.IncomingHttpHeaders, end: '' };
    const request = http.get({ ...node.address, path: '/writer/long', headers }, (response) => {
      got.headers = response.headers;
      response.on('data', (chunk: Buffer) => got.chunks.push(chunk));
      response.on('end', () => {
        got.end = 'whole';
      });
      response.on('error', () => {
        got.end = 'broken';
      });
    });
    request.on('error', () => undefined);
    return got;
  };
  return { writer, ask };
}

for (const encoding of ['identity', 'gzip']) {
  test(`${encoding}: pieces written one by one arrive as one text`, async (t) => {
    const { writer, ask } = await writing(t);
    const got = ask({ 'accept-encoding': encoding });
    await until('the request came', () => writer.bodies.length === 1);
    const [body] = writer.bodies;
    const piece = 'a long way to go, '.repeat(10_000);
    for (let n = 0; n < 20; n++) {
      body?.write(piece);
      if ((body?.bufferedBytes ?? 0) > 500_000) await body?.drained();
    }
    body?.end();
    await until('the body is whole', () => got.end === 'whole');
    const bytes = Buffer.concat(got.chunks);
    t.is(got.headers['content-encoding'], encoding === 'gzip' ? 'gzip' : undefined);
    t.is((encoding === 'gzip' ? gunzipSync(bytes) : bytes).toString(), piece.repeat(20));
  });

  test(`${encoding}: a body that is cut is seen to be broken`, async (t) => {
    const { writer, ask } = await writing(t);
    const got = ask({ 'accept-encoding': encoding });
    await until('the request came', () => writer.bodies.length === 1);
    const [body] = writer.bodies;
    body?.write('x'.repeat(100_000));
    await body?.drained();
    body?.cut();
    await until('the client noticed', () => got.end === 'broken');
    t.false(body?.open);
    t.false(body?.write('more'));
  });
}

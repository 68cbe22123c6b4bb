/** A server that notes what is posted to it. */
import { createServer } from 'node:http';
import type { ExecutionContext } from 'ava';

export interface Listener<T> {
  readonly url: string;
  readonly heard: T[];
}

/** @param status what it answers; default: always 200 */
export async function listener<T>(
  t: ExecutionContext,
  status: () => number = () => 200,
): Promise<Listener<T>> {
  const heard: T[] = [];
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      reply.statusCode = status();
      if (reply.statusCode === 200) heard.push(JSON.parse(Buffer.concat(chunks).toString()) as T);
      reply.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  return { url: `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}/cb`, heard };
}

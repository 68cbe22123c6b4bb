/** The other OS process of the api bench: a client that reads big answers and sends many calls, and says how long that took. */
import http from 'node:http';

/** What it is asked to do: a request, `count` times over `connections` connections. */
export interface HttpTask {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly count: number;
  readonly connections: number;
}

export interface HttpTaskDone {
  /** Of each answer, from the request's begin to its last byte, in milliseconds. */
  readonly times: readonly number[];
  readonly wholeMs: number;
  /** Bytes of the last answer. */
  readonly bytes: number;
  /** Answers that were not 2xx. */
  readonly refused: number;
}

interface Answered {
  readonly status: number;
  readonly bytes: number;
}

function ask({ url, method, headers, body }: HttpTask, agent: http.Agent): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes }));
    });
    request.on('error', reject);
    request.end(body === '' ? undefined : body);
  });
}

async function run(task: HttpTask): Promise<HttpTaskDone> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: task.connections });
  const times: number[] = [];
  let left = task.count;
  let bytes = 0;
  let refused = 0;
  const start = performance.now();
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const began = performance.now();
      const answered = await ask(task, agent);
      times.push(performance.now() - began);
      bytes = answered.bytes;
      if (answered.status < 200 || answered.status > 299) refused++;
    }
  };
  await Promise.all(Array.from({ length: task.connections }, worker));
  agent.destroy();
  return { times, wholeMs: performance.now() - start, bytes, refused };
}

process.on('message', (task: HttpTask) => {
  run(task).then(
    (done) => process.send?.(done),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

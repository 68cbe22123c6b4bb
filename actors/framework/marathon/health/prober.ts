/** Asking services whether they are well, from outside. Answers come as callbacks, each exactly once. */
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Clock } from '../../../../runtime/index.ts';

export interface ProbeTarget {
  /** Of HTTP; default GET. */
  readonly method?: 'GET' | 'POST';
  readonly protocol: 'HTTP' | 'HTTPS' | 'TCP';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly timeoutMs: number;
  /** What is longer is cut off; default: as long as people look at. */
  readonly bodyBytesMax?: number;
}

/** What came back: a status of HTTP, an open connection, or why there was none. */
export interface ProbeAnswer {
  readonly status?: number;
  readonly contentType?: string;
  /** The beginning of the body. */
  readonly body?: string;
  readonly connected: boolean;
  readonly error?: string;
}

export interface Prober {
  probe(target: ProbeTarget, done: (answer: ProbeAnswer) => void): void;
}

/** Bodies are shown to people; what is longer is cut off. */
const BODY_BYTES_MAX = 4_096;

/** Certificates of services are not looked at: they are for others than the one who asks whether they live. */
const HTTPS_AGENT = new https.Agent({ rejectUnauthorized: false, keepAlive: false });
const HTTP_AGENT = new http.Agent({ keepAlive: false });

/** Asks over the network, at most `concurrentMax` at a time. */
export class NetworkProber implements Prober {
  readonly #clock: Clock;
  readonly #concurrentMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(clock: Clock, concurrentMax: number) {
    this.#clock = clock;
    this.#concurrentMax = concurrentMax;
  }

  probe(target: ProbeTarget, done: (answer: ProbeAnswer) => void): void {
    const run = (): void => {
      this.#running++;
      this.#ask(target, (answer) => {
        this.#running--;
        this.#waiting.shift()?.();
        done(answer);
      });
    };
    if (this.#running < this.#concurrentMax) run();
    else this.#waiting.push(run);
  }

  #ask(target: ProbeTarget, done: (answer: ProbeAnswer) => void): void {
    let over = false;
    const once = (answer: ProbeAnswer): void => {
      if (over) return;
      over = true;
      timer.cancel();
      end();
      done(answer);
    };
    const timer = this.#clock.setTimer(target.timeoutMs, () =>
      once({ connected: false, error: `no answer within ${target.timeoutMs} ms` }),
    );
    const end = target.protocol === 'TCP' ? connect(target, once) : request(target, once);
  }
}

function connect({ host, port }: ProbeTarget, done: (answer: ProbeAnswer) => void): () => void {
  const socket = net.connect({ host, port });
  socket.once('connect', () => done({ connected: true }));
  socket.once('error', (error) => done({ connected: false, error: error.message }));
  return () => socket.destroy();
}

function request(
  { protocol, host, port, path, method = 'GET', bodyBytesMax = BODY_BYTES_MAX }: ProbeTarget,
  done: (answer: ProbeAnswer) => void,
): () => void {
  const [client, agent] = protocol === 'HTTPS' ? [https, HTTPS_AGENT] : [http, HTTP_AGENT];
  const asked = client.request({ host, port, path, method, agent, headers: { Accept: '*/*' } });
  asked.once('error', (error) => done({ connected: false, error: error.message }));
  asked.once('information', ({ statusCode: status }) => done({ connected: true, status }));
  asked.once('response', (answer) => {
    let body = '';
    const finish = (): void => {
      const contentType = answer.headers['content-type'];
      done({
        connected: true,
        body,
        ...(answer.statusCode !== undefined && { status: answer.statusCode }),
        ...(contentType !== undefined && { contentType }),
      });
    };
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      body += chunk;
      if (body.length < bodyBytesMax) return;
      body = body.slice(0, bodyBytesMax);
      finish();
    });
    answer.once('end', finish);
    answer.once('error', finish);
  });
  asked.end();
  return () => asked.destroy();
}

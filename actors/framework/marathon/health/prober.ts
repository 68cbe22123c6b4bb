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
    let asked: Asked | undefined;
    const once = (answer: ProbeAnswer): void => {
      if (over) return;
      over = true;
      timer.cancel();
      asked?.end();
      done(answer);
    };
    const timer = this.#clock.setTimer(target.timeoutMs, () =>
      once(asked?.begun() ?? { connected: false, error: `no answer within ${target.timeoutMs} ms` }),
    );
    try {
      asked = target.protocol === 'TCP' ? connect(target, once) : request(target, once);
    } catch (error) {
      // What cannot even be asked: a port or a name that is none.
      once({ connected: false, error: (error as Error).message });
    }
  }
}

/** A question that is under way. */
interface Asked {
  /** The answer as far as it has come; undefined before its head. */
  begun(): ProbeAnswer | undefined;
  end(): void;
}

function connect({ host, port }: ProbeTarget, done: (answer: ProbeAnswer) => void): Asked {
  const socket = net.connect({ host, port });
  socket.once('connect', () => done({ connected: true }));
  socket.once('error', (error) => done({ connected: false, error: error.message }));
  return { begun: () => undefined, end: () => socket.destroy() };
}

/** As it is written in definitions, as it can be asked for. @throws URIError for half a character */
function requestPath(path: string): string {
  const escaped = path.replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent);
  return escaped.startsWith('/') ? escaped : `/${escaped}`;
}

function request(
  { protocol, host, port, path, method = 'GET', bodyBytesMax = BODY_BYTES_MAX }: ProbeTarget,
  done: (answer: ProbeAnswer) => void,
): Asked {
  const [client, agent] = protocol === 'HTTPS' ? [https, HTTPS_AGENT] : [http, HTTP_AGENT];
  const headers = { Accept: '*/*' };
  const asked = client.request({ host, port, path: requestPath(path), method, agent, headers });
  let begun = (): ProbeAnswer | undefined => undefined;
  asked.once('error', (error) => done({ connected: false, error: error.message }));
  asked.once('information', ({ statusCode: status }) => done({ connected: true, status }));
  asked.once('response', (answer) => {
    let body = '';
    const soFar = (): ProbeAnswer => {
      const { statusCode: status } = answer;
      const contentType = answer.headers['content-type'];
      return {
        ...{ connected: true, body },
        ...(status !== undefined && { status }),
        ...(contentType !== undefined && { contentType }),
      };
    };
    // A body that goes on, a stream say, says nothing against its status.
    begun = soFar;
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => {
      body += chunk;
      if (body.length < bodyBytesMax) return;
      body = body.slice(0, bodyBytesMax);
      done(soFar());
    });
    answer.once('end', () => done(soFar()));
    answer.once('error', () => done(soFar()));
  });
  asked.end();
  return { begun: () => begun(), end: () => asked.destroy() };
}

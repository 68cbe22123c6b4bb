/** HTTP of the command line: one origin, credentials, redirects to the leading master, errors in words. */
import http from 'node:http';
import https from 'node:https';
import type { Clock } from '../../runtime/ports.ts';
import { ExitCode } from '../../runtime/startError.ts';
import type { Credential } from '../config.ts';
import { Problem } from '../problem.ts';

export interface Access {
  readonly credential: Credential | undefined;
  readonly ca: string | undefined;
}

export interface Question {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A request under way. */
export interface StartedRequest {
  readonly request: http.ClientRequest;
  readonly response: Promise<http.IncomingMessage>;
}

/** How often the masters may say that another one leads. */
const REDIRECTS_MAX = 5;
/** How often a server is asked that has too much to do, and how long is waited in between at most: half a minute as a rule. */
const BUSY_ATTEMPTS_MAX = 30;
const BUSY_WAIT_SECONDS_MAX = 5;
/** Answers longer than this are refused, in bytes: a state of 100,000 tasks has some 200 MB. */
const ANSWER_BYTES_MAX = 1024 * 1024 * 1024;

/** Sends requests to one server, and to those it redirects to. */
export class HttpClient {
  /** What the errors call the server: `master`, `agent`. */
  readonly what: string;
  #origin: URL | undefined;
  readonly #find: () => Promise<URL>;
  readonly #access: Access;
  readonly #clock: Clock;

  /** @param place where the server is, or who tells it: asked at first, and again when it is there no more */
  constructor(what: string, place: URL | (() => Promise<URL>), access: Access, clock: Clock) {
    this.what = what;
    this.#origin = place instanceof URL ? place : undefined;
    this.#find = place instanceof URL ? async () => place : place;
    this.#access = access;
    this.#clock = clock;
  }

  /** Where it was found in the end. */
  async origin(): Promise<URL> {
    this.#origin ??= await this.#find();
    return this.#origin;
  }

  /** @throws Problem when there is no answer, or one that is not 2xx */
  async ask(question: Question): Promise<Answer> {
    const response = await this.open(question);
    return { status: response.statusCode ?? 0, headers: response.headers, body: await wholeBody(response) };
  }

  /** A JSON document. @throws Problem, also for what is not JSON */
  async json(path: string): Promise<unknown> {
    const { body } = await this.ask({ path });
    try {
      return JSON.parse(body.toString());
    } catch {
      const { host } = await this.origin();
      throw new Problem(`the ${this.what} at ${host} answered ${path} with something that is not JSON`);
    }
  }

  /**
   * An answer whose body is still to come.
   *
   * @throws Problem as `ask`
   */
  async open(question: Question): Promise<http.IncomingMessage> {
    for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects++) {
      const origin = await this.origin();
      const response = await this.#taken(origin, question);
      const status = response.statusCode ?? 0;
      const { location } = response.headers;
      if ((status === 307 || status === 302) && location !== undefined) {
        response.resume();
        this.#origin = new URL(new URL(location, origin).origin);
        continue;
      }
      if (status >= 200 && status < 300) return response;
      throw this.#refusal(origin, question, status, (await wholeBody(response)).toString().trim());
    }
    throw new Problem('the masters send us from one to the other: none of them leads; try again in a moment');
  }

  /** A request whose body is written bit by bit, with its answer, to a server at a known place. The connection is its own. */
  start(question: Question): StartedRequest {
    const origin = this.#origin;
    if (origin === undefined) throw new Error(`the ${this.what} has to be found first`);
    const request = this.#request(origin, question, false);
    const response = new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.once('error', (error) => reject(this.#unreachable(origin, error)));
    });
    return { request, response };
  }

  /** What a server that has too much to do turns away unseen (503 with `Retry-After`) is asked again when it says. */
  async #taken(origin: URL, question: Question): Promise<http.IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#somewhere(origin, question);
      const seconds = Number(response.headers['retry-after']);
      if (response.statusCode !== 503 || !(seconds > 0) || attempt === BUSY_ATTEMPTS_MAX) return response;
      response.resume();
      const delayMs = Math.min(seconds, BUSY_WAIT_SECONDS_MAX) * 1000;
      await new Promise<void>((resolve) => void this.#clock.setTimer(delayMs, resolve));
    }
  }

  /** There, or where the server has gone to meanwhile. */
  async #somewhere(origin: URL, question: Question): Promise<http.IncomingMessage> {
    try {
      return await this.#once(origin, question);
    } catch (error) {
      const found = await this.#find();
      if (found.host === origin.host) throw error;
      this.#origin = found;
      return this.#once(found, question);
    }
  }

  #once(origin: URL, question: Question): Promise<http.IncomingMessage> {
    return new Promise((resolve, reject) => {
      const request = this.#request(origin, question, undefined);
      request.once('response', resolve);
      request.once('error', (error) => reject(this.#unreachable(origin, error)));
      request.end(question.body);
    });
  }

  #request(origin: URL, question: Question, agent: false | undefined): http.ClientRequest {
    const { credential, ca } = this.#access;
    const isTls = origin.protocol === 'https:';
    const headers: Record<string, string> = { ...question.headers };
    if (credential !== undefined) {
      const pair = `${credential.principal}:${credential.secret}`;
      headers['Authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
    }
    const options = {
      method: question.method ?? 'GET',
      headers,
      ...(agent === undefined ? {} : { agent }),
      ...(isTls && ca !== undefined ? { ca } : {}),
    };
    return (isTls ? https : http).request(new URL(question.path, origin), options);
  }

  #unreachable({ host }: URL, error: NodeJS.ErrnoException): Problem {
    const how =
      this.what === 'master'
        ? 'is it running? Name another one by --master=HOST:PORT or MESOSTATE_MASTER'
        : 'it may be down, or not be reachable from here';
    return new Problem(`no ${this.what} at ${host}: ${error.message}; ${how}`, ExitCode.unavailable);
  }

  #refusal({ host }: URL, { path }: Question, status: number, text: string): Problem {
    const where = `the ${this.what} at ${host}`;
    if (status === 401) return new Problem(`${where} wants to know who asks: give --credential=FILE`, 77);
    if (status === 403) return new Problem(`${where} does not allow it: ${text || 'no reason given'}`, 77);
    const shown = text === '' ? `status ${status} for ${path}` : text;
    if (status === 503) return new Problem(`${where} cannot answer now: ${shown}`, ExitCode.unavailable);
    return new Problem(`${where} refused: ${shown}`);
  }
}

async function wholeBody(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    length += (chunk as Buffer).length;
    if (length > ANSWER_BYTES_MAX)
      throw new Problem(`an answer of more than ${ANSWER_BYTES_MAX} bytes was refused`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

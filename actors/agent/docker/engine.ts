/** Docker's Engine API over its socket, as far as containers of an agent need it. */
import { type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';

/** Answers that are read whole are not larger. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

/** An answer of the engine that is no success. */
export class EngineError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface EngineRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** What `inspect` tells that an agent wants to know. */
export interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Status: string; readonly Pid: number; readonly ExitCode: number };
  readonly NetworkSettings?: {
    readonly Networks?: Readonly<Record<string, { readonly IPAddress?: string }>>;
  };
}

export class DockerEngine {
  readonly #socket: string;

  /** @param socket `--docker_socket` */
  constructor(socket: string) {
    this.#socket = socket;
  }

  /** @throws Error saying that nobody answers at the socket */
  async ping(): Promise<void> {
    await this.json('GET', '/version');
  }

  inspect(name: string): Promise<InspectedContainer> {
    return this.json('GET', `/containers/${name}/json`) as Promise<InspectedContainer>;
  }

  /** All of this label, ended ones too: names without their slash. */
  async list(label: string): Promise<string[]> {
    const filters = JSON.stringify({ label: [label] });
    const all = await this.json('GET', '/containers/json', { query: { all: '1', filters } });
    return (all as { Names?: string[] }[]).flatMap(({ Names }) => Names?.[0]?.slice(1) ?? []);
  }

  async create(name: string, body: object): Promise<void> {
    await this.json('POST', '/containers/create', { query: { name }, body });
  }

  async start(name: string): Promise<void> {
    await this.json('POST', `/containers/${name}/start`);
  }

  /** One that has ended is no error. */
  async kill(name: string, signal: string): Promise<void> {
    await this.#unless([404, 409], this.json('POST', `/containers/${name}/kill`, { query: { signal } }));
  }

  /** Resolves with the status when it has ended. */
  async wait(name: string, signal: AbortSignal): Promise<number> {
    const answer = await this.json('POST', `/containers/${name}/wait`, { signal });
    return (answer as { StatusCode: number }).StatusCode;
  }

  async remove(name: string): Promise<void> {
    await this.#unless(
      [404, 409],
      this.json('DELETE', `/containers/${name}`, { query: { force: '1', v: '1' } }),
    );
  }

  async hasImage(image: string): Promise<boolean> {
    try {
      await this.json('GET', `/images/${image}/json`);
      return true;
    } catch (error) {
      if (error instanceof EngineError && error.status === 404) return false;
      throw error;
    }
  }

  /** @param auth content of X-Registry-Auth @throws Error with what the registry said */
  async pull(image: string, auth: string | undefined, signal: AbortSignal): Promise<void> {
    const tagged = /[:@][^/]+$/.test(image) ? image : `${image}:latest`;
    const headers = auth === undefined ? {} : { 'X-Registry-Auth': auth };
    const stream = await this.stream('POST', '/images/create', {
      query: { fromImage: tagged },
      headers,
      signal,
    });
    let rest = '';
    for await (const chunk of stream) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) checkProgress(line);
    }
    checkProgress(rest);
  }

  /** What the container wrote and writes: frames of 8 bytes of header each. Ends with the container. */
  logs(name: string, signal: AbortSignal): Promise<Readable> {
    const query = { follow: '1', stdout: '1', stderr: '1' };
    return this.stream('GET', `/containers/${name}/logs`, { query, signal });
  }

  /** Makes a command ready to be run inside a container. @returns its id */
  async createExec(name: string, body: object): Promise<string> {
    return ((await this.json('POST', `/containers/${name}/exec`, { body })) as { Id: string }).Id;
  }

  /** Runs it. Resolves when it has ended; what it wrote is dropped. */
  async runExec(id: string, signal: AbortSignal): Promise<void> {
    const body = { Detach: false, Tty: false };
    for await (const _chunk of await this.stream('POST', `/exec/${id}/start`, { body, signal }));
  }

  async inspectExec(id: string): Promise<{ readonly Pid: number; readonly ExitCode: number | null }> {
    return (await this.json('GET', `/exec/${id}/json`)) as { Pid: number; ExitCode: number | null };
  }

  async json(method: string, path: string, options: EngineRequest = {}): Promise<unknown> {
    const text = await whole(await this.stream(method, path, options));
    return text === '' ? undefined : JSON.parse(text);
  }

  async stream(method: string, path: string, options: EngineRequest = {}): Promise<IncomingMessage> {
    const response = await this.#ask(method, path, options);
    const status = response.statusCode ?? 0;
    if (status < 300 || status === 304) return response;
    const text = await whole(response);
    throw new EngineError(status, messageOf(text) ?? `the engine answered ${status}`);
  }

  #ask(
    method: string,
    path: string,
    { query, body, headers, signal }: EngineRequest,
  ): Promise<IncomingMessage> {
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    return new Promise((resolve, reject) => {
      const asked = request({
        socketPath: this.#socket,
        path: `${path}${search}`,
        method,
        agent: false,
        headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        ...(signal === undefined ? {} : { signal }),
      });
      asked.on('response', resolve);
      asked.on('error', (error: NodeJS.ErrnoException) => {
        const isAway = error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'EACCES';
        reject(isAway ? new Error(`no Docker engine answers at ${this.#socket} (${error.code})`) : error);
      });
      asked.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  async #unless(statuses: readonly number[], asked: Promise<unknown>): Promise<void> {
    try {
      await asked;
    } catch (error) {
      if (!(error instanceof EngineError) || !statuses.includes(error.status)) throw error;
    }
  }
}

async function whole(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > ANSWER_BYTES_MAX) throw new Error('the answer of the engine is too large');
  }
  return text;
}

function messageOf(text: string): string | undefined {
  try {
    return String((JSON.parse(text) as { message?: unknown }).message).split('\n')[0];
  } catch {
    return undefined;
  }
}

function checkProgress(line: string): void {
  if (line.trim() === '') return;
  const { error } = JSON.parse(line) as { error?: string };
  if (error !== undefined) throw new Error(error);
}

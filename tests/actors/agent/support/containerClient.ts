/** Calls of an agent's operator API about containers, as a client over a socket makes them. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { encodeRecord, RecordDecoder } from '../../../../proto/index.ts';
import { until } from '../../../support/until.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

/** An agent that has too much to do, as on a busy machine, is asked again, as it asks for. */
export function call(url: string, body: Json): Promise<Answer> {
  return until('the agent has time for it', async () => {
    const answer = await fetch(`${url}/api/v1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return answer.headers.has('retry-after') ? undefined : { status: answer.status, text };
  });
}

/** A stream of a container's output. */
export class Output {
  stdout = '';
  stderr = '';
  heartbeats = 0;
  status = 0;
  headers: Json = {};
  ended = false;
  private readonly request: ClientRequest;

  constructor(url: string, body: Json, headers: Record<string, string> = { accept: 'application/json' }) {
    const decoder = new RecordDecoder();
    this.request = post(url, { 'content-type': 'application/json', ...headers }, (response) => {
      this.status = response.statusCode ?? 0;
      this.headers = response.headers;
      response.on('data', (chunk: Buffer) => {
        if (this.status === 200) for (const record of decoder.push(chunk)) this.take(record);
        else this.stdout += chunk.toString();
      });
      response.on('end', () => {
        this.ended = true;
      });
      response.on('error', () => undefined);
    });
    this.request.end(JSON.stringify(body));
  }

  leave(): void {
    this.request.destroy();
  }

  private take(record: Uint8Array): void {
    const io = JSON.parse(Buffer.from(record).toString()) as {
      data?: { type: string; data: string };
      control?: object;
    };
    if (io.control !== undefined) this.heartbeats += 1;
    if (io.data === undefined) return;
    const text = Buffer.from(io.data.data, 'base64').toString();
    if (io.data.type === 'STDERR') this.stderr += text;
    else this.stdout += text;
  }
}

/** Someone who types. */
export class Input {
  status = 0;
  text = '';
  private readonly request: ClientRequest;

  constructor(url: string, containerId: object) {
    const headers = { 'content-type': 'application/recordio', 'message-content-type': 'application/json' };
    this.request = post(url, headers, (response) => {
      this.status = response.statusCode ?? 0;
      response.on('data', (chunk: Buffer) => {
        this.text += chunk.toString();
      });
      response.on('error', () => undefined);
    });
    this.send({ type: 'CONTAINER_ID', container_id: containerId });
  }

  type(text: string): void {
    const data = { type: 'STDIN', data: Buffer.from(text).toString('base64') };
    this.send({ type: 'PROCESS_IO', process_io: { type: 'DATA', data } });
  }

  resize(rows: number, columns: number): void {
    const control = { type: 'TTY_INFO', tty_info: { window_size: { rows, columns } } };
    this.send({ type: 'PROCESS_IO', process_io: { type: 'CONTROL', control } });
  }

  send(attach_container_input: object): void {
    const text = JSON.stringify({ type: 'ATTACH_CONTAINER_INPUT', attach_container_input });
    this.request.write(encodeRecord(text));
  }

  end(): void {
    this.request.end();
  }
}

function post(
  url: string,
  headers: Record<string, string>,
  answered: (response: IncomingMessage) => void,
): ClientRequest {
  const made = request(`${url}/api/v1`, { method: 'POST', headers, agent: false }, answered);
  made.on('error', () => undefined);
  made.flushHeaders();
  return made;
}

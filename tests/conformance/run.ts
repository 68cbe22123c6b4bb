/** Holds one server against the rows of the public APIs. */
import http from 'node:http';
import type { Row } from './table.ts';

export interface Servers {
  /** `http://host:5050` */
  readonly master: string;
  readonly agent?: string | undefined;
  /** A master that does not lead. */
  readonly standby?: string | undefined;
}

export const getOf = (servers: Servers, name: keyof Servers): string | undefined => servers[name];

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** @returns what is not as the row says, in words; undefined when the server is not given, and the row says nothing of it */
export async function check(row: Row, servers: Servers): Promise<string[] | undefined> {
  const base = getOf(servers, row.at);
  if (base === undefined) return undefined;
  const answer = await send(base, row);
  const problems: string[] = [];
  if (answer.status !== row.status)
    problems.push(`status ${answer.status} (${answer.text.slice(0, 100)}), expected ${row.status}`);
  if (row.type !== undefined && !answer.type.startsWith(row.type))
    problems.push(`content type '${answer.type}', expected '${row.type}'`);
  if (row.text !== undefined && !row.text.test(answer.text))
    problems.push(`text '${answer.text.slice(0, 100)}', expected ${row.text}`);
  if (row.keys !== undefined && answer.status === row.status) {
    const json: unknown = JSON.parse(answer.text);
    problems.push(...row.keys.filter((key) => !has(json, key)).map((key) => `no '${key}'`));
  }
  return problems;
}

/** `a[].b`: of the first in a list; an empty list has everything. */
function has(json: unknown, key: string): boolean {
  let value = json;
  for (const part of key.split('.')) {
    const name = part.replace('[]', '');
    if (typeof value !== 'object' || value === null || !(name in value)) return false;
    value = (value as Record<string, unknown>)[name];
    if (!part.endsWith('[]')) continue;
    if (!Array.isArray(value)) return false;
    if (value.length === 0) return true;
    value = value[0];
  }
  return true;
}

/** With the headers of the row and no others that a client might add. */
function send(base: string, { method = 'GET', path, headers = {}, body = '' }: Row): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const bytes = Buffer.from(body);
    const length = bytes.length > 0 || method !== 'GET' ? { 'Content-Length': bytes.length } : {};
    const request = http.request(
      new URL(path, base),
      { method, headers: { ...headers, ...length }, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    request.on('error', reject);
    request.end(bytes);
  });
}

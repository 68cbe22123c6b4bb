/** Requests to registries: redirects followed, answers bounded and watched for silence. */
import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { SecureContext } from 'node:tls';
import { ask } from '../../../outgoing.ts';
import type { ProxyVariables } from '../../../proxies.ts';
import { Stall, type StallOptions, stallText } from '../../../stall.ts';

const REDIRECTS_MAX = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Answers that are read as a whole are not larger. */
const TEXT_BYTES_MAX = 8 * 1024 * 1024;

export interface RequestOptions extends StallOptions {
  /** Whose certificates are believed; called when one is met for the first time. Absent: Node's own list. */
  readonly authorities?: () => SecureContext;
  /** Of the environment, as far as they name proxies. */
  readonly variables?: ProxyVariables;
}

/** Follows redirects, without the authorization to other hosts. @throws Error in one line */
export async function get(
  url: string,
  headers: OutgoingHttpHeaders,
  options: RequestOptions,
): Promise<IncomingMessage> {
  const { authorization, ...others } = headers;
  const first = new URL(url);
  for (let at = first, hops = 0; ; hops++) {
    const own = at.origin === first.origin && authorization !== undefined ? { authorization } : {};
    const response = await getOnce(at, { ...others, ...own }, options);
    const { location } = response.headers;
    if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) return response;
    response.destroy();
    if (hops >= REDIRECTS_MAX) throw new Error(`more than ${REDIRECTS_MAX} redirects`);
    const next = new URL(location, at);
    if (next.protocol !== 'https:' && (at.protocol === 'https:' || next.protocol !== 'http:'))
      throw new Error(`redirected to ${next.protocol}`);
    at = next;
  }
}

async function getOnce(
  at: URL,
  headers: OutgoingHttpHeaders,
  options: RequestOptions,
): Promise<IncomingMessage> {
  const { clock, stallMs, variables = {}, authorities } = options;
  const secureContext = at.protocol === 'https:' ? authorities?.() : undefined;
  try {
    return await ask(at, { clock, stallMs, variables, headers, secureContext });
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    throw new Error(`${at.host}: ${message || code}`);
  }
}

/** @param take called with each piece, one at a time @throws Error when nothing comes for too long, or the end is missing */
export async function eachChunk(
  response: IncomingMessage,
  options: StallOptions,
  take: (chunk: Buffer) => void | Promise<void>,
): Promise<void> {
  const stall = new Stall(options, () => response.destroy(new Error(stallText(options))));
  try {
    for await (const chunk of response) {
      stall.restart();
      await take(chunk as Buffer);
    }
    if (!response.complete) throw new Error('the connection broke before the end');
  } finally {
    stall.end();
    response.destroy();
  }
}

/** The whole body, which is small. */
export async function bytesOf(response: IncomingMessage, options: StallOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  await eachChunk(response, options, (chunk) => {
    length += chunk.length;
    if (length > TEXT_BYTES_MAX) throw new Error(`the answer has more than ${TEXT_BYTES_MAX} bytes`);
    chunks.push(chunk);
  });
  return Buffer.concat(chunks);
}

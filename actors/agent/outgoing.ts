/** HTTP requests of the agent to the world, by the proxies of its environment. */
import {
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { type ProxyVariables, proxyOf } from './proxies.ts';
import { Stall, type StallOptions, stallText } from './stall.ts';

export interface OutgoingOptions extends StallOptions {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly signal?: AbortSignal;
  /** Whose certificates are believed, of servers behind proxies too; absent: Node's own list. */
  readonly secureContext?: SecureContext | undefined;
  /** Of the environment that names proxies; absent: there are none. */
  readonly variables?: ProxyVariables;
}

/** curl's, for proxies that name none. */
const PROXY_PORT = 1080;

/**
 * Asks one server, itself or by a proxy: that is asked for `http:` URLs, and makes a tunnel to others.
 *
 * @throws Error in one line: nobody there, a proxy that refuses, silence for `stallMs`
 */
export async function ask(url: URL, options: OutgoingOptions): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, secureContext } = options;
  const common = { method, headers, ...(options.signal && { signal: options.signal }) };
  const proxy = proxyOf(url, options.variables ?? {});
  if (url.protocol !== 'https:') {
    const asked =
      proxy === undefined
        ? requestHttp(url, { ...common, agent: false })
        : toProxy(proxy, { ...common, ...throughProxy(url, headers, proxy) });
    return answered(asked, options);
  }
  const secure = secureContext === undefined ? {} : { secureContext };
  if (proxy === undefined)
    return answered(requestHttps(url, { ...common, ...secure, agent: false }), options);
  const socket = await tunnelTo(url, proxy, options);
  const host = bare(url.hostname);
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const createConnection = () => connectTls({ socket, host, ...servername, ...secure });
  return answered(requestHttps(url, { ...common, createConnection }), options);
}

/** Proxies are asked for the whole URL; who asks the server is told to that alone. */
function throughProxy(url: URL, headers: OutgoingOptions['headers'], proxy: URL): RequestOptions {
  const path = new URL(url);
  path.username = '';
  path.password = '';
  path.hash = '';
  const own = url.username === '' ? {} : { authorization: basic(url) };
  return { path: path.href, headers: { ...own, ...headers, ...credentials(proxy), host: url.host } };
}

function tunnelTo(url: URL, proxy: URL, options: OutgoingOptions): Promise<Socket> {
  const path = `${url.hostname}:${url.port === '' ? 443 : url.port}`;
  const headers = { host: path, ...credentials(proxy) };
  const asked = toProxy(proxy, {
    method: 'CONNECT',
    path,
    headers,
    ...(options.signal && { signal: options.signal }),
  });
  return new Promise((resolve, reject) => {
    const stall = new Stall(options, () => asked.destroy(new Error(stallText(options))));
    const refused = (status: number | undefined) => {
      stall.end();
      asked.destroy();
      reject(new Error(`proxy ${proxy.host}: answered ${status}`));
    };
    asked.on('connect', (response, socket: Socket, head: Buffer) => {
      stall.end();
      if (response.statusCode !== 200) {
        socket.destroy();
        return refused(response.statusCode);
      }
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    asked.on('response', ({ statusCode }) => refused(statusCode));
    asked.on('error', (error) => {
      stall.end();
      reject(new Error(`proxy ${proxy.host}: ${said(error)}`));
    });
    asked.end();
  });
}

function toProxy(proxy: URL, options: RequestOptions): ClientRequest {
  const isSecret = proxy.protocol === 'https:';
  const port = proxy.port === '' ? (isSecret ? 443 : PROXY_PORT) : Number(proxy.port);
  return (isSecret ? requestHttps : requestHttp)({
    ...options,
    host: bare(proxy.hostname),
    port,
    agent: false,
  });
}

function answered(asked: ClientRequest, options: StallOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const stall = new Stall(options, () => asked.destroy(new Error(stallText(options))));
    asked.on('response', (response) => {
      stall.end();
      resolve(response);
    });
    asked.on('error', (error) => {
      stall.end();
      reject(error);
    });
    asked.end();
  });
}

function credentials(proxy: URL): Record<string, string> {
  return proxy.username === '' ? {} : { 'proxy-authorization': basic(proxy) };
}

function basic({ username, password }: URL): string {
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/** Without the brackets of an IPv6 address. */
function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function said(error: NodeJS.ErrnoException): string {
  return error.message || (error.code ?? 'failed');
}

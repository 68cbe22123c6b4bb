/** Which proxy is asked for what, and what is asked of it. */
import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import { createSecureContext } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { ask } from '../../../actors/agent/outgoing.ts';
import { type ProxyVariables, proxyOf, proxyVariables } from '../../../actors/agent/proxies.ts';
import { realPorts } from '../../../runtime/realPorts.ts';
import { authority } from '../../support/certificates.ts';

const { clock } = realPorts();

const OF_HTTP: ProxyVariables = { http_proxy: 'http://proxy:3128' };

const CASES: readonly (readonly [string, ProxyVariables, string | undefined])[] = [
  ['http://a.example/', {}, undefined],
  ['http://a.example/', OF_HTTP, 'http://proxy:3128/'],
  ['https://a.example/', OF_HTTP, undefined],
  // Somebody's header may be a CGI program's variable of that name.
  ['http://a.example/', { HTTP_PROXY: 'http://proxy:3128' }, undefined],
  ['https://a.example/', { HTTPS_PROXY: 'proxy:3128' }, 'http://proxy:3128/'],
  ['https://a.example/', { https_proxy: 'first:1', HTTPS_PROXY: 'second:1' }, 'http://first:1/'],
  ['https://a.example/', { https_proxy: '', all_proxy: 'all:1' }, undefined],
  ['https://a.example/', { ALL_PROXY: 'https://all:1' }, 'https://all:1/'],
  ['http://a.example/', { ...OF_HTTP, no_proxy: 'b.example, a.example' }, undefined],
  ['http://x.a.example/', { ...OF_HTTP, no_proxy: '.a.example' }, undefined],
  ['http://x.a.example/', { ...OF_HTTP, NO_PROXY: '*.A.example' }, undefined],
  ['http://xa.example/', { ...OF_HTTP, no_proxy: 'a.example' }, 'http://proxy:3128/'],
  ['http://a.example/', { ...OF_HTTP, no_proxy: '*' }, undefined],
  ['http://a.example:81/', { ...OF_HTTP, no_proxy: 'a.example:80' }, 'http://proxy:3128/'],
  ['http://a.example:81/', { ...OF_HTTP, no_proxy: 'a.example:81' }, undefined],
  ['http://a.example/', { ...OF_HTTP, no_proxy: 'a.example:80' }, undefined],
  ['https://a.example/', { https_proxy: 'first:1', no_proxy: 'a.example:443' }, undefined],
  ['http://10.1.2.3/', { ...OF_HTTP, no_proxy: '10.0.0.0/8' }, undefined],
  ['http://11.1.2.3/', { ...OF_HTTP, no_proxy: '10.0.0.0/8' }, 'http://proxy:3128/'],
  ['http://[fd00::1]/', { ...OF_HTTP, no_proxy: 'fd00::/16' }, undefined],
  ['http://[fd00::1]/', { ...OF_HTTP, no_proxy: 'fd00::1' }, undefined],
  ['http://localhost:5050/', OF_HTTP, undefined],
  ['http://127.0.0.1:5050/', OF_HTTP, undefined],
  ['http://[::1]/', OF_HTTP, undefined],
];

for (const [url, variables, expected] of CASES) {
  test(`${url} with ${JSON.stringify(variables)}: ${expected ?? 'no proxy'}`, (t) => {
    t.is(proxyOf(new URL(url), variables)?.href, expected);
  });
}

test('a proxy that is none is named by its variable, without its password', (t) => {
  for (const value of ['socks5://u:secret@proxy', 'http://u:secret@ /', '://secret'])
    t.throws(() => proxyOf(new URL('http://a.example'), { all_proxy: value }), {
      message: 'all_proxy in the environment of the agent: expected http(s)://HOST:PORT',
    });
});

test('programs get variables of proxies, and no others', (t) => {
  const variables = {
    http_proxy: 'a',
    NO_PROXY: 'b',
    HTTP_PROXY: 'c',
    PATH: 'd',
    MY_PROXY: 'e',
    ftp_proxy: 'f',
  };
  t.deepEqual(proxyVariables(variables), { http_proxy: 'a', NO_PROXY: 'b', ftp_proxy: 'f' });
});

async function listening(t: ExecutionContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A proxy for which every name is that of one server. */
async function proxy(t: ExecutionContext, target: number, refusal?: number) {
  const asked: string[] = [];
  const note = ({ method, url, headers }: IncomingMessage) =>
    asked.push([method, url, headers['proxy-authorization']].join(' ').trim());
  const server = createHttp((request, response) => {
    note(request);
    if (refusal !== undefined) return void response.writeHead(refusal).end();
    response.end(`for ${request.headers.host} ${request.headers.authorization ?? 'nobody'}`);
  });
  server.on('connect', (request: IncomingMessage, client) => {
    note(request);
    if (refusal !== undefined) return void client.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
    const upstream = connect(target, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    for (const end of [client, upstream]) end.on('error', () => undefined);
    upstream.pipe(client).pipe(upstream);
  });
  return { asked, address: `127.0.0.1:${await listening(t, server)}` };
}

async function textOf(url: string, options: Partial<Parameters<typeof ask>[1]>): Promise<string> {
  const response = await ask(new URL(url), { clock, stallMs: 60_000, ...options });
  let text = `${response.statusCode} `;
  for await (const chunk of response) text += chunk;
  return text;
}

test('a proxy is asked for the whole URL, with its own password and not that of the server', async (t) => {
  const { asked, address } = await proxy(t, 0);
  const variables = { http_proxy: `http://me:p%40ss@${address}` };
  const text = await textOf('http://user:pw@files.test:81/a?b', { variables });
  t.is(text, `200 for files.test:81 Basic ${btoa('user:pw')}`);
  t.deepEqual(asked, [`GET http://files.test:81/a?b Basic ${btoa('me:p@ss')}`]);
});

test('to a server with TLS it makes a tunnel, behind which certificates count as always', async (t) => {
  const { ca, issue } = authority(t);
  const { cert, key } = issue('server', '192.0.2.1');
  const port = await listening(
    t,
    createHttps({ cert, key }, (_, response) => response.end('secret')),
  );
  const { asked, address } = await proxy(t, port);
  const variables = { https_proxy: address };
  const secureContext = createSecureContext({ ca });
  t.is(await textOf('https://192.0.2.1/a', { variables, secureContext }), '200 secret');
  const wrong = textOf('https://files.test/a', { variables, secureContext });
  await t.throwsAsync(wrong, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  await t.throwsAsync(textOf('https://files.test/a', { variables }), { message: /certificate/ });
  t.deepEqual(new Set(asked), new Set(['CONNECT 192.0.2.1:443', 'CONNECT files.test:443']));
});

test('a proxy that refuses, or is not there, is told', async (t) => {
  const { address } = await proxy(t, 0, 407);
  const variables = { http_proxy: address, https_proxy: `http://u:secret@${address}` };
  t.is(await textOf('http://files.test/', { variables }), '407 ');
  await t.throwsAsync(textOf('https://files.test/', { variables }), {
    message: `proxy ${address}: answered 407`,
  });
  const nobody = { https_proxy: 'http://127.0.0.1:1' };
  await t.throwsAsync(textOf('https://files.test/', { variables: nobody }), {
    message: /^proxy 127\.0\.0\.1:1: connect ECONNREFUSED/,
  });
});

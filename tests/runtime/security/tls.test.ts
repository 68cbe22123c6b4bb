/** TLS and mutual TLS of links and HTTP on one port. */
import { request } from 'node:https';
import { connect } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { type ListenOptions, type Pid, Process, type TlsOptions } from '../../../runtime/index.ts';
import { authority } from '../../support/certificates.ts';
import { listen } from '../../support/listen.ts';
import { until } from '../../support/until.ts';

interface Words {
  say: string;
}

class Listener extends Process<Words> {
  readonly heard: string[] = [];
  override initialize(): void {
    this.install('say', (word) => this.heard.push(word));
    this.route('/', (_request, reply) => reply.text(200, 'root'));
  }
  tell(to: Pid, word: string): void {
    this.send(to, 'say', word);
  }
}

async function started(t: ExecutionContext, options: ListenOptions) {
  const listening = await listen(options);
  t.teardown(() => listening.shutdown());
  const listener = new Listener('listener');
  listening.node.spawn(listener);
  return { node: listening.node, listener };
}

/** `GET /listener` over TLS: the status, or the code of what went wrong. */
function get(port: number, options: { ca?: string; cert?: string; key?: string }): Promise<number | string> {
  return new Promise((resolve) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/listener', agent: false, ...options },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end();
  });
}

test('links and HTTP go over TLS, and nothing else is understood', async (t) => {
  const { ca, issue } = authority(t);
  const tls: TlsOptions = { ...issue('node'), ca };
  const one = await started(t, { tls });
  const two = await started(t, { tls });
  one.listener.tell(two.listener.self, 'hello');
  await until('it arrived', () => two.listener.heard[0] === 'hello');
  two.listener.tell(one.listener.self, 'and back');
  await until('the answer arrived', () => one.listener.heard[0] === 'and back');
  t.is(await get(one.node.address.port, { ca }), 200);
  t.regex(String(await get(one.node.address.port, {})), /CERT_IN_CHAIN|VERIFY_LEAF/);

  const answer = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(one.node.address.port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    );
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  t.notRegex(answer, /root/);
  t.is(await get(one.node.address.port, { ca }), 200);
});

test('a plain node and a TLS node do not link', async (t) => {
  const { ca, issue } = authority(t);
  const secure = await started(t, { tls: { ...issue('node'), ca } });
  const plain = await started(t, {});
  plain.listener.tell(secure.listener.self, 'x');
  secure.listener.tell(plain.listener.self, 'x');
  await until(
    'both are lost',
    () =>
      plain.node.deadLetters.total('link-broken') === 1 && secure.node.deadLetters.total('link-broken') === 1,
  );
  t.deepEqual([...secure.listener.heard, ...plain.listener.heard], []);
});

test('a node whose certificate is of another authority, or for another address, is not linked to unless told so', async (t) => {
  const { ca, issue } = authority(t);
  const stranger = await started(t, { tls: { ...authority(t).issue('stranger') } });
  const elsewhere = await started(t, { tls: { ...issue('elsewhere', '10.9.8.7'), ca } });
  const careful = await started(t, { tls: { ...issue('careful'), ca } });
  careful.listener.tell(stranger.listener.self, 'x');
  careful.listener.tell(elsewhere.listener.self, 'x');
  await until('both are lost', () => careful.node.deadLetters.total('link-broken') === 2);
  t.deepEqual([...stranger.listener.heard, ...elsewhere.listener.heard], []);
  const careless = await started(t, { tls: { ...issue('careless'), ca, verifyServerCert: false } });
  careless.listener.tell(stranger.listener.self, 'x');
  await until('it arrived', () => stranger.listener.heard.length === 1);
});

test('with mutual TLS, who shows no certificate of the authority gets no answer', async (t) => {
  const { ca, issue } = authority(t);
  const friend = issue('friend');
  const other = authority(t);
  const guarded = await started(t, { tls: { ...issue('node'), ca, requireClientCert: true } });
  const { port } = guarded.node.address;
  t.is(await get(port, { ca, cert: friend.cert, key: friend.key }), 200);
  t.is(typeof (await get(port, { ca })), 'string');
  const forged = other.issue('forged');
  t.is(typeof (await get(port, { ca, cert: forged.cert, key: forged.key })), 'string');

  const stranger = await started(t, { tls: { ...forged, ca } });
  stranger.listener.tell(guarded.listener.self, 'x');
  await until('it is lost', () => stranger.node.deadLetters.total('link-broken') === 1);
  const known = await started(t, { tls: { ...friend, ca } });
  known.listener.tell(guarded.listener.self, 'hello');
  await until('the friend is heard', () => guarded.listener.heard.length === 1);
  t.deepEqual(guarded.listener.heard, ['hello']);
});

test('while a cluster changes over, a port takes both: plain HTTP, TLS, and links of either kind', async (t) => {
  const { ca, issue } = authority(t);
  const both = await started(t, { tls: { ...issue('both'), ca, allowPlain: true } });
  const { port } = both.node.address;
  t.is(await get(port, { ca }), 200);
  for (const _ of [1, 2]) t.is((await fetch(`http://127.0.0.1:${port}/listener`)).status, 200);
  const posted = await fetch(`http://127.0.0.1:${port}/listener/say`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify('p'.repeat(200_000)),
  });
  t.is(posted.status, 202);
  const plain = await started(t, {});
  const secure = await started(t, { tls: { ...issue('secure'), ca } });
  plain.listener.tell(both.listener.self, 'plain');
  secure.listener.tell(both.listener.self, 'secure');
  await until('all are heard', () => both.listener.heard.length === 3);
  const silent = connect(port, '127.0.0.1');
  const ended = new Promise((resolve) => silent.once('close', resolve));
  silent.once('connect', () => silent.end());
  await ended;
  t.is(await get(port, { ca }), 200);
});

test('a chain longer than allowed is not believed, of a server and of a client', async (t) => {
  const { ca, issue, issueBelow } = authority(t);
  const deep = await started(t, { tls: { ...issueBelow('deep'), ca, requireClientCert: true } });
  const strict = await started(t, {
    tls: { ...issue('strict'), ca, requireClientCert: true, verifyDepth: 0 },
  });
  const lenient = await started(t, { tls: { ...issue('lenient'), ca, verifyDepth: 1 } });
  lenient.listener.tell(deep.listener.self, 'x');
  await until('one authority in between is allowed', () => deep.listener.heard.length === 1);
  strict.listener.tell(deep.listener.self, 'x');
  await until('a server is refused', () => strict.node.deadLetters.total('link-broken') === 1);
  deep.listener.tell(strict.listener.self, 'x');
  await until('a client is refused', () => deep.node.deadLetters.total('link-broken') === 1);
  t.deepEqual(strict.listener.heard, []);
});

test('a certificate for names only is taken from a node called by its IP address, when told so', async (t) => {
  const { ca, issue } = authority(t);
  const elsewhere = await started(t, { tls: { ...issue('elsewhere', '10.9.8.7'), ca } });
  const told = await started(t, { tls: { ...issue('told'), ca, verifyIpAddress: false } });
  told.listener.tell(elsewhere.listener.self, 'x');
  await until('it arrived', () => elsewhere.listener.heard.length === 1);
  t.pass();
});

test('versions and ciphers that the two have not in common make no link', async (t) => {
  const { ca, issue } = authority(t);
  const now = await started(t, { tls: { ...issue('now'), ca, versions: ['TLSv1.3', 'TLSv1.3'] } });
  const old = await started(t, { tls: { ...issue('old'), ca, versions: ['TLSv1.2', 'TLSv1.2'] } });
  old.listener.tell(now.listener.self, 'x');
  await until('it is lost', () => old.node.deadLetters.total('link-broken') === 1);
  const ciphers = 'ECDHE-ECDSA-AES256-GCM-SHA384';
  const chosen = { versions: ['TLSv1.2', 'TLSv1.2'], ciphers, ecdhCurve: 'P-384' } as const;
  const fitting = await started(t, { tls: { ...issue('fitting'), ca, ...chosen } });
  old.listener.tell(fitting.listener.self, 'x');
  await until('it arrived', () => fitting.listener.heard.length === 1);
  t.deepEqual(now.listener.heard, []);
});

test('material that is no pair is refused in one line, before a port is taken', async (t) => {
  const { issue } = authority(t);
  const [one, two] = [issue('one'), issue('two')];
  const wrong: TlsOptions[] = [
    { cert: 'nonsense', key: one.key },
    { cert: one.cert, key: two.key },
    { cert: one.cert, key: one.key, requireClientCert: true },
    { cert: one.cert, key: one.key, ciphers: 'NONE-OF-THESE' },
    { cert: one.cert, key: one.key, ecdhCurve: 'flat' },
  ];
  for (const tls of wrong) await t.throwsAsync(listen({ tls }), { message: /^TLS: [^\n]+$/ });
});

/** A node's endpoints on a Unix socket: a real one. */
import { spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { listenOnDomainSocket, Process } from '../../../runtime/index.ts';
import { listen } from '../../support/listen.ts';

class Pages extends Process {
  override initialize(): void {
    this.route('/served', (_, reply) => reply.text(200, 'served'));
    this.route('/other', (_, reply) => reply.text(200, 'other'));
  }
}

function scratch(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mesostate-socket-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function opened(t: ExecutionContext, location: string) {
  const listening = await listen();
  t.teardown(() => listening.shutdown());
  listening.node.spawn(new Pages('pages'));
  const socket = await listenOnDomainSocket(listening.node, { location, paths: new Set(['/pages/served']) });
  t.teardown(() => socket.close());
  return { node: listening.node, socket };
}

function get(
  socketPath: string,
  target: string,
  headers: Record<string, string> = {},
): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const made = request({ socketPath, path: target, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      response.on('end', () => resolve([response.statusCode ?? 0, text]));
    });
    made.on('error', reject);
    made.end();
  });
}

test('it serves what it is to serve, and nothing else, nor links', async (t) => {
  const location = path.join(scratch(t), 'a.sock');
  const { socket } = await opened(t, location);
  t.is(socket.path, location);
  t.is(lstatSync(location).mode & 0o777, 0o666);
  t.deepEqual(await get(location, '/pages/served'), [200, 'served']);
  t.deepEqual(await get(location, '/pages/served/'), [200, 'served']);
  for (const target of [
    '/pages/other',
    '/',
    '/__processes__',
    '/pages/served/below',
    '/pages/../pages/other',
  ])
    t.is((await get(location, target))[0], 403, target);
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-key': 'x',
    'sec-websocket-version': '13',
  };
  await t.throwsAsync(get(location, '/__link__', upgrade));
  await socket.close();
  t.false(existsSync(location));
});

test('what a run that was killed has left is replaced; what is no socket is not, nor what is too long made', async (t) => {
  const folder = scratch(t);
  const location = path.join(folder, 'a.sock');
  const first = await opened(t, location);
  // As a run that was killed leaves it: nobody takes it away.
  const { socket } = await opened(t, location);
  t.deepEqual(await get(socket.path, '/pages/served'), [200, 'served']);
  const file = path.join(folder, 'precious');
  writeFileSync(file, 'words');
  const trouble = (where: string) =>
    t.throwsAsync(listenOnDomainSocket(first.node, { location: where, paths: new Set() }));
  t.regex((await trouble(file))?.message ?? '', /precious' is there, and is no socket/);
  t.true(existsSync(file));
  t.regex(
    (await trouble(path.join(folder, 'x'.repeat(108))))?.message ?? '',
    /too long for a socket: at most 107/,
  );
  t.regex((await trouble('systemd:agent'))?.message ?? '', /systemd hands no socket 'agent' over/);
});

test('a socket that systemd hands over is found by its name', async (t) => {
  const location = path.join(scratch(t), 'handed.sock');
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(location, resolve));
  t.teardown(() => void holder.close());
  const { fd } = (holder as unknown as { readonly _handle: { readonly fd: number } })._handle;
  const runtime = pathToFileURL(path.resolve(import.meta.dirname, '../../../runtime/index.js')).href;
  const script = `import { listen, listenOnDomainSocket } from '${runtime}';
    const { node } = await listen();
    const environment = { LISTEN_PID: String(process.pid), LISTEN_FDS: '1', LISTEN_FDNAMES: 'agent' };
    const socket = await listenOnDomainSocket(node, { location: 'systemd:agent', paths: new Set(), environment });
    console.log(socket.path);
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit', fd],
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  t.is(await new Promise((resolve) => child.on('close', resolve)), 0);
  t.is(said.trim(), location);
});

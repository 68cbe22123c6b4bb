/** The same conversations among other programs: moleculer, whose calls are round trips, and Erlang, where `erl` is installed. */
import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from '../../runtime/build.ts';
import { listen, Pid } from '../../runtime/index.ts';
import { Counter, Sender } from '../support/actors.ts';
import { type Figure, measure, publish } from '../support/figures.ts';
import { type Broker, brokerNamed, echoService } from '../support/moleculer.ts';

const SUITE = 'peers';
const PAYLOAD = new Uint8Array(16).fill(7);

const beside = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Calls one after the other. */
async function calls(broker: Broker, n: number): Promise<void> {
  for (let i = 0; i < n; i++) await broker.call('echo.ping', { body: 'sixteen bytes...' });
}

/** By name, a second; nothing where Erlang is not installed or does not work. */
function erlangFigures(): Figure[] {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mesostate-bench-'));
  try {
    execFileSync('erlc', ['-o', folder, path.join(packageRoot, 'bench/peers/messages.erl')]);
    const run = ['-noshell', '-name', 'bench@127.0.0.1', '-pa', folder, '-s', 'messages', 'main'];
    const env = { ...process.env, ERL_CRASH_DUMP_SECONDS: '0' };
    const said = execFileSync('erl', run, { encoding: 'utf8', env, timeout: 60_000 });
    return [...said.matchAll(/^(.+)=([\d.]+)$/gm)].map(([, name = '', value]) => ({
      suite: SUITE,
      name: `${name}, Erlang`,
      value: Number(value),
      unit: 'a second',
    }));
  } catch (error) {
    console.error(`bench: no figures of Erlang: ${(error as Error).message.split('\n')[0]}`);
    return [];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const alone = brokerNamed('alone');
alone.createService(echoService);
await alone.start();
const urls = [`127.0.0.1:${await freePort()}/here`, `127.0.0.1:${await freePort()}/there`];
const there = fork(beside('../peers/broker.js'), [JSON.stringify(urls)]);
await new Promise((resolve) => there.once('message', resolve));
const here = brokerNamed('here', urls);
await here.start();
await here.waitForServices(['echo']);

const echo = fork(beside('../peers/echo.js'));
const { node: port } = await new Promise<{ node: number }>((resolve) =>
  echo.once('message', (message) => resolve(message as { node: number })),
);
const { node, shutdown } = await listen();
const local = new Sender('local', node.spawn(new Counter('counter', 1000)), 10_000, PAYLOAD);
const remote = new Sender('remote', new Pid('small-counter', '127.0.0.1', port), 20_000, PAYLOAD);
node.spawn(local);
node.spawn(remote);

const ours = await measure(SUITE, [
  { name: 'ping-pong, moleculer', unit: 'a second', size: 5000, run: () => calls(alone, 5000) },
  {
    name: 'ping-pong',
    unit: 'a second',
    size: 50_000,
    beside: 'ping-pong, moleculer',
    run: () => local.rally(50_000),
  },
  { name: 'one way', unit: 'a second', size: 50_000, run: () => local.burst(50_000) },
  { name: 'remote round trip, moleculer', unit: 'a second', size: 1000, run: () => calls(here, 1000) },
  {
    name: 'remote round trip',
    unit: 'a second',
    size: 1000,
    beside: 'remote round trip, moleculer',
    run: () => remote.rally(1000),
  },
  { name: 'remote one way', unit: 'a second', size: 50_000, run: () => remote.burst(50_000) },
]);
const erlang = erlangFigures().map((figure) => ({ ...figure, beside: figure.name.replace(', Erlang', '') }));
publish([...ours, ...erlang]);
await Promise.all([shutdown(), alone.stop(), here.stop()]);
there.disconnect();
echo.disconnect();
process.exit(0);

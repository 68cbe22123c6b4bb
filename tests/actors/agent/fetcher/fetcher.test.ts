/** Files for sandboxes, from real servers, folders and archives. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { Fetcher, type FetcherOptions } from '../../../../actors/agent/fetcher/fetcher.ts';
import type { CommandInfoURI } from '../../../../proto/generated/types/v1.ts';
import { MetricsRegistry } from '../../../../runtime/metrics/index.ts';
import { realPorts } from '../../../../runtime/realPorts.ts';
import { until } from '../../../support/until.ts';

const { clock } = realPorts();

interface Place {
  readonly root: string;
  readonly fetcher: Fetcher;
  readonly metrics: MetricsRegistry;
  /** Fetches into a new sandbox and returns it. */
  get(...uris: CommandInfoURI[]): Promise<string>;
}

function place(t: ExecutionContext, more: Partial<FetcherOptions> = {}): Place {
  const root = fs.mkdtempSync(join(tmpdir(), 'fetcher-'));
  t.teardown(() => fs.rmSync(root, { recursive: true, force: true }));
  const metrics = new MetricsRegistry(clock);
  const fetcher = new Fetcher({
    ...{ clock, metrics, cacheDir: join(root, 'cache'), cacheBytes: 1e6, stallMs: 60_000 },
    ...{ frameworksHome: '', hadoopHome: undefined, ...more },
  });
  let made = 0;
  const get = async (...uris: CommandInfoURI[]) => {
    const sandbox = join(root, `sandbox ${++made}`);
    fs.mkdirSync(sandbox);
    const launch = { containerId: 'c', sandbox, command: { value: 'true' }, environment: {}, uris };
    await fetcher.fetch(launch, new AbortController().signal);
    return sandbox;
  };
  return { root, fetcher, metrics, get };
}

async function server(
  t: ExecutionContext,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const listening = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return { url: `http://127.0.0.1:${(listening.address() as AddressInfo).port}`, asked };
}

function read(...path: string[]): string {
  return fs.readFileSync(join(...path), 'utf8');
}

test('files of the agent: absolute, file://, relative to frameworks_home', async (t) => {
  const { root } = place(t);
  const { get } = place(t, { frameworksHome: root });
  fs.writeFileSync(join(root, 'tool.sh'), '#!/bin/sh\n');
  const uris = [
    join(root, 'tool.sh'),
    `file://${root}/tool.sh`,
    `file://localhost${root}/tool.sh`,
    'tool.sh',
  ];
  for (const value of uris) {
    const sandbox = await get({ value: `  ${value}`, executable: true });
    t.is(read(sandbox, 'tool.sh'), '#!/bin/sh\n');
    t.is(fs.statSync(join(sandbox, 'tool.sh')).mode & 0o777, 0o755);
    t.regex(read(sandbox, 'stderr'), /^Fetched '.*tool.sh' to 'tool.sh'\n$/);
  }
  const sandbox = await get({ value: 'tool.sh', output_file: 'deep/er/name' });
  t.is(read(sandbox, 'deep/er/name'), '#!/bin/sh\n');
});

test('http: redirects are followed, the query is part of the name, the password is not told', async (t) => {
  const { url } = await server(t, (request, response) => {
    if (request.url === '/old?v=1') response.writeHead(302, { location: '/new' }).end();
    else response.end(`${request.headers.authorization}`);
  });
  const { get } = place(t);
  const sandbox = await get({ value: `${url.replace('//', '//me:secret@')}/old?v=1` });
  t.regex(read(sandbox, 'old?v=1'), /^undefined|Basic/);
  t.false(read(sandbox, 'stderr').includes('secret'));
  await t.throwsAsync(get({ value: `${url.replace('//', '//me:secret@')}/dir/` }), {
    message: /^URI 'http:\/\/\*\*\*@127.*\/dir\/' cannot be fetched: it names no file$/,
  });
});

test('ftp is fetched by curl', async (t) => {
  const ftp = createTcpServer((control) => {
    control.write('220 hello\r\n');
    let send: (text: string) => void = () => undefined;
    control.on('error', () => undefined);
    control.on('data', (chunk) => {
      const word = chunk.toString().split(/\s/)[0] ?? '';
      if (word === 'EPSV') {
        const data = createTcpServer((socket) => {
          send = (text) => socket.end(text);
          data.close();
          ready();
        });
        let ready: () => void = () => undefined;
        data.listen(0, '127.0.0.1', () => {
          control.write(`229 ok (|||${(data.address() as AddressInfo).port}|)\r\n`);
        });
        opened = new Promise((resolve) => {
          ready = resolve;
        });
      } else if (word === 'RETR') {
        control.write('150 comes\r\n');
        void opened.then(() => {
          send('by ftp');
          control.write('226 done\r\n');
        });
      } else if (word === 'QUIT') control.end('221 bye\r\n');
      else if (word === 'USER') control.write('331 password\r\n');
      else if (word === 'PASS') control.write('230 in\r\n');
      else if (word === 'SIZE') control.write('213 6\r\n');
      else control.write('200 ok\r\n');
    });
    let opened: Promise<void> = Promise.resolve();
  });
  await new Promise<void>((resolve) => ftp.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void ftp.close());
  const { get } = place(t);
  const sandbox = await get({ value: `ftp://127.0.0.1:${(ftp.address() as AddressInfo).port}/file.txt` });
  t.is(read(sandbox, 'file.txt'), 'by ftp');
});

/** Answers as Hadoop's client does, for files below a folder; what it was called with stands in `calls`. */
const HADOOP = `#!/bin/sh
here=\${0%/bin/hadoop}
echo "$2 JAVA_HOME=$JAVA_HOME HADOOP_HOME=\${HADOOP_HOME#"$here"} SECRET=$SECRET" >>"$here/calls"
file=$here/\${3#hdfs://namenode/}
case $2 in
  -du) [ -f "$file" ] && echo "$(wc -c <"$file")  99  $3" ;;
  -copyToLocal) [ ! -e "$4" ] && cp "$file" "$4" ;;
esac
`;

test.serial(
  'hadoop has the environment it needs and no more, and is asked once by all who share a cache',
  async (t) => {
    const { root } = place(t);
    fs.mkdirSync(join(root, 'bin'));
    fs.writeFileSync(join(root, 'bin/hadoop'), HADOOP, { mode: 0o755 });
    fs.writeFileSync(join(root, 'plain'), 'by hadoop');
    Object.assign(process.env, { JAVA_HOME: '/java', HADOOP_HOME: root, SECRET: 'of the agent' });
    t.teardown(() => {
      for (const name of ['JAVA_HOME', 'HADOOP_HOME', 'SECRET']) delete process.env[name];
    });
    const { get, metrics } = place(t);
    const uri = { value: 'hdfs://namenode/plain', cache: true };
    const sandboxes = await Promise.all([get(uri), get(uri), get({ ...uri, output_file: 'a/b' })]);
    t.is(read(sandboxes[0] ?? '', 'plain'), 'by hadoop');
    t.is(read(sandboxes[2] ?? '', 'a/b'), 'by hadoop');
    t.is(metrics.snapshot()['containerizer/fetcher/cache_size_used_bytes'], 'by hadoop'.length);
    const calls = read(root, 'calls').trimEnd().split('\n').sort();
    t.is(calls.filter((call) => call.startsWith('-copyToLocal')).length, 1);
    t.is(calls[0], '-copyToLocal JAVA_HOME=/java HADOOP_HOME= SECRET=');
    const again = await place(t, { hadoopHome: root }).get({
      value: 'hdfs://namenode/plain',
      executable: true,
    });
    t.is(fs.statSync(join(again, 'plain')).mode & 0o777, 0o755);
    t.deepEqual(fs.readdirSync(again).sort(), ['plain', 'stderr']);
  },
);

test('other schemes are for hadoop', async (t) => {
  const { root, get } = place(t);
  await t.throwsAsync(get({ value: 'hdfs://namenode/file' }), {
    message: "URI 'hdfs://namenode/file' cannot be fetched: hadoop is not installed on this agent",
  });
  fs.mkdirSync(join(root, 'bin'));
  fs.writeFileSync(join(root, 'bin/hadoop'), '#!/bin/sh\necho "$@" >"$4"\n', { mode: 0o755 });
  const sandbox = await place(t, { hadoopHome: root }).get({ value: 'hdfs://namenode/file' });
  t.regex(read(sandbox, 'file'), /^fs -copyToLocal hdfs:\/\/namenode\/file .*\/file\n$/);
});

const KINDS: [string, string[]][] = [
  ['a.tar', ['tar', '-cf']],
  ['a.tar.gz', ['tar', '-czf']],
  ['a.tgz', ['tar', '-czf']],
  ['a.tar.bz2', ['tar', '-cjf']],
  ['a.tbz2', ['tar', '-cjf']],
  ['a.tar.xz', ['tar', '-cJf']],
  ['a.txz', ['tar', '-cJf']],
];

test('archives of every kind are taken apart, unless that is not wanted', async (t) => {
  const { root, get } = place(t);
  fs.mkdirSync(join(root, 'in'));
  fs.writeFileSync(join(root, 'in/file'), 'content');
  for (const [name, [program = '', ...args]] of KINDS) {
    execFileSync(program, [...args, join(root, name), '-C', root, 'in']);
    const sandbox = await get({ value: join(root, name) });
    t.is(read(sandbox, 'in/file'), 'content', name);
    t.true(fs.existsSync(join(sandbox, name)));
    t.false(fs.existsSync(join(await get({ value: join(root, name), extract: false }), 'in')));
  }
  execFileSync('gzip', ['-k', join(root, 'in/file')]);
  t.is(read(await get({ value: join(root, 'in/file.gz') }), 'file'), 'content');
  // The one zip there is for every machine: a single file, stored.
  fs.writeFileSync(join(root, 'a.zip'), storedZip('file', 'content'));
  const hasUnzip = ['/usr/bin/unzip', '/bin/unzip'].some((path) => fs.existsSync(path));
  const zipped = get({ value: join(root, 'a.zip') });
  if (hasUnzip) t.is(read(await zipped, 'file'), 'content');
  else await t.throwsAsync(zipped, { message: /unzip is not installed/ });
});

test('links that an archive brings lead nothing out that comes after it', async (t) => {
  const { root, get } = place(t);
  fs.mkdirSync(join(root, 'in'));
  fs.writeFileSync(join(root, 'outside'), 'mine');
  for (const name of ['plain', 'stderr']) fs.symlinkSync(join(root, 'outside'), join(root, 'in', name));
  execFileSync('tar', ['-C', join(root, 'in'), '-cf', join(root, 'links.tar'), 'plain', 'stderr']);
  fs.writeFileSync(join(root, 'plain'), 'content');
  execFileSync('gzip', [join(root, 'plain')]);
  const sandbox = await get({ value: join(root, 'links.tar') }, { value: join(root, 'plain.gz') });
  t.is(read(sandbox, 'plain'), 'content');
  t.true(fs.lstatSync(join(sandbox, 'stderr')).isFile());
  t.is(read(root, 'outside'), 'mine');
});

test('what would leave the sandbox is refused', async (t) => {
  const { root, get } = place(t);
  fs.mkdirSync(join(root, 'in'));
  fs.writeFileSync(join(root, 'file'), 'content');
  const tar = (...args: string[]) =>
    execFileSync('tar', ['-C', join(root, 'in'), '-P', ...args], { stdio: 'ignore' });
  tar('-cf', join(root, 'up.tar'), '../file');
  tar('-cf', join(root, 'absolute.tar'), join(root, 'file'));
  for (const name of ['up.tar', 'absolute.tar'])
    await t.throwsAsync(get({ value: join(root, name) }), { message: /which would leave the sandbox$/ });
  // A link that an archive brings does not lead another file out.
  fs.mkdirSync(join(root, 'outside'));
  fs.symlinkSync(join(root, 'outside'), join(root, 'in/link'));
  tar('-cf', join(root, 'link.tar'), 'link');
  const linked = get(
    { value: join(root, 'link.tar') },
    { value: join(root, 'file'), output_file: 'link/file' },
  );
  await t.throwsAsync(linked, { message: /'link\/file' leads out of the sandbox$/ });
  t.deepEqual(fs.readdirSync(join(root, 'outside')), []);
  const deeper = get(
    { value: join(root, 'link.tar') },
    { value: join(root, 'file'), output_file: 'link/deeper/file' },
  );
  await t.throwsAsync(deeper, { message: /'link\/deeper\/file' leads out of the sandbox$/ });
  t.deepEqual(fs.readdirSync(join(root, 'outside')), [], 'no folder is made behind it, either');
  for (const output_file of ['../x', '/etc/x', 'a/../../x', ''])
    await t.throwsAsync(get({ value: join(root, 'file'), output_file }), {
      message: /leads out|names no file/,
    });
  await t.throwsAsync(get({ value: `${root}/fi'le` }), { message: /must not hold/ });
});

test('a download that fails says why: status, end before the end, silence', async (t) => {
  const { url } = await server(t, (request, response) => {
    if (request.url === '/404') response.writeHead(404).end();
    else if (request.url === '/short') {
      response.writeHead(200, { 'content-length': 100 });
      response.write('a', () => response.destroy());
    } else if (request.url === '/huge') response.writeHead(200, { 'content-length': 2 ** 52 }).write('a');
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else response.writeHead(200).write('a');
  });
  const patient = place(t);
  // It alone gives up soon: on a busy machine others may be slower than that.
  const impatient = place(t, { stallMs: 200 });
  const rows: [string, RegExp][] = [
    ['404', /the server answered 404$/],
    ['short', /aborted|before the end|hang up/],
    ['huge', /it has \d+\w+, and the disk has room for \d+\w+$/],
    ['silent', /nothing came for 0.2 s$/],
    ['loop', /more than 10 redirects$/],
  ];
  for (const [path, message] of rows) {
    const { get } = path === 'silent' ? impatient : patient;
    await t.throwsAsync(get({ value: `${url}/${path}` }), { message });
  }
  t.is(patient.metrics.snapshot()['containerizer/fetcher/task_fetches_failed'], 4);
  // Half a file may be what fills the disk.
  fs.writeFileSync(join(patient.root, 'half.gz'), gzipSync(Buffer.alloc(1e6)).subarray(0, 500));
  await t.throwsAsync(patient.get({ value: join(patient.root, 'half.gz') }), {
    message: /gzip: .*end of file$/,
  });
  const left = fs.readdirSync(patient.root, { recursive: true }).map(String);
  t.deepEqual(
    left.filter((name) => /^sandbox \d+\/(?!stderr$|half\.gz$)/.test(name)),
    [],
  );
});

test('the cache: one download for many, content only, let go of when room is needed', async (t) => {
  const { url, asked } = await server(t, (request, response) => {
    const body = Buffer.alloc(400, request.url?.slice(1, 2));
    response.writeHead(200, { 'content-length': body.length });
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  const { get, root } = place(t, { cacheBytes: 1000 });
  const want = (name: string) => get({ value: `${url}/${name}`, cache: true });
  const sandboxes = await Promise.all(Array.from({ length: 20 }, () => want('a')));
  for (const sandbox of sandboxes) t.is(read(sandbox, 'a'), 'a'.repeat(400));
  t.is(asked.filter((line) => line === 'GET /a').length, 1);
  t.true(read(sandboxes[0] ?? '', 'stderr').includes('from the cache'));
  for (const name of ['b', 'a', 'c', 'a', 'b']) await want(name);
  // b went for c, as a was used later; then c for b.
  t.deepEqual(
    asked.filter((line) => line.startsWith('GET')),
    ['GET /a', 'GET /b', 'GET /c', 'GET /b'],
  );
  t.true(fs.readdirSync(join(root, 'cache/none')).length <= 3);
});

test('who gives up waits for no download of others, and leaves the room of the cache to them', async (t) => {
  let go: () => void = () => undefined;
  const { url, asked } = await server(t, ({ method, url: path }, response) => {
    response.writeHead(200, { 'content-length': 800 });
    if (method === 'HEAD') response.end();
    else if (path === '/slow') go = () => response.end(Buffer.alloc(800));
    else response.end(Buffer.alloc(800));
  });
  const { fetcher, get, root } = place(t, { cacheBytes: 1000 });
  const sandbox = join(root, 'given up');
  fs.mkdirSync(sandbox);
  const uris = [{ value: `${url}/slow`, cache: true }];
  const launch = { containerId: 'c', sandbox, command: { value: 'true' }, environment: {}, uris };
  const givenUp = new AbortController();
  const fetching = fetcher.fetch(launch, givenUp.signal);
  await until('it is under way', () => asked.includes('GET /slow'));
  givenUp.abort(new Error('the container was destroyed'));
  await t.throwsAsync(fetching);
  // One that was given up already does not wait either.
  await t.throwsAsync(fetcher.fetch(launch, givenUp.signal));
  go();
  await get({ value: `${url}/slow`, cache: true });
  const other = { value: `${url}/other`, cache: true };
  for (let times = 0; times < 2; times++) await get(other);
  t.deepEqual(
    asked.filter((line) => line.startsWith('GET')),
    ['GET /slow', 'GET /other'],
  );
});

test('what does not fit into the cache, or does not tell its size, is fetched for each', async (t) => {
  const { url, asked } = await server(t, (request, response) => {
    if (request.url === '/large') response.setHeader('content-length', 5000);
    response.end(request.method === 'HEAD' ? undefined : Buffer.alloc(5000));
  });
  const { get } = place(t, { cacheBytes: 1000 });
  for (const name of ['large', 'untold', 'large', 'untold'])
    await get({ value: `${url}/${name}`, cache: true });
  t.is(asked.filter((line) => line.startsWith('GET')).length, 4);
});

/** A zip of one file without compression. */
function storedZip(name: string, content: string): Buffer {
  const crc = crc32(Buffer.from(content));
  const common = Buffer.alloc(26);
  common.writeUInt16LE(10, 0);
  common.writeUInt32LE(crc, 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name + content)]);
  const attributes = Buffer.alloc(14);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x0a\x00'), common, attributes, Buffer.from(name)]);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(1, 4);
  end.writeUInt16LE(1, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(local.length, 12);
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

test('proxies of the environment are asked, also for what is cached and where it leads on', async (t) => {
  const { url, asked } = await server(t, (request, response) => {
    if (request.url?.endsWith('/moved') === true)
      response.writeHead(302, { location: 'http://b.test/data' }).end();
    else
      response.writeHead(200, { 'content-length': '4' }).end(request.method === 'HEAD' ? undefined : 'data');
  });
  const { get } = place(t, { variables: { http_proxy: url, no_proxy: 'c.test' } });
  const sandbox = await get({ value: 'http://a.test/moved' }, { value: 'http://a.test/kept', cache: true });
  t.deepEqual(fs.readdirSync(sandbox).sort(), ['kept', 'moved', 'stderr']);
  t.is(fs.readFileSync(join(sandbox, 'moved'), 'utf8'), 'data');
  t.deepEqual(asked, [
    'GET http://a.test/moved',
    'GET http://b.test/data',
    'HEAD http://a.test/kept',
    'GET http://a.test/kept',
  ]);
});

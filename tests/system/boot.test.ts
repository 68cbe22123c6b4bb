/** The command line: refusals with one clear line and the right exit code, help, versions. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { WebSocket } from 'ws';
import { boot, bootMaster, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

const refusals: readonly [title: string, args: readonly string[], code: number, says: RegExp][] = [
  ['no role', [], 64, /--role: required, expected one of local, master/],
  ['an unknown role', ['--role=slave'], 64, /--role: expected one of .*, got 'slave'/],
  ['an unknown flag', ['--role=master', '--prot=1'], 64, /--prot.*--port/],
  ['a wrong port', ['--role=master', '--port=abc', '--work_dir=x'], 64, /--port: expected a port .*'abc'/],
  ['a missing work_dir', ['--role=master', '--port=0'], 64, /--work_dir: required/],
  [
    'wrong resources',
    ['--role=agent', '--master=127.0.0.1:1', '--work_dir=x', '--resources=cpus'],
    64,
    /--resources:.*cpus/,
  ],
  [
    'a missing jobs file',
    ['--role=framework', '--master=127.0.0.1:1', '--jobs=/nowhere.json'],
    1,
    /\/nowhere\.json/,
  ],
  [
    'a missing module',
    ['--role=framework', '--framework=/nowhere.js', '--master=127.0.0.1:1'],
    1,
    /\/nowhere\.js/,
  ],
  [
    'an address that is not here',
    ['--role=master', '--ip=192.0.2.1', '--port=0', '--registry=in_memory'],
    69,
    /cannot listen on 192\.0\.2\.1:0: this machine has no such address/,
  ],
];

for (const [title, args, code, says] of refusals) {
  test(`refused: ${title}`, async (t) => {
    const run = boot(t, args);
    t.is(await run.exited, code, run.output());
    t.regex(run.output(), says);
    t.notRegex(run.output(), /\n\s+at /, 'no stack trace');
  });
}

test('a second master on the same port fails clearly', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder);
  const second = boot(t, ['--role=master', `--port=${master.port}`, `--work_dir=${folder}/second`]);
  t.is(await second.exited, 69);
  t.is(
    second.output().trim(),
    `mesostate: cannot listen on 127.0.0.1:${master.port}: another program listens there (EADDRINUSE)`,
  );
});

test('a work_dir that cannot be written is refused with the reason', async (t) => {
  const folder = scratch(t);
  writeFileSync(path.join(folder, 'file'), '');
  for (const args of [
    ['--role=master', '--port=0', `--work_dir=${folder}/file/below`],
    ['--role=agent', '--port=0', '--master=127.0.0.1:1', `--work_dir=${folder}/file/below`],
    ['--role=local', '--port=0', `--work_dir=${folder}/work_dir`, `--log_dir=${folder}/file/below`],
  ]) {
    const run = boot(t, args);
    t.not(await run.exited, 0);
    t.regex(run.output(), /(work|log)_dir.*file\/below|file\/below.*ENOTDIR/);
    t.notRegex(run.output(), /\n\s+at /, 'no stack trace');
  }
});

test('two ports for Marathon, which has one, are refused', async (t) => {
  const framework = ['--role=framework', '--framework=marathon', '--master=127.0.0.1:1'];
  const run = boot(t, [...framework, '--port=1', '--http_port=2']);
  t.is(await run.exited, 64);
  t.regex(run.output(), /--port, --http_port: expected one of them with --framework=marathon, got 1 and 2/);
});

for (const role of ['local', 'master', 'agent', 'framework', 'executor']) {
  test(`--help of ${role} lists its flags`, async (t) => {
    const run = boot(t, [`--role=${role}`, '--help']);
    t.is(await run.exited, 0);
    t.regex(run.output(), new RegExp(`Usage: mesostate --role=${role}`));
    t.regex(run.output(), /--logging_level=/);
  });
}

test('--version and an overview without a role', async (t) => {
  const version = boot(t, ['--version']);
  t.is(await version.exited, 0);
  t.regex(version.output(), /^mesostate \d+\.\d+\.\d+\n$/);
  const help = boot(t, ['--help']);
  t.is(await help.exited, 0);
  t.regex(help.output(), /--role=master/);
});

test('--inspect prints where the charts of a role can be watched, and they can', async (t) => {
  const master = await bootMaster(t, scratch(t), ['--inspect']);
  const [, address] = await master.says(/^inspect (ws:\S+)/m);
  const socket = new WebSocket(address ?? '');
  t.teardown(() => socket.terminate());
  const told = new Set<string>();
  socket.on('message', (data) => told.add((JSON.parse(String(data)) as { sessionId: string }).sessionId));
  await until('the chart of the master is told', () => told.has('master/master/master'));
  const listed = await getJson<{ id: string; charts: object }[]>(`${master.url}/__processes__?detail=true`);
  const charts = Object.keys(listed.find(({ id }) => id === 'master')?.charts ?? {});
  t.deepEqual(
    ['agent', 'framework', 'master', 'offer', 'task'].filter((name) => !charts.includes(name)),
    [],
  );
  const [, page] = await master.says(/^inspect (http:\S+)/m);
  t.regex(await (await fetch(page ?? '')).text(), /<iframe [^>]*src="https:\/\/stately\.ai\/inspect"/);
});

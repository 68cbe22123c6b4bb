/** The package from npm's point of view: what is in it, and that it works where it is installed. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { freePort, getJson, scratch } from '../support/processes.ts';
import { compileStrictly, type Installed, installPackage, run } from './installed.ts';

let installed: Installed;
test.before(() => {
  installed = installPackage();
});
test.after.always(() => installed.remove());

test('holds what runs, and declarations of the public parts, and nothing else', (t) => {
  const files = installed.packed.files.map((file) => file.path);
  const expected = [
    /^(LICENSE|README\.md|CHANGELOG\.md|package\.json|runtime\/boot\.js)$/,
    /^dist\/(runtime|proto|statecharts|actors|cli)\/.*\.(js|d\.ts)$/,
    /^actors\/agent\/containerizer\/launcher\/[a-z-]+\.(sh|pl)$/,
    /^examples\//,
    /^dist\/ui\//,
  ];
  t.deepEqual(
    files.filter((file) => !expected.some((pattern) => pattern.test(file))),
    [],
  );
  const declared = files.filter((file) => file.endsWith('.d.ts'));
  t.deepEqual(
    declared.filter((file) => /^dist\/(actors\/(master|agent)|runtime\/roles)\//.test(file)),
    [],
    'nobody outside writes masters',
  );
  t.true(installed.packed.files.reduce((sum, { size }) => sum + size, 0) < 6_000_000, 'bytes unpacked');
});

test('every export says where its types are, and both files are there', (t) => {
  const manifest = JSON.parse(readFileSync(path.join(installed.package, 'package.json'), 'utf8')) as {
    exports: Record<string, { types: string; default: string }>;
  };
  for (const [name, entry] of Object.entries(manifest.exports)) {
    if (name === './package.json') continue;
    t.truthy(readFileSync(path.join(installed.package, entry.types)), name);
    t.truthy(readFileSync(path.join(installed.package, entry.default)), name);
  }
});

test('the runtime imports nothing of a cluster', (t) => {
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    const text = readFileSync(file, 'utf8');
    for (const match of text.matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+)['"]/g)) {
      follow(path.resolve(path.dirname(file), match[1] ?? ''));
    }
  };
  const dist = path.join(installed.package, 'dist');
  follow(path.join(dist, 'runtime/index.js'));
  t.true(seen.size > 20);
  const outside = [...seen]
    .map((file) => path.relative(dist, file))
    .filter((file) => !/^runtime\//.test(file));
  t.deepEqual(
    outside.filter((file) => !/^statecharts\/(engine(\.js|\/)|link\.js)/.test(file)),
    [],
  );
});

test('two nodes as two programs: messages, answers, and news of the end', async (t) => {
  cpSync(path.join(installed.package, 'examples/two-nodes'), path.join(installed.folder, 'two-nodes'), {
    recursive: true,
  });
  const node = (...args: string[]) => run(t, installed.folder, process.execPath, args);
  const counter = node('two-nodes/counter.mjs');
  const [, pid = ''] = await counter.says(/counter: (127\.0\.0\.1:\d+\/counter)\n/);

  const first = node('two-nodes/asker.mjs', `--counter=${pid}`, '1', '2', '3.5');
  t.is(await first.exited, 0, first.output());
  t.is(first.output(), 'asker: the sum is 1\nasker: the sum is 3\nasker: the sum is 6.5\n');
  t.deepEqual(await getJson(`http://${pid}`), { sum: 6.5, asked: 3 });

  const last = node('two-nodes/asker.mjs', `--counter=${pid}`, '--stop', '0.5');
  t.is(await last.exited, 0, last.output());
  t.is(last.output(), 'asker: the sum is 7\nasker: counter is gone: ended\n');
  t.is(await counter.exited, 0);
  t.regex(counter.output(), /counter: ended\n$/);

  const late = node('two-nodes/asker.mjs', `--counter=${pid}`, '1');
  t.is(await late.exited, 1);
  t.is(late.output(), 'asker: counter is gone: unreachable\n');
});

test('the example refuses wrong arguments in a line', async (t) => {
  for (const args of [[], ['--counter=nowhere', '1'], ['--counter=127.0.0.1:1/counter', 'x']]) {
    const asker = run(t, installed.package, process.execPath, ['examples/two-nodes/asker.mjs', ...args]);
    t.is(await asker.exited, 64);
    t.regex(asker.output(), /^usage: .*\n$/);
  }
});

const CONSUMER = `
import { ExecutorClient, SchedulerCallType, SchedulerClient, type SchedulerEvent } from 'mesostate/client';
import { defineExecutor, TaskState as ExecutorTaskState } from 'mesostate/executor';
import { defineFramework, Pool, TaskState } from 'mesostate/framework';
import { decode, encode, type Offer } from 'mesostate/proto';
import { type ExitReason, listen, type ListeningNode, Pid, Process } from 'mesostate/runtime';

interface Messages {
  Add: { readonly value: number };
  Sum: { readonly sum: number };
}

class Counter extends Process<Messages> {
  private sum = 0;
  override initialize(): void {
    this.install('Add', ({ value }, from) => {
      this.sum += value;
      this.send(from, 'Sum', { sum: this.sum });
    });
  }
  override exited(pid: Pid, reason: ExitReason): void {
    this.log.info('gone', { pid: pid.text, reason });
  }
}

export async function start(): Promise<Pid> {
  const { node }: ListeningNode = await listen({ limits: { mailboxEventsMax: 10 } });
  return node.spawn(new Counter(node.generateId('counter')));
}

export const framework = defineFramework({
  name: 'typed',
  create: () => ({
    offers: (_driver, offers) => void offers.map((offer: Offer) => new Pool(offer.resources ?? [])),
    update: (_driver, status) => void (status.state === TaskState.TASK_FINISHED),
  }),
});
export const scheduler = new SchedulerClient({
  master: 'http://127.0.0.1:5050',
  framework: { user: 'nobody', name: 'typed', roles: ['*'] },
  handlers: {
    event: (event: SchedulerEvent) => {
      const offer_ids = event.offers?.offers?.map(({ id }) => id) ?? [];
      scheduler.call({ type: SchedulerCallType.DECLINE, decline: { offer_ids } });
    },
  },
});
export const executor = (): ExecutorClient => new ExecutorClient({ handlers: { event: (event) => void event.launch?.task } });
export const same: boolean = TaskState.TASK_LOST === ExecutorTaskState.TASK_LOST;
export const parts = [defineExecutor, decode, encode];
`;

test('declarations: a strict consumer compiles, and a wrong one is told where', (t) => {
  writeFileSync(path.join(installed.folder, 'consumer.ts'), CONSUMER);
  t.is(compileStrictly(installed, 'consumer.ts'), '');
  const wrong = CONSUMER.replace('{ sum: this.sum }', '{ sum: String(this.sum) }');
  writeFileSync(path.join(installed.folder, 'wrong.ts'), wrong);
  t.regex(
    compileStrictly(installed, 'wrong.ts'),
    /^wrong\.ts\(\d+,\d+\): error TS2322: .*'string'.*'number'/,
  );
  writeFileSync(
    path.join(installed.folder, 'misspelt.ts'),
    CONSUMER.replace('{ offer_ids }', '{ offer_id: offer_ids }'),
  );
  t.regex(compileStrictly(installed, 'misspelt.ts'), /^misspelt\.ts\(\d+,\d+\): error TS2561: .*'offer_id'/);
});

test('the installed command runs a cluster and its jobs', async (t) => {
  const folder = scratch(t);
  const bin = path.join(installed.folder, 'node_modules/.bin/mesostate');
  const port = await freePort();
  const cluster = run(t, folder, bin, [
    '--role=local',
    `--port=${port}`,
    '--agent_port=0',
    '--http_port=0',
    `--work_dir=${folder}/work`,
    '--resources=cpus:2;mem:512',
  ]);
  await cluster.says(/listens on/);
  writeFileSync(
    path.join(folder, 'jobs.json'),
    JSON.stringify({ jobs: [{ name: 'greet', command: 'echo hello', cpus: 0.1, mem: 16 }] }),
  );
  const jobs = run(t, folder, bin, [
    '--role=framework',
    '--framework=jobs',
    `--master=127.0.0.1:${port}`,
    `--jobs=${folder}/jobs.json`,
  ]);
  t.is(await jobs.exited, 0, jobs.output());
  const printed = readdirSync(path.join(folder, 'work'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /runs\/[^/]+\/stdout$/.test(name) && !name.includes('latest'))
    .map((name) => readFileSync(path.join(folder, 'work', name), 'utf8'));
  t.true(printed.includes('hello\n'), cluster.output());
  cluster.signal('SIGTERM');
  t.is(await cluster.exited, 0, cluster.output());
});

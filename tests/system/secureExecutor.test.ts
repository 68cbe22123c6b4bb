/** A cluster that speaks TLS only and shares a secret, with a custom executor that its agent lets in. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { authority } from '../support/certificates.ts';
import { boot, freePort, repositoryRoot, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

const SECRET = 'correct horse battery staple';

/** A framework in one file that has a custom executor count the words of one text, waits a moment and prints the result. */
function frameworkModule(folder: string, executor: string): string {
  const file = path.join(folder, 'counting.mjs');
  const entry = pathToFileURL(path.join(repositoryRoot, 'dist/actors/framework/index.js')).href;
  writeFileSync(
    file,
    `import { defineFramework } from '${entry}';
const sum = (value) => [{ name: 'cpus', type: 0, scalar: { value } }];
let launched = false;
export default defineFramework({
  name: 'counting',
  create: () => ({
    offers(driver, [offer, ...others]) {
      if (others.length > 0) driver.decline(others.map(({ id }) => id));
      if (offer === undefined) return;
      if (launched) return driver.decline([offer.id]);
      launched = true;
      driver.launch([offer.id], [{
        name: 'count', task_id: { value: 'count-1' }, agent_id: offer.agent_id, resources: sum(0.1),
        data: Buffer.from(JSON.stringify({ text: 'to be or not to be', ms: 500 })),
        executor: {
          type: 2, executor_id: { value: 'word-count' }, framework_id: driver.frameworkId, resources: sum(0.1),
          command: { value: ${JSON.stringify(executor)} },
        },
      }]);
    },
    update(_driver, { state, data, message }) {
      console.log('state', state, data === undefined ? '' : Buffer.from(data).toString(), message ?? '');
    },
  }),
});
`,
  );
  return file;
}

test('a custom executor is let in where nodes speak TLS and share a secret, and nobody else sees the secret', async (t) => {
  const folder = scratch(t);
  const { caFile, issue } = authority(t);
  const { certFile, keyFile } = issue('node');
  const secretFile = path.join(folder, 'secret');
  writeFileSync(secretFile, `${SECRET}\n`, { mode: 0o600 });
  const secure = [
    `--ssl_cert_file=${certFile}`,
    `--ssl_key_file=${keyFile}`,
    `--ssl_ca_file=${caFile}`,
    '--ssl_require_client_cert',
    `--cluster_secret=file://${secretFile}`,
  ];
  const port = await freePort();
  const master = boot(t, [
    '--role=master',
    `--port=${port}`,
    `--work_dir=${folder}/master`,
    '--allocation_interval=100ms',
    ...secure,
  ]);
  await master.says(/listens on/);
  const agent = boot(t, [
    '--role=agent',
    '--port=0',
    `--master=127.0.0.1:${port}`,
    `--work_dir=${folder}/agent`,
    `--runtime_dir=${folder}/run`,
    '--registration_backoff_factor=10ms',
    '--no-switch_user',
    '--resources=cpus:4;mem:1024;disk:1024',
    ...secure,
  ]);
  await agent.says(/listens on/);
  const boots = path.join(repositoryRoot, 'runtime/boot.js');
  const example = path.join(repositoryRoot, 'examples/word-count-executor.mjs');
  const executor = `exec '${process.execPath}' '${boots}' --role=executor --executor='${example}'`;
  const framework = boot(t, [
    '--role=framework',
    `--framework=${frameworkModule(folder, executor)}`,
    `--master=127.0.0.1:${port}`,
    ...secure,
  ]);
  await framework.says(/state 1/);

  // The task runs: the executor was let in, and its secret lies in a file that only its user can read.
  const secrets = path.join(folder, 'run/secrets');
  const [name = ''] = readdirSync(secrets);
  t.is(statSync(path.join(secrets, name)).mode & 0o777, 0o600);
  t.is(statSync(secrets).mode & 0o066, 0);
  let started = '';
  for (const pid of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    for (const file of ['cmdline', 'environ']) {
      const text = await until('it is read, or gone', () => readOrNothing(`/proc/${pid}/${file}`) ?? 'gone');
      t.false(text.includes(SECRET), `${file} of ${pid}`);
      if (text.includes(`file://${secrets}`)) started = pid;
    }
  }
  await framework.says(/state 2 \{"words":6\}/);
  t.not(started, '');
  process.kill(Number(started), 'SIGKILL');
  await until('the secret goes with the container', () => readdirSync(secrets).length === 0);
  const stderr = readdirSync(path.join(folder, 'agent'), { recursive: true, encoding: 'utf8' }).filter(
    (each) => each.endsWith('stderr'),
  );
  const said = stderr.map((each) => path.join(folder, 'agent', each)).filter((each) => existsSync(each));
  t.true(said.length > 0);
  for (const text of [agent.output(), master.output(), ...said.map((each) => readFileSync(each, 'utf8'))])
    t.false(text.includes(SECRET));
});

/** What a process that may end meanwhile shows; empty files are shown as one blank. */
function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'latin1') || ' ';
  } catch {
    return undefined;
  }
}

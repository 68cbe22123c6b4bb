/** The command line with a cluster that speaks TLS only, of an authority of its own. */
import test from 'ava';
import { run } from '../cli/support/terminal.ts';
import { authority } from '../support/certificates.ts';
import { boot, freePort, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

test('a command is run, and heard, where the authority is known; else one is told why not', async (t) => {
  const folder = scratch(t);
  const { caFile, issue } = authority(t);
  const { certFile, keyFile } = issue('node');
  const secure = [
    `--ssl_cert_file=${certFile}`,
    `--ssl_key_file=${keyFile}`,
    `--ssl_ca_file=${caFile}`,
    '--allocation_interval=100ms',
  ];
  const port = await freePort();
  const master = boot(t, ['--role=master', `--port=${port}`, `--work_dir=${folder}/master`, ...secure]);
  await master.says(/listens on/);
  const agent = boot(t, [
    ...['--role=agent', '--port=0', `--master=127.0.0.1:${port}`, `--work_dir=${folder}/agent`],
    `--runtime_dir=${folder}/run`,
    ...['--no-switch_user', '--resources=cpus:4;mem:1024;disk:1024', ...secure.slice(0, 3)],
  ]);
  await agent.says(/listens on/);
  const env = { MESOSTATE_MASTER: `https://127.0.0.1:${port}` };
  const known = [`--ca=${caFile}`];
  await until('the agent is registered', async () =>
    (await run(['agents', ...known], env)).stdout.includes('-S0'),
  );
  const ran = await run(['run', ...known, 'echo heard; exit 7'], env);
  t.is(ran.code, 7, ran.stderr);
  t.is(ran.stdout, 'heard\n');
  const unknown = await run(['run', 'echo heard'], env);
  t.not(unknown.code, 0);
  t.regex(unknown.stderr, /certificate/);
});

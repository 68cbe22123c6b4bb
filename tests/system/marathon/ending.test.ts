/** Instances that are asked to end by HTTP, as real servers (spec: other-frameworks.md, row 18); Marathon told its flags by its own variables. */
import { existsSync, readFileSync } from 'node:fs';
import test from 'ava';
import { boot, freePort } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { marathonCluster } from '../support/marathonCluster.ts';

/** Notes what it is asked by POST in a file named by A, and ends when it is asked to quit. */
const SERVER = `exec ${JSON.stringify(process.execPath)} -e '${[
  'const fs=require("fs")',
  'require("http").createServer((q,r)=>{if(q.method==="POST")fs.appendFileSync(process.env.A,q.url+"\\n");r.end();if(q.url==="/quitquitquit")r.on("close",()=>process.exit(0))})',
]
  .join(';')
  .concat('.listen(Number(process.env.PORT0),"127.0.0.1")')}'`;

test('a server that is asked to quit ends well, long before its time is over', async (t) => {
  const marathon = await marathonCluster(t);
  const asked = `${marathon.folder}/asked`;
  await marathon.call('POST', '/v2/apps', {
    id: '/web',
    cmd: SERVER,
    cpus: 0.1,
    mem: 32,
    env: { A: asked },
    ports: [0],
    healthChecks: [{ protocol: 'TCP', gracePeriodSeconds: 600, intervalSeconds: 0.2, timeoutSeconds: 120 }],
    httpShutdown: { gracefulWaitSeconds: 3_600, abortWaitSeconds: 3_600 },
  });
  await until('it is healthy', async () => (await marathon.app('/web')).tasksHealthy === 1);
  await marathon.call('DELETE', '/v2/apps/web');
  await marathon.settled();
  t.true(existsSync(asked));
  t.is(readFileSync(asked, 'utf8'), '/quitquitquit\n');
});

test('Marathon is told its flags by MARATHON_ variables; a foreign one is explained', async (t) => {
  const marathon = await marathonCluster(t, { agents: [] });
  const port = await freePort();
  const env = {
    MARATHON_MASTER: `127.0.0.1:${marathon.master.port}`,
    MARATHON_HTTP_PORT: String(port),
    MARATHON_WORK_DIR: `${marathon.folder}/other`,
    MARATHON_FRAMEWORK_NAME: 'other',
    MARATHON_DISABLE_CHECKPOINT: '',
  };
  const other = boot(t, ['--role=framework', '--framework=marathon'], env);
  await other.says(/marathon listens on/);
  const config = (await (await fetch(`http://127.0.0.1:${port}/config`)).json()) as Record<string, string>;
  t.like(config, { name: 'other', checkpoint: 'false' });
  const refused = boot(t, ['--role=framework', '--framework=marathon'], {
    ...env,
    MARATHON_ZK: 'zk://a/marathon',
  });
  t.is(await refused.exited, 64);
  t.regex(refused.output(), /MARATHON_ZK: a flag of Marathon that is not known here: .*--etcd=http/);
});

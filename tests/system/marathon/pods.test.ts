/** What a pod's members come to in real containers: files, variables, ports, checks, limits, its end, a change of it. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { canUnshare } from '../../actors/agent/containerizer/isolators/images.ts';
import { hasCgroups } from '../../actors/agent/containerizer/support.ts';
import { scratch } from '../../support/processes.ts';
import { until } from '../../support/until.ts';
import { marathonCluster } from '../support/marathonCluster.ts';

interface ContainerStatus {
  readonly name: string;
  readonly status: string;
  readonly containerId: string;
  readonly conditions: readonly { readonly name: string; readonly value: string }[];
  readonly endpoints: readonly {
    readonly name: string;
    readonly allocatedHostPort: number;
    readonly healthy: boolean;
  }[];
}

interface PodStatus {
  readonly status: string;
  readonly instances: readonly { readonly id: string; readonly containers: readonly ContainerStatus[] }[];
}

/** Limits, shared memory and volumes of the machine need root; without it all else holds. */
const isolated = canUnshare && hasCgroups(['cpu', 'memory']);

const SERVER = `exec ${JSON.stringify(process.execPath)} -e 'require("http").createServer((q,s)=>s.end(process.env.V)).listen(process.env.ENDPOINT_HTTP,"127.0.0.1")'`;

function podOf(folder: string, v: string): object {
  const limits = isolated ? { resourceLimits: { cpus: 1, mem: 256 } } : {};
  const times = { intervalSeconds: 0.5, timeoutSeconds: 20, delaySeconds: 0.5 };
  return {
    id: '/pod',
    environment: { V: v, PASSWORD: { secret: 's' } },
    secrets: { s: { source: 'word' } },
    containers: [
      {
        name: 'web',
        resources: { cpus: 0.2, mem: 64 },
        ...limits,
        exec: {
          command: {
            shell: `cat sub/fetched ${isolated ? 'host/given' : ''} >seen; echo "$OWN $V $PASSWORD" >>seen; echo of the web >shared/word; ${SERVER}`,
          },
        },
        environment: { OWN: 'own' },
        endpoints: [{ name: 'http', containerPort: 8080, hostPort: 0, protocol: ['tcp'] }],
        healthCheck: { http: { endpoint: 'http', path: '/', scheme: 'HTTP' }, ...times },
        check: { tcp: { endpoint: 'http' }, ...times },
        volumeMounts: [
          { name: 'both', mountPath: 'shared' },
          ...(isolated ? [{ name: 'machine', mountPath: 'host', readOnly: true }] : []),
        ],
        artifacts: [{ uri: `file://${folder}/artifact`, destPath: 'sub/fetched' }],
      },
      {
        name: 'side',
        resources: { cpus: 0.1, mem: 32 },
        ...limits,
        exec: {
          command: {
            argv: [
              'sh',
              '-c',
              `trap 'echo "$V ended" >>${folder}/ends; exit 0' TERM; until [ -s shared/word ]; do sleep 0.1; done; cat shared/word >heard; while sleep 0.1; do :; done`,
            ],
          },
        },
        volumeMounts: [{ name: 'both', mountPath: 'shared' }],
        healthCheck: { exec: { command: { shell: 'test -s heard' } }, ...times },
        lifecycle: { killGracePeriodSeconds: 60 },
      },
    ],
    volumes: [{ name: 'both' }, { name: 'machine', host: `${folder}/machine` }],
  };
}

/** A file that a container's sandbox holds. */
function fileIn(workDir: string, containerId: string, name: string): string {
  for (const each of readdirSync(workDir, { recursive: true }) as string[])
    if (each.endsWith(`${containerId}/${name}`) && !each.includes('latest'))
      return readFileSync(path.join(workDir, each), 'utf8');
  return '';
}

test(`members of a pod are what its containers see, before and after a change (${isolated ? 'cgroups and namespaces' : 'no root here: no limits'})`, async (t) => {
  const flags = isolated
    ? [
        '--launcher=linux',
        '--isolation=cgroups/cpu,cgroups/mem,filesystem/linux,namespaces/ipc,volume/host_path,volume/sandbox_path',
      ]
    : [];
  const secrets = scratch(t);
  writeFileSync(path.join(secrets, 'word'), 'hush');
  const marathon = await marathonCluster(t, {
    agents: [flags],
    flags: ['--enable_features=secrets', `--secrets_dir=${secrets}`],
  });
  const { folder } = marathon;
  mkdirSync(`${folder}/machine`);
  writeFileSync(`${folder}/machine/given`, 'of the machine\n');
  writeFileSync(`${folder}/artifact`, 'fetched\n');
  const stable = async (v: string): Promise<readonly ContainerStatus[]> =>
    until(
      () => `the pod is stable with ${v}: ${marathon.process.output().slice(-2000)}`,
      async () => {
        const { status, instances } = await marathon.call<PodStatus>('GET', '/v2/pods/pod::status');
        const { containers = [] } = instances[0] ?? {};
        const port = containers[0]?.endpoints[0]?.allocatedHostPort;
        if (containers.some(({ conditions }) => conditions.length === 0)) return undefined;
        if (status !== 'STABLE' || instances.length !== 1 || port === undefined) return undefined;
        return (await (await fetch(`http://127.0.0.1:${port}/`)).text()) === v ? containers : undefined;
      },
    );
  t.is((await marathon.ask('POST', '/v2/pods', podOf(folder, '1'))).status, 201);
  const [web, side] = await stable('1');
  t.deepEqual([web?.name, side?.name], ['web', 'side']);
  t.true(web?.endpoints[0]?.healthy);
  t.deepEqual(
    [web, side].map((each) => each?.conditions.map(({ name, value }) => `${name} ${value}`)),
    [['healthy true'], ['healthy true']],
  );
  const workDir = `${folder}/agent-1`;
  t.is(
    fileIn(workDir, web?.containerId ?? '', 'seen'),
    `fetched\n${isolated ? 'of the machine\n' : ''}own 1 hush\n`,
  );
  t.is(fileIn(workDir, side?.containerId ?? '', 'heard'), 'of the web\n');
  t.is((await marathon.ask('PUT', '/v2/pods/pod', podOf(folder, '2'))).status, 200);
  await stable('2');
  await marathon.settled();
  t.is(readFileSync(`${folder}/ends`, 'utf8'), '1 ended\n', 'its end was asked for, and had its time');
  t.is((await marathon.ask('DELETE', '/v2/pods/pod')).status, 202);
  await until('it is gone', async () => (await marathon.ask('GET', '/v2/pods/pod')).status === 404);
  await marathon.settled();
  await until(
    'both ended',
    () => existsSync(`${folder}/ends`) && readFileSync(`${folder}/ends`, 'utf8') === '1 ended\n2 ended\n',
  );
});

/** Pods, field by field (spec: marathon.md §4): what is read, what is refused, what reaches the agent. */
import test from 'ava';
import { Instance } from '../../../../actors/framework/marathon/instances/instance.ts';
import { podOperation } from '../../../../actors/framework/marathon/launcher/podTask.ts';
import { SecretType, type TaskInfo, VolumeMode, VolumeSourceType } from '../../../../proto/index.ts';
import { parseResources } from '../../../../proto/resources/index.ts';
import { MarathonWorld } from './support/world.ts';

const CONTAINER = { name: 'one', resources: { cpus: 0.1, mem: 32 }, exec: { command: { shell: 'sleep' } } };

/** What would be launched for a pod that the API took. */
function launched(pod: object): {
  readonly task: TaskInfo;
  readonly operation: ReturnType<typeof podOperation>;
} {
  const world = new MarathonWorld({ flags: ['--enable_features=secrets'], agents: [] });
  const answer = world.call('POST', '/v2/pods', { id: '/p', ...pod });
  const made = world.marathon.definitions.root.pod('/p');
  if (made === undefined) throw new Error(answer.text);
  const instance = new Instance({
    ...{ id: 'p.instance-1', service: '/p', number: 0, role: '*', version: 'v', config: 'v' },
    ...{ resident: false, sinceMs: 0 },
  });
  const resources = parseResources('cpus:4;mem:512;disk:100;ports:[31000-31010]').toMessages();
  const operation = podOperation(
    made,
    instance,
    { resources, ports: [31_001, 31_002] },
    { frameworkId: 'f', envPrefix: '', bridgeName: 'mesos-bridge' },
  );
  const [task] = operation.launch_group?.task_group.tasks ?? [];
  if (task === undefined) throw new Error('no task');
  return { task, operation };
}

function refused(pod: object): string {
  const world = new MarathonWorld({ agents: [] });
  const answer = world.call('POST', '/v2/pods', { id: '/p', ...pod });
  return `${answer.status} ${answer.text}`;
}

test('limits, checks, terminals and Linux settings of containers reach the agent', (t) => {
  const { task } = launched({
    containers: [
      {
        ...CONTAINER,
        resourceLimits: { cpus: 'unlimited', mem: 64 },
        endpoints: [{ name: 'http', containerPort: 80, hostPort: 0 }],
        check: { http: { endpoint: 'http', path: '/x' }, intervalSeconds: 7 },
        tty: true,
        linuxInfo: {
          seccomp: { profileName: 'tight.json' },
          ipcInfo: { mode: 'PRIVATE', shmSize: 16 },
        },
      },
    ],
  });
  t.deepEqual(task.limits, {
    cpus: { value: Number.POSITIVE_INFINITY },
    mem: { value: 64 },
  });
  t.deepEqual(task.check?.http, { port: 31_001, path: '/x' });
  t.is(task.check?.interval_seconds, 7);
  t.deepEqual(task.container?.tty_info, {});
  t.deepEqual(task.container?.linux_info, {
    ...{ share_cgroups: false, seccomp: { profile_name: 'tight.json' }, ipc_mode: 1, shm_size: 16 },
  });
});

test('containers share the cgroup of their pod where it says so', (t) => {
  const { task, operation } = launched({ legacySharedCgroups: true, containers: [CONTAINER] });
  t.deepEqual(task.container?.linux_info, { share_cgroups: true });
  t.is(operation.launch_group?.executor.container, undefined, 'the executor itself says nothing of it');
  const limited = { ...CONTAINER, resourceLimits: { mem: 64 } };
  t.regex(refused({ legacySharedCgroups: true, containers: [limited] }), /^422 .*legacySharedCgroups/);
});

test('an image is pulled with the secret that is named', (t) => {
  const { task } = launched({
    secrets: { registry: { source: '/registry/config' } },
    containers: [
      {
        ...CONTAINER,
        image: { id: 'a/b', forcePull: true, pullConfig: { secret: 'registry' }, labels: { a: 'b' } },
      },
    ],
  });
  t.is(task.container?.mesos?.image?.docker?.config?.reference?.name, '/registry/config');
  t.false(task.container?.mesos?.image?.cached);
});

test('endpoints are told to service discovery, each by each of its protocols', (t) => {
  const { task } = launched({
    containers: [
      {
        ...CONTAINER,
        endpoints: [
          { name: 'web', containerPort: 80, hostPort: 0, labels: { VIP: '/w:80' } },
          { name: 'dns', containerPort: 53, hostPort: 0, protocol: ['tcp', 'udp'] },
        ],
      },
    ],
  });
  const ports = task.discovery?.ports?.ports?.map(({ number, name, protocol }) => [number, name, protocol]);
  t.deepEqual(ports, [
    [31_001, 'web', 'tcp'],
    [31_002, 'dns', 'tcp'],
    [31_002, 'dns', 'udp'],
  ]);
  t.deepEqual(task.discovery?.ports?.ports?.[0]?.labels?.labels, [
    { key: 'VIP', value: '/w:80' },
    { key: 'network-scope', value: 'host' },
  ]);
});

test('drains wait for pods that have a disruption budget', (t) => {
  const { task } = launched({ disruptionBudget: { drainTimeoutSeconds: 40 }, containers: [CONTAINER] });
  const label = task.labels?.labels?.find(({ key }) => key === 'MESOSTATE_DRAIN_WAIT_SECONDS');
  t.is(label?.value, '40');
});

test('what the executor needs is taken beside what containers need', (t) => {
  const { operation } = launched({
    executorResources: { cpus: 0.5, mem: 10, disk: 1 },
    containers: [CONTAINER],
  });
  const amounts = operation.launch_group?.executor.resources?.map(({ name, scalar }) => [
    name,
    scalar?.value,
  ]);
  t.deepEqual(amounts, [
    ['cpus', 0.5],
    ['mem', 10],
    ['disk', 1],
  ]);
});

test('what makes no sense is refused at its place', (t) => {
  const one = (more: object) => refused({ containers: [{ ...CONTAINER, ...more }] });
  t.regex(one({ resourceLimits: { mem: 1 } }), /^422 .*containers\(0\)\/resourceLimits\/mem/);
  t.regex(one({ check: { tcp: { endpoint: 'x' } } }), /^422 .*containers\(0\)\/check.*no endpoint named 'x'/);
  t.regex(one({ check: {} }), /^422 .*exactly one of http, tcp and exec/);
  t.regex(one({ image: { id: 'a', pullConfig: { secret: 'x' } } }), /^422 .*no secret named 'x'/);
  t.regex(one({ endpoints: [{ name: 'a', networkNames: ['x'] }] }), /^422 .*no network named 'x'/);
  t.regex(one({ linuxInfo: { ipcInfo: { mode: 'x' } } }), /^400 .*linuxInfo\/ipcInfo\/mode/);
  t.regex(refused({ containers: [CONTAINER], scaling: { kind: 'x' } }), /^422 .*scaling\/kind/);
  t.regex(
    refused({ containers: [CONTAINER], disruptionBudget: { maxUnavailable: -1 } }),
    /^422 .*disruptionBudget/,
  );
  t.regex(
    refused({ containers: [CONTAINER], volumes: [{ name: 'v', persistent: { size: 1 } }] }),
    /^422 .*volumes\(0\)\/persistent/,
  );
});

const WRONG: readonly (readonly [pod: object, at: RegExp])[] = [
  [{ environment: { A: { secret: 'x' } } }, /"\/environment\/A".*undefined secret named 'x'/],
  [{ environment: { 'A=B': '' } }, /"\/environment\/A=B"/],
  [{ volumes: [{ name: 'v', secret: 'x' }] }, /"\/volumes\(0\)\/secret".*undefined secret named 'x'/],
  [{ volumes: [{ name: 'v', host: '/a', secret: 'x' }] }, /"\/volumes\(0\)".*host and a secret/],
  [{ volumes: [{ name: 'v' }, { name: 'v' }] }, /volume names must be unique/],
  [{ volumes: [{ name: '../v' }] }, /"\/volumes\(0\)\/name"/],
  [{ networks: [{ mode: 'host' }, { mode: 'container', name: 'a' }] }, /"\/networks".*must not mix/],
  [{ networks: [{ mode: 'container' }] }, /"\/networks\(0\)\/name"/],
  [{ scheduling: { backoff: { backoff: -1 } } }, /"\/scheduling\/backoff\/backoff"/],
  [{ scheduling: { backoff: { backoffFactor: 0.5 } } }, /"\/scheduling\/backoff\/backoffFactor"/],
  [
    { scheduling: { unreachableStrategy: { inactiveAfterSeconds: 2, expungeAfterSeconds: 1 } } },
    /"\/scheduling\/unreachableStrategy\/expungeAfterSeconds"/,
  ],
  [
    { scheduling: { placement: { acceptedResourceRoles: ['x'] } } },
    /"\/scheduling\/placement\/acceptedResourceRoles"/,
  ],
  [{ executorResources: { cpus: -1 } }, /"\/executorResources\/cpus"/],
];

const WRONG_CONTAINERS: readonly (readonly [container: object, at: RegExp])[] = [
  [{ environment: { A: { secret: 'x' } } }, /\/environment\/A".*undefined secret named 'x'/],
  [{ exec: { command: {} } }, /\/exec\/command".*exactly one of shell and argv/],
  [{ exec: { command: { shell: 'a', argv: ['a'] } } }, /\/exec\/command".*exactly one of shell and argv/],
  [{ exec: { command: { argv: [] } } }, /\/exec\/command\/argv".*not be empty/],
  [{ image: { kind: 'DOCKER', id: '' } }, /\/image\/id"/],
  [{ resources: { cpus: 1, mem: 32, gpus: 1 } }, /\/resources\/gpus".*gpu_resources/],
  [{ lifecycle: { killGracePeriodSeconds: -1 } }, /\/lifecycle\/killGracePeriodSeconds"/],
  [{ healthCheck: { exec: { command: {} } } }, /\/healthCheck\/exec\/command"/],
  [
    { healthCheck: { exec: { command: { shell: 'a' } }, intervalSeconds: -1 } },
    /\/healthCheck\/intervalSeconds"/,
  ],
  [{ volumeMounts: [{ name: 'v', mountPath: '' }] }, /\/volumeMounts\(0\)\/mountPath"/],
  [
    {
      volumeMounts: [
        { name: 'v', mountPath: 'a' },
        { name: 'v', mountPath: 'a' },
      ],
    },
    /mount paths must be unique/,
  ],
  [{ endpoints: [{ name: 'A B', hostPort: 0 }] }, /\/endpoints\(0\)\/name"/],
  [{ endpoints: [{ name: 'a-name-of-16-char', hostPort: 0 }] }, /\/endpoints\(0\)\/name".*at most 15/],
  [{ endpoints: [{ name: 'a', hostPort: 70_000 }] }, /\/endpoints\(0\)\/hostPort"/],
  [{ endpoints: [{ name: 'a', protocol: ['sctp'] }] }, /\/endpoints\(0\)\/protocol"/],
  [
    {
      endpoints: [
        { name: 'a', hostPort: 0 },
        { name: 'a', hostPort: 0 },
      ],
    },
    /endpoint names must be unique/,
  ],
  [
    {
      endpoints: [
        { name: 'a', hostPort: 8000 },
        { name: 'b', hostPort: 8000 },
      ],
    },
    /host ports must be unique/,
  ],
];

test('rules of apps are rules of pods', (t) => {
  for (const [pod, at] of WRONG) {
    const answer = refused({ containers: [CONTAINER], ...pod });
    t.regex(answer, /^422 /, answer);
    t.regex(answer, at);
  }
  for (const [container, at] of WRONG_CONTAINERS) {
    const answer = refused({ containers: [{ ...CONTAINER, ...container }], volumes: [{ name: 'v' }] });
    t.regex(answer, /^422 .*"path":"\/containers/, answer);
    t.regex(answer, at);
  }
  const onNetwork = { ...CONTAINER, endpoints: [{ name: 'a', hostPort: 0 }] };
  const networks = [{ mode: 'container', name: 'n' }];
  t.regex(refused({ containers: [onNetwork], networks }), /^422 .*endpoints\(0\)\/containerPort"/);
});

test('secrets become volumes that cannot be written', (t) => {
  const { task } = launched({
    secrets: { s: { source: '/shop/password' } },
    volumes: [{ name: 'hush', secret: 's' }],
    containers: [{ ...CONTAINER, volumeMounts: [{ name: 'hush', mountPath: 'password' }] }],
  });
  t.deepEqual(task.container?.volumes, [
    {
      container_path: 'password',
      mode: VolumeMode.RO,
      source: {
        type: VolumeSourceType.SECRET,
        secret: { type: SecretType.REFERENCE, reference: { name: '/shop/password' } },
      },
    },
  ]);
});

test('a pod is shown as it was given', (t) => {
  const world = new MarathonWorld({ agents: [] });
  const given = {
    ...{ disruptionBudget: { maxUnavailable: 1 }, legacySharedCgroups: false },
    linuxInfo: { seccomp: { unconfined: true } },
  };
  world.call('POST', '/v2/pods', { ...given, id: '/p', containers: [{ ...CONTAINER, tty: false }] });
  t.like(world.call<object>('GET', '/v2/pods/p').body, given);
});

test('the status of a pod tells of instances that are over', (t) => {
  const world = new MarathonWorld();
  world.call('POST', '/v2/pods', { id: '/p', containers: [CONTAINER] });
  world.settle();
  const [instance] = world.marathon.instances.of('/p');
  world.call('DELETE', `/v2/pods/p::instances/${instance?.id}`);
  world.until('another one runs', () => world.running('/p').some((id) => id !== instance?.taskId));
  interface Status {
    readonly terminationHistory: readonly {
      readonly instanceID: string;
      readonly containers: readonly { readonly name: string; readonly lastKnownState: string }[];
    }[];
  }
  const status = (): Status => world.call<Status>('GET', '/v2/pods/p::status').body;
  const [over] = status().terminationHistory;
  t.is(over?.instanceID, instance?.id);
  t.deepEqual(
    over?.containers.map(({ name, lastKnownState }) => [name, lastKnownState]),
    [['one', 'TASK_KILLED']],
  );
  world.crash();
  world.restart();
  t.is(status().terminationHistory[0]?.instanceID, instance?.id, 'it is remembered');
});

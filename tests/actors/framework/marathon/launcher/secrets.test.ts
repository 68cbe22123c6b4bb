/** Secrets of apps: where they stand in a task, and where their values come from. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { containerInfoOf } from '../../../../../actors/framework/marathon/launcher/container.ts';
import { secretValues, withSecrets } from '../../../../../actors/framework/marathon/launcher/secrets.ts';
import {
  ContainerInfoType,
  ImageType,
  type Secret,
  SecretType,
  VolumeMode,
  VolumeSourceType,
} from '../../../../../proto/index.ts';
import { MarathonWorld } from '../support/world.ts';

const APP = { id: '/a', cmd: 'sleep', cpus: 0.1, mem: 32, secrets: { s: { source: 'shop/password' } } };

function world(): MarathonWorld {
  return new MarathonWorld({ flags: ['--enable_features=secrets'], agents: [] });
}

test('an app has secrets as files and pulls its image with one', (t) => {
  const marathon = world();
  const container = {
    type: 'MESOS',
    docker: { image: 'shop/web', pullConfig: { secret: 's' } },
    volumes: [{ containerPath: 'password', secret: 's' }],
  };
  t.is(marathon.call('POST', '/v2/apps', { ...APP, container }).status, 201);
  const app = marathon.marathon.definitions.root.app('/a');
  const info = app === undefined ? undefined : containerInfoOf(app, [], 'a.1', 'mesos-bridge');
  const reference: Secret = { type: SecretType.REFERENCE, reference: { name: 'shop/password' } };
  const expected = (secret: Secret) => ({
    type: ContainerInfoType.MESOS,
    volumes: [
      {
        container_path: 'password',
        mode: VolumeMode.RO,
        source: { type: VolumeSourceType.SECRET, secret },
      },
    ],
    mesos: {
      image: { type: ImageType.DOCKER, docker: { name: 'shop/web', config: secret }, cached: true },
    },
  });
  t.deepEqual(info, expected(reference));
  if (info === undefined) return;
  const task = { name: 'a', task_id: { value: 'a.1' }, agent_id: { value: 'S0' }, container: info };
  const data = new Uint8Array([1, 2]);
  const known = withSecrets(task, (name) => (name === 'shop/password' ? data : undefined));
  t.deepEqual(known.container, expected({ type: SecretType.VALUE, value: { data } }));
});

test('what refers to no secret is refused at its place, and so is what Docker has not', (t) => {
  const refusal = (container: object): string => world().call('POST', '/v2/apps', { ...APP, container }).text;
  const image = { image: 'a' };
  t.regex(
    refusal({ type: 'MESOS', docker: { ...image, pullConfig: { secret: 'x' } } }),
    /"\/container\/docker\/pullConfig\/secret".*undefined secret named 'x'/,
  );
  t.regex(
    refusal({ type: 'DOCKER', docker: image, volumes: [{ containerPath: 'p', secret: 's' }] }),
    /"\/container\/volumes\(0\)\/secret".*only supported with type MESOS/,
  );
});

test('a pipe in the folder of secrets is no secret, and is not waited for', (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mesostate-secrets-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  execFileSync('mkfifo', [path.join(folder, 'pipe')]);
  writeFileSync(path.join(folder, 'word'), 'hush');
  const values = secretValues(folder);
  t.is(values('pipe'), undefined);
  t.is(values('/'), undefined);
  t.is(Buffer.from(values('/word') ?? []).toString(), 'hush');
});

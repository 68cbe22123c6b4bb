/** volume/secret: secrets as files of a container, in memory only. */
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  SecretFiles,
  secretData,
} from '../../../../../../actors/agent/containerizer/isolators/linux/secrets.ts';
import {
  ContainerInfoType,
  type Secret,
  SecretType,
  type Volume,
  VolumeMode,
  VolumeSourceType,
} from '../../../../../../proto/generated/types/v1.ts';
import { until } from '../../../../../support/until.ts';
import { IsolatedBench, isRoot } from '../../support.ts';
import { canUnshare, imageBench, imageOf, LINUX, runsUnisolated } from '../images.ts';

const SECRET = 'correct horse\nbattery\0staple';

function volumeOf(container_path: string, secret: Secret): Volume {
  return { container_path, mode: VolumeMode.RW, source: { type: VolumeSourceType.SECRET, secret } };
}

const value = (text: string): Secret => ({ type: SecretType.VALUE, value: { data: Buffer.from(text) } });

const withVolumes = (...volumes: Volume[]) => ({ container: { type: ContainerInfoType.MESOS, volumes } });

/** Files below a folder that hold the text. */
function filesWith(folder: string, text: string): string[] {
  return fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => fs.readFileSync(path).includes(text));
}

test('an ordinary user is told that secrets need a view of the files of its own', async (t) => {
  if (canUnshare) await runsUnisolated(t);
  const bench = new IsolatedBench(t, {});
  const { failure } = await bench.over(bench.launch('true', withVolumes(volumeOf('key', value('x')))));
  t.is(failure, "volume at 'key': a secret needs --isolation=filesystem/linux");
});

test('as root: a task reads its secrets, byte by byte, nobody else does, and none is on a disk', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = new IsolatedBench(t, LINUX);
  const id = bench.launch(
    'cat keys/one; stat -c "%a %U" keys/one deep/two >modes; stat -f -c %T keys/one >>modes; echo 2>/dev/null >keys/one || echo read-only >>modes; : >go; exec sleep 1000',
    {
      ...withVolumes(volumeOf('keys/one', value(SECRET)), volumeOf('deep/two', value('second'))),
      user: 'nobody',
    },
  );
  await bench.started(id);
  await until('it has read', () => bench.has(id, 'go'));
  t.is(bench.file(id, 'stdout'), SECRET);
  t.is(bench.file(id, 'modes'), '400 nobody\n400 nobody\nramfs\nread-only\n');
  // What the machine sees in its sandbox is the place that it is shown at.
  t.is(bench.file(id, 'keys/one'), '');
  t.deepEqual(filesWith(bench.root, 'battery'), [join(bench.sandbox(id), 'stdout')]);
  const look = bench.launch('cat keys/one', {
    ...{ containerId: `${id}.look`, sandbox: bench.sandbox(id), looksIntoParent: true, user: 'nobody' },
  });
  t.deepEqual((await bench.over(look)).status, { kind: 'exited', code: 0 });
  t.is(bench.file(id, 'stdout'), SECRET + SECRET);
  bench.containerizer.destroy(id);
  await bench.over(id);
});

test('as root: in an image they are where they are asked for', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = imageBench(t);
  const volumes = [volumeOf('/etc/keys/key', value(SECRET)), volumeOf('mine', value('own'))];
  const container = imageOf('shell', { volumes });
  const id = bench.launch('cat /etc/keys/key; cat mine', { container });
  t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 0 }, bench.file(id, 'stderr'));
  t.is(bench.file(id, 'stdout'), `${SECRET}own`);
});

test('as root: one that cannot be resolved, or shown, fails its container, and nothing of it stays', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = new IsolatedBench(t, LINUX);
  const byName: Secret = { type: SecretType.REFERENCE, reference: { name: 'vault' } };
  const failed = bench.launch('true', withVolumes(volumeOf('first', value(SECRET)), volumeOf('key', byName)));
  t.is(
    (await bench.over(failed)).failure,
    "volume at 'key': a secret by reference cannot be resolved, this agent has no secret resolver",
  );
  const secrets = new SecretFiles(bench.paths.runtimeDir);
  t.deepEqual(secrets.known(), []);
  // As an agent leaves it that is killed while it launches: its next start finds it.
  secrets.keep('left', Buffer.from('x'));
  t.true(bench.containerizer.recordedContainers().includes('left'));
  bench.containerizer.recover(['left'], bench.sink);
  await bench.over('left');
  t.deepEqual(secrets.known(), []);
});

test('what somebody else put where secrets are is neither believed nor touched', (t) => {
  const runtimeDir = `/proc/self/${process.pid}`;
  const own = createHash('sha256').update(runtimeDir).digest('hex').slice(0, 16);
  const folder = `/dev/shm/mesostate-secrets-${own}`;
  fs.mkdirSync(join(folder, 'left'), { recursive: true });
  t.teardown(() => fs.rmSync(folder, { recursive: true }));
  // As if another user had made it: anybody may exchange what is in it.
  fs.chmodSync(folder, 0o777);
  const secrets = new SecretFiles(runtimeDir);
  t.deepEqual(secrets.known(), []);
  secrets.forget('left');
  t.true(fs.existsSync(join(folder, 'left')));
  t.throws(() => secrets.keep('c', Buffer.from('x')), {
    message: `${folder}: is not a folder of the agent alone`,
  });
});

test('secrets are values; files of them are in memory', (t) => {
  t.deepEqual(secretData(value('x')), Buffer.from('x'));
  t.throws(() => secretData({ type: SecretType.VALUE }), { message: /by reference/ });
  if (!isRoot) return;
  const secrets = new SecretFiles('/proc/self');
  const [first, second] = [secrets.keep('c', Buffer.from('1')), secrets.keep('c', Buffer.from('2'))];
  t.regex(first, /^\/dev\/shm\//);
  t.is(fs.statSync(second).mode & 0o777, 0o400);
  secrets.forget('c');
  t.false(fs.existsSync(first));
});

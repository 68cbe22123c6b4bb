/** Folders of sandboxes as volumes: whoever is to write there may. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { volumesOf } from '../../../../../../actors/agent/containerizer/isolators/linux/volumes.ts';
import {
  ContainerInfoType,
  VolumeSourceSandboxPathType as Place,
  VolumeMode,
  VolumeSourceType,
} from '../../../../../../proto/generated/types/v1.ts';
import { IsolatedBench } from '../../support.ts';
import { canUnshare, LINUX } from '../images.ts';

const isRoot = process.getuid?.() === 0;
const hasNobody = /^nobody:/m.test(fs.readFileSync('/etc/passwd', 'utf8'));
const user = isRoot && hasNobody ? { user: 'nobody' } : {};

const volume = (type: Place, path: string) => ({
  container_path: path === 'deep/own' ? 'mine' : 'shared',
  mode: VolumeMode.RW,
  source: { type: VolumeSourceType.SANDBOX_PATH, sandbox_path: { type, path } },
});

for (const [name, flags] of [
  ['links', {}],
  ['mounts (as root)', canUnshare ? LINUX : {}],
] as const) {
  test(`a task, of an ordinary user too, writes into folders of its sandbox and its parent's: ${name}`, async (t) => {
    const bench = new IsolatedBench(t, flags);
    const parent = bench.launch('sleep 1000', user);
    await bench.started(parent);
    const sandbox = join(bench.sandbox(parent), 'containers/a');
    fs.mkdirSync(sandbox, { recursive: true });
    const container = {
      type: ContainerInfoType.MESOS,
      volumes: [volume(Place.SELF, 'deep/own'), volume(Place.PARENT, 'deep/shared')],
    };
    const containerId = `${parent}.a`;
    const parentSandbox = bench.sandbox(parent);
    bench.launch('touch mine/file shared/file', { ...user, container, containerId, sandbox, parentSandbox });
    const { status, failure } = await bench.over(containerId);
    const said = () => failure ?? fs.readFileSync(join(sandbox, 'stderr'), 'utf8');
    t.deepEqual(status, { kind: 'exited', code: 0 }, said());
    const owner = fs.statSync(bench.sandbox(parent)).uid;
    for (const path of ['containers/a/deep/own/file', 'deep/shared/file', 'deep'])
      t.is(fs.statSync(join(bench.sandbox(parent), path)).uid, owner, path);
  });
}

test('what became a link since it was looked at is not shown (as root); how it is asked for says where it was', async (t) => {
  const bench = new IsolatedBench(t, canUnshare ? LINUX : {});
  const [sandbox, elsewhere] = [join(bench.root, 'parent'), join(bench.root, 'elsewhere')];
  for (const folder of [sandbox, elsewhere]) {
    fs.mkdirSync(folder);
    fs.writeFileSync(join(folder, 'file'), '');
  }
  const container = { type: ContainerInfoType.MESOS, volumes: [volume(Place.PARENT, 'data')] };
  const launch = {
    containerId: 'p.c',
    sandbox: join(sandbox, 'containers/c'),
    command: {},
    environment: {},
    container,
  };
  const isolated = {
    containerId: 'p.c',
    parentId: 'p',
    launch,
    volumeImages: [],
    resources: { cpus: 1, mem: 32, disk: 0, revocable: false },
    image: undefined,
  };
  const [asked] = await volumesOf(isolated, [], sandbox);
  const data = join(fs.realpathSync(sandbox), 'data');
  t.like(asked, { from: join(sandbox, 'data'), real: data });
  if (!canUnshare || asked === undefined) return;
  const show = async (): Promise<string> => {
    const id = bench.launch('ls shared', { volumes: [asked] });
    await bench.over(id);
    return ['stdout', 'stderr']
      .map((name) => fs.readFileSync(join(bench.sandbox(id), name), 'utf8'))
      .join('');
  };
  fs.writeFileSync(join(data, 'own'), '');
  t.is(await show(), 'own\n');
  fs.renameSync(data, `${data} moved`);
  fs.symlinkSync(elsewhere, data);
  t.regex(await show(), /The container cannot be made: .*data leads elsewhere/);
  fs.rmSync(data);
  t.regex(await show(), /data cannot be entered/);
});

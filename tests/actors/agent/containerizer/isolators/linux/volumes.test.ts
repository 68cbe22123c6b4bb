/** Folders of sandboxes as volumes: whoever is to write there may. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
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

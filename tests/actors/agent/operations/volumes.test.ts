/** Folders of volumes on a real disk, and their links in sandboxes (agent.md §3, §10.2). */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { linkVolume, mountVolumes } from '../../../../actors/agent/operations/volumeLinks.ts';
import {
  ensureVolumes,
  RealVolumes,
  sourceProblem,
  type VolumeChanges,
  volumeChanges,
} from '../../../../actors/agent/operations/volumes.ts';
import { AgentPaths } from '../../../../actors/agent/paths.ts';
import { type Resource, ResourceDiskInfoSourceType } from '../../../../proto/index.ts';
import { Resources } from '../../../../proto/resources/index.ts';
import { until } from '../../../support/until.ts';
import { temporaryFolder } from '../support/realAgent.ts';

const Source = ResourceDiskInfoSourceType;

function volume(
  id: string,
  source?: NonNullable<Resource['disk']>['source'],
  container_path = 'data',
): Resource {
  return {
    name: 'disk',
    type: 0,
    scalar: { value: 10 },
    reservations: [{ type: 2, role: 'a/b' }],
    disk: { persistence: { id }, volume: { container_path, mode: 1 }, ...(source && { source }) },
  };
}

function setUp(t: ExecutionContext) {
  const folder = temporaryFolder(t);
  const paths = new AgentPaths(path.join(folder, 'work'), path.join(folder, 'run'));
  let names = 0;
  const warnings: string[] = [];
  const volumes = new RealVolumes(
    () => `gone-${names++}`,
    (text) => warnings.push(text),
  );
  const change = (changes: VolumeChanges) =>
    new Promise<Error | undefined>((resolve) => volumes.change(changes, resolve));
  return { folder, paths, change, warnings };
}

const none = Resources.EMPTY;

test('volumes lie below work_dir or the root of their disk; a MOUNT disk is one itself and stays', async (t) => {
  const { folder, paths, change } = setUp(t);
  const [disk, mount] = [path.join(folder, 'disk'), path.join(folder, 'mount')];
  mkdirSync(mount);
  const all = Resources.of([
    volume('plain'),
    volume('on-path', { type: Source.PATH, path: { root: disk } }),
    volume('below', { type: Source.PATH, path: { root: 'extra' } }),
    volume('mounted', { type: Source.MOUNT, mount: { root: mount } }),
  ]);
  t.is(await change(volumeChanges(paths, none, all)), undefined);
  const places = [
    path.join(paths.workDir, 'volumes/roles/a b/plain'),
    path.join(disk, 'volumes/roles/a b/on-path'),
    path.join(paths.workDir, 'extra/volumes/roles/a b/below'),
    mount,
  ];
  for (const place of places) writeFileSync(path.join(place, 'kept'), 'x');
  t.is(await change(volumeChanges(paths, none, all)), undefined, 'once more is no mistake');
  t.true(places.every((place) => existsSync(path.join(place, 'kept'))));
  const gone = volumeChanges(paths, all, none);
  t.is(await change(gone), undefined);
  t.deepEqual(
    places.map((place) => [existsSync(place), existsSync(path.join(place, 'kept'))]),
    [...places.slice(1).map(() => [false, false]), [true, false]],
  );
  t.is(await change(gone), undefined, 'nor is that');
  const removed = path.join(paths.workDir, 'volumes/removed/gone-0');
  await until('what was in a volume is deleted', () => !existsSync(removed));
});

test('a volume that grows stays where it is', (t) => {
  const { paths } = setUp(t);
  const grown = { ...volume('v'), scalar: { value: 20 } };
  t.deepEqual(volumeChanges(paths, Resources.of([volume('v')]), Resources.of([grown])), {
    make: [],
    remove: [],
  });
});

test('a folder that cannot be made is told by its name', async (t) => {
  const { folder, paths, change } = setUp(t);
  writeFileSync(path.join(folder, 'work'), 'a file is in the way');
  const error = await change(volumeChanges(paths, none, Resources.of([volume('v')])));
  t.regex(error?.message ?? '', /work/);
});

test('volumes that are not there at the start are made, and said to be', (t) => {
  const { paths } = setUp(t);
  const made: string[] = [];
  const total = Resources.of([volume('v')]);
  ensureVolumes(paths, total, (each) => made.push(each));
  ensureVolumes(paths, total, (each) => made.push(each));
  t.deepEqual(made, [path.join(paths.workDir, 'volumes/roles/a b/v')]);
});

test('disks of --resources have roots that are there, and no MOUNT disk holds the agent itself', (t) => {
  const { folder, paths } = setUp(t);
  const disk = (source: NonNullable<NonNullable<Resource['disk']>['source']>) =>
    sourceProblem(paths, Resources.of([{ name: 'disk', type: 0, scalar: { value: 1 }, disk: { source } }]));
  mkdirSync(paths.workDir);
  t.regex(disk({ type: Source.PATH, path: {} }) ?? '', /needs a root/);
  t.regex(disk({ type: Source.PATH, path: { root: path.join(folder, 'none') } }) ?? '', /no such folder/);
  t.regex(disk({ type: Source.MOUNT, mount: { root: folder } }) ?? '', /must not hold/);
  t.is(disk({ type: Source.PATH, path: { root: folder } }), undefined);
});

test('volumes that go at the same time are deleted without a complaint', async (t) => {
  const { paths, change, warnings } = setUp(t);
  const each = Array.from({ length: 8 }, (_, n) => Resources.of([volume(`v${n}`)]));
  for (const one of each) {
    const changes = volumeChanges(paths, none, one);
    t.is(await change(changes), undefined);
    for (const place of changes.make)
      for (let n = 0; n < 200; n++) writeFileSync(path.join(place.path, `file ${n}`), '');
  }
  await Promise.all(each.map((one) => change(volumeChanges(paths, one, none))));
  const removed = path.join(paths.workDir, 'volumes/removed');
  await until('all is deleted', () => readdirSync(removed).length === 0);
  t.deepEqual(warnings, []);
});

test('a volume is linked into a sandbox, at a path inside it', (t) => {
  const { folder, paths } = setUp(t);
  const sandbox = path.join(folder, 'sandbox');
  mkdirSync(sandbox);
  const mounted: string[] = [];
  const sandboxes = {
    mount: (_sandbox: unknown, at: string, target: string) => {
      mounted.push(`${at} ${target}`);
    },
  };
  const mount = (container_path: string) =>
    mountVolumes(
      { paths, sandboxes },
      { root: sandbox, below: '' },
      [volume('v', undefined, container_path)],
      undefined,
    );
  mount('data/x');
  t.deepEqual(mounted, [`data/x ${path.join(paths.workDir, 'volumes/roles/a b/v')}`]);
  for (const bad of ['', '.', '..', '../x', 'a/../../x', '/x'])
    t.throws(() => mount(bad), { message: /container path/ });
});

test('links that a task has made in its sandbox are not followed', (t) => {
  const { folder } = setUp(t);
  const [sandbox, target, elsewhere] = ['sandbox', 'target', 'elsewhere'].map((each) =>
    path.join(folder, each),
  ) as [string, string, string];
  for (const each of [sandbox, target, elsewhere]) mkdirSync(each);
  linkVolume({ root: sandbox, below: '' }, 'a/data', target, undefined);
  t.is(readlinkSync(path.join(sandbox, 'a/data')), target);
  writeFileSync(path.join(target, 'f'), 'x');
  t.is(readFileSync(path.join(sandbox, 'a/data/f'), 'utf8'), 'x');
  linkVolume({ root: sandbox, below: '' }, 'a/data', target, undefined);
  symlinkSync(elsewhere, path.join(sandbox, 'trap'));
  t.throws(() => linkVolume({ root: sandbox, below: '' }, 'trap/data', target, undefined), {
    message: /not a folder of the sandbox/,
  });
  t.false(existsSync(path.join(elsewhere, 'data')));
});

/** Removing images that no container uses (PRUNE_IMAGES). */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Provisioner } from '../../../../../actors/agent/containerizer/images/provisioner.ts';
import { ImageStore } from '../../../../../actors/agent/containerizer/images/store.ts';
import { ImageType } from '../../../../../proto/index.ts';
import { scratch } from '../../../../support/processes.ts';
import { until } from '../../../../support/until.ts';
import { IsolatedBench } from '../support.ts';

/** An archive as `docker save` writes it, with one file in one layer. */
function archive(registry: string, name: string): void {
  const work = join(registry, `${name}.work`);
  fs.mkdirSync(join(work, 'root'), { recursive: true });
  fs.writeFileSync(join(work, 'root/file'), name);
  execFileSync('tar', [
    '--create',
    '--file',
    join(work, 'layer.tar'),
    '--directory',
    join(work, 'root'),
    '.',
  ]);
  fs.writeFileSync(join(work, 'config.json'), '{}');
  fs.writeFileSync(
    join(work, 'manifest.json'),
    JSON.stringify([{ Config: 'config.json', Layers: ['layer.tar'] }]),
  );
  const files = ['manifest.json', 'config.json', 'layer.tar'];
  execFileSync('tar', ['--create', '--file', join(registry, `${name}.tar`), '--directory', work, ...files]);
}

function opened(t: ExecutionContext) {
  const folder = scratch(t);
  const registry = join(folder, 'registry');
  for (const name of ['one', 'two', 'three']) archive(registry, name);
  const open = () =>
    new Provisioner(join(folder, 'provisioner'), new ImageStore(join(folder, 'store'), registry));
  const staged = () =>
    fs
      .readdirSync(join(folder, 'store/staging'))
      .map((each) => each.split('-')[0])
      .sort();
  return { open, staged };
}

const image = (name: string) => ({ type: ImageType.DOCKER, docker: { name } });

test('what containers use and what is excluded stays, the rest goes, also after a restart', async (t) => {
  const { open, staged } = opened(t);
  const first = open();
  const [one] = await first.provision('c1', [image('one')]);
  await first.provision('c2', [image('two')]);
  await first.provision('c3', [image('three')]);
  await first.release('c2');
  await first.release('c3');
  await first.prune(['three:latest']);
  t.deepEqual(staged(), ['one', 'three']);
  t.is(fs.readFileSync(join(one?.layers[0] ?? '', 'file'), 'utf8'), 'one');
  const second = open();
  await second.prune([]);
  t.deepEqual(staged(), ['one'], 'the container of before still uses it');
  await second.release('c1');
  await second.prune([]);
  t.deepEqual(staged(), []);
  const [again] = await second.provision('c4', [image('one')]);
  t.is(fs.readFileSync(join(again?.layers[0] ?? '', 'file'), 'utf8'), 'one');
});

test('an image that is being unpacked stays; nothing goes while a container does not tell its own', async (t) => {
  const { open, staged } = opened(t);
  const provisioner = open();
  const pending = provisioner.provision('c1', [image('one')]);
  await provisioner.prune([]);
  const [made] = await pending;
  t.true(fs.existsSync(join(made?.layers[0] ?? '', 'file')));
  fs.rmSync(join(made?.root ?? '', '../../../layers.json'));
  const error = await t.throwsAsync(provisioner.prune([]));
  t.regex(error?.message ?? '', /does not tell which image/);
  t.deepEqual(staged(), ['one']);
});

test('images of volumes count as that of the root file system does', async (t) => {
  const { open, staged } = opened(t);
  const provisioner = open();
  const made = await provisioner.provision('c1', [image('one'), image('two'), image('one')]);
  t.is(new Set(made.map(({ root }) => root)).size, 3);
  await provisioner.provision('c2', [image('three')]);
  await provisioner.release('c2');
  await provisioner.prune([]);
  t.deepEqual(staged(), ['one', 'two']);
});

test('root file systems of containers that nobody knows any more go: an agent was killed while it made them, or the machine was booted', async (t) => {
  const images = join(scratch(t), 'images');
  fs.mkdirSync(images);
  const bench = new IsolatedBench(t, {
    ...{ isolation: 'filesystem/linux', image_providers: 'docker', docker_registry: images },
  });
  // Nothing is launched: that needs root.
  const containerizer = bench.restart(true);
  const containers = join(bench.paths.workDir, 'provisioner/containers');
  for (const id of ['killed', 'booted', 'booted.inside', 'bootedlater'])
    fs.mkdirSync(join(containers, id, 'backends/overlay/upper'), { recursive: true });
  t.deepEqual(containerizer.recordedContainers().sort(), ['booted', 'bootedlater', 'killed']);
  containerizer.recover(['killed'], bench.sink);
  await bench.over('killed');
  t.deepEqual(fs.readdirSync(containers).sort(), ['booted', 'booted.inside', 'bootedlater']);
  containerizer.remove('booted');
  await until('all of it is gone', () => fs.readdirSync(containers).length === 1);
  t.deepEqual(fs.readdirSync(containers), ['bootedlater']);
});

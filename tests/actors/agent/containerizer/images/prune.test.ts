/** Removing images that no container uses (PRUNE_IMAGES). */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Provisioner } from '../../../../../actors/agent/containerizer/images/provisioner.ts';
import { ImageStore } from '../../../../../actors/agent/containerizer/images/store.ts';
import { ImageType } from '../../../../../proto/index.ts';
import { scratch } from '../../../../support/processes.ts';

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

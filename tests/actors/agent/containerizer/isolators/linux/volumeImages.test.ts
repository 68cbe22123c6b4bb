/** volume/image: volumes whose content is an image. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import {
  ContainerInfoType,
  ImageType,
  type Volume,
  VolumeMode,
} from '../../../../../../proto/generated/types/v1.ts';
import { IsolatedBench } from '../../support.ts';
import { canUnshare, imageBench, imageOf, LINUX, runsUnisolated } from '../images.ts';

const volumeOf = (container_path: string, name: string, mode: VolumeMode): Volume => {
  return { container_path, mode, image: { type: ImageType.DOCKER, docker: { name } } };
};

const VOLUMES = [volumeOf('tools/one', 'saved:1', VolumeMode.RW), volumeOf('two', 'shell', VolumeMode.RO)];

const TRIES = `ls tools/one/data; ls -d two/bin/busybox; echo new >tools/one/data/new && cat tools/one/data/new
  touch two/new 2>/dev/null || echo read-only; pwd`;

test('as root: images as volumes of a container without one, and of one that has a root of its own', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = imageBench(t);
  const containers = [
    { type: ContainerInfoType.MESOS, volumes: VOLUMES },
    imageOf('shell', { volumes: VOLUMES }),
  ];
  for (const container of containers) {
    const id = bench.launch(TRIES, { container });
    t.deepEqual((await bench.over(id)).status, { kind: 'exited', code: 0 }, bench.file(id, 'stderr'));
    const at = container.mesos === undefined ? fs.realpathSync(bench.sandbox(id)) : '/mnt/mesos/sandbox';
    t.is(bench.file(id, 'stdout'), `hidden\nkept\ntwo/bin/busybox\nnew\nread-only\n${at}\n`);
  }
  // What was written went with each, and nothing of it into the image.
  t.deepEqual(fs.readdirSync(join(bench.paths.workDir, 'provisioner/containers')), []);
  const again = bench.launch('ls tools/one/data', {
    container: { type: ContainerInfoType.MESOS, volumes: VOLUMES },
  });
  await bench.over(again);
  t.is(bench.file(again, 'stdout'), 'hidden\nkept\n');
});

test('an agent without images says so', async (t) => {
  const bench = new IsolatedBench(t, canUnshare ? LINUX : {});
  const container = { type: ContainerInfoType.MESOS, volumes: [volumeOf('x', 'none', VolumeMode.RO)] };
  const { failure } = await bench.over(bench.launch('true', { container }));
  t.is(failure, 'this agent has no images: it was started without --image_providers');
});

test('as root: an image that is not there fails the container', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const bench = imageBench(t);
  const container = { type: ContainerInfoType.MESOS, volumes: [volumeOf('x', 'none', VolumeMode.RO)] };
  t.regex((await bench.over(bench.launch('true', { container }))).failure ?? '', /none/);
  t.false(fs.existsSync(join(bench.paths.workDir, 'provisioner/containers')));
});

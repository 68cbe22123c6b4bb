/** Benches of containers with namespaces and images, and what an ordinary user has instead. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type ContainerInfo, ContainerInfoType, ImageType } from '../../../../../proto/generated/types/v1.ts';
import { copyLibraries, findProgram } from '../../../../support/dockerEngine.ts';
import { IsolatedBench, isRoot } from '../support.ts';

const busybox = findProgram('busybox');
export const canUnshare: boolean = isRoot && findProgram('unshare') !== undefined && busybox !== undefined;

const MESOS = { type: ContainerInfoType.MESOS };
export const LINUX = { isolation: 'filesystem/linux,namespaces/pid,namespaces/ipc' };

/** What an ordinary user has instead. */
export async function runsUnisolated(t: ExecutionContext): Promise<void> {
  const bench = new IsolatedBench(t, LINUX);
  bench.warnings.length = 0;
  bench.restart(false);
  t.deepEqual(bench.warnings, ['filesystem/linux: needs root; containers see the files of the machine']);
  t.deepEqual((await bench.over(bench.launch('exit 3'))).status, { kind: 'exited', code: 3 });
}

/** A folder of images: `shell`, a folder with busybox; `saved:1`, an archive of two layers. */
export function registry(root: string): string {
  const folder = join(root, 'registry');
  const bin = join(folder, 'shell/rootfs/bin');
  fs.mkdirSync(bin, { recursive: true });
  fs.copyFileSync(busybox ?? '', join(bin, 'busybox'));
  fs.chmodSync(join(bin, 'busybox'), 0o755);
  copyLibraries(busybox ?? '', join(folder, 'shell/rootfs'));
  for (const name of [
    'sh',
    'cat',
    'ls',
    'id',
    'touch',
    'mkdir',
    'env',
    'grep',
    'head',
    'mount',
    'mknod',
    'chroot',
  ])
    fs.symlinkSync('busybox', join(bin, name));
  const staging = join(root, 'staging');
  fs.mkdirSync(join(staging, 'two/data'), { recursive: true });
  fs.mkdirSync(join(staging, 'one/data'), { recursive: true });
  fs.cpSync(join(folder, 'shell/rootfs'), join(staging, 'one'), { recursive: true, verbatimSymlinks: true });
  for (const name of ['kept', 'gone', 'hidden/below']) {
    fs.mkdirSync(join(staging, 'one/data/hidden'), { recursive: true });
    fs.writeFileSync(join(staging, 'one/data', name), name);
  }
  fs.writeFileSync(join(staging, 'two/data/.wh.gone'), '');
  fs.mkdirSync(join(staging, 'two/data/hidden'));
  fs.writeFileSync(join(staging, 'two/data/hidden/.wh..wh..opq'), '');
  fs.writeFileSync(join(staging, 'two/data/hidden/above'), 'above');
  const save = join(staging, 'save');
  fs.mkdirSync(save);
  for (const layer of ['one', 'two'])
    execFileSync('tar', ['-cf', join(save, `${layer}.tar`), '-C', join(staging, layer), '.']);
  const config = {
    config: { Entrypoint: ['/bin/sh', '-c'], Cmd: ['ls /data /data/hidden; env'], Env: ['FROM=image'] },
  };
  fs.writeFileSync(join(save, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: ['saved:1'], Layers: ['one.tar', 'two.tar'] }];
  fs.writeFileSync(join(save, 'manifest.json'), JSON.stringify(manifest));
  execFileSync('tar', ['-cf', join(folder, 'saved:1.tar'), '-C', save, '.']);
  return folder;
}

export function imageOf(name: string, more: Partial<ContainerInfo> = {}): ContainerInfo {
  return { ...MESOS, mesos: { image: { type: ImageType.DOCKER, docker: { name } } }, ...more };
}

/** Of an agent with the images of a folder that goes with the test. */
export function imageFlags(t: ExecutionContext): Record<string, string> {
  const folder = fs.mkdtempSync(join(process.cwd(), 'node_modules/.images-'));
  t.teardown(() => fs.rmSync(folder, { recursive: true, force: true }));
  return {
    isolation: 'filesystem/linux,namespaces/pid,docker/runtime',
    image_providers: 'docker',
    docker_registry: registry(folder),
  };
}

export function imageBench(t: ExecutionContext): IsolatedBench {
  return new IsolatedBench(t, imageFlags(t));
}

/** A container whose root comes from a registry: Debian's docker-registry where it is installed, the tests' own elsewhere. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { findProgram } from '../../../../../support/dockerEngine.ts';
import { ownPort } from '../../../../../support/ports.ts';
import { scratch } from '../../../../../support/processes.ts';
import { until } from '../../../../../support/until.ts';
import { canUnshare, imageOf as containerOf, imageFlags, runsUnisolated } from '../../isolators/images.ts';
import { IsolatedBench } from '../../support.ts';
import { archiveOf, DOCKER_TYPE, imageOf, type MadeImage, SmallRegistry } from './smallRegistry.ts';

const program = findProgram('docker-registry');

/** @returns its URL */
async function serve(t: ExecutionContext, repository: string, image: MadeImage): Promise<string> {
  if (program === undefined) {
    const registry = await SmallRegistry.open(t);
    registry.add(repository, 'latest', image);
    return registry.url;
  }
  const dir = scratch(t);
  const addr = `127.0.0.1:${await ownPort()}`;
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: join(dir, 'data') } },
    http: { addr },
  };
  // JSON is YAML.
  fs.writeFileSync(join(dir, 'config.yml'), JSON.stringify(config));
  const child = spawn(program, ['serve', join(dir, 'config.yml')], { stdio: 'ignore' });
  t.teardown(
    () =>
      new Promise<void>((resolve) => {
        child.on('close', () => resolve());
        child.kill('SIGKILL');
      }),
  );
  const url = `http://${addr}`;
  await until('the registry answers', () =>
    fetch(`${url}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  await push(url, repository, image);
  return url;
}

async function push(url: string, repository: string, { manifest, blobs }: MadeImage): Promise<void> {
  for (const [digest, bytes] of blobs) {
    const begun = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
    const at = new URL(begun.headers.get('location') ?? '', url);
    at.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream' };
    const put = await fetch(at, { method: 'PUT', body: new Uint8Array(bytes), headers });
    if (put.status !== 201) throw new Error(`${put.status}: ${await put.text()}`);
  }
  const headers = { 'content-type': DOCKER_TYPE };
  const put = await fetch(`${url}/v2/${repository}/manifests/latest`, {
    method: 'PUT',
    body: manifest.toString(),
    headers,
  });
  if (put.status !== 201) throw new Error(`${put.status}: ${await put.text()}`);
}

test('as root: a container whose image comes from a registry, layer by layer, and stays when the registry is gone', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const flags = imageFlags(t);
  const rootfs = join(flags['docker_registry'] ?? '', 'shell/rootfs');
  const top = join(scratch(t), 'top');
  fs.mkdirSync(top);
  fs.writeFileSync(join(top, 'word'), 'from the top layer\n');
  const layers = [
    archiveOf(rootfs, join(scratch(t), 'base.tgz')),
    archiveOf(top, join(scratch(t), 'top.tgz')),
  ];
  const image = imageOf(layers, { Cmd: ['/bin/cat', '/word'], Env: ['FROM=registry'], WorkingDir: '/bin' });
  const url = await serve(t, 'team/shell', image);
  const bench = new IsolatedBench(t, { ...flags, docker_registry: url });
  const id = bench.launch('', { container: containerOf('team/shell'), command: { shell: false } });
  await bench.over(id);
  t.is(
    bench.file(id, 'stdout'),
    'from the top layer\n',
    JSON.stringify(bench.of(id)) + bench.file(id, 'stderr'),
  );
  bench.restart();
  const again = bench.launch('pwd; echo $FROM', { container: containerOf('team/shell') });
  await bench.over(again);
  t.is(bench.file(again, 'stdout'), '/bin\nregistry\n', bench.file(again, 'stderr'));
  const missing = bench.launch('true', { container: containerOf('team/other') });
  t.regex(
    (await bench.over(missing)).failure ?? '',
    /^image 'team\/other:latest' cannot be pulled: .* answered 404: /,
  );
});

test('as root: an image of more layers than a page of their paths names', async (t) => {
  if (!canUnshare) return runsUnisolated(t);
  const flags = imageFlags(t);
  const base = archiveOf(join(flags['docker_registry'] ?? '', 'shell/rootfs'), join(scratch(t), 'base.tgz'));
  const small = Array.from({ length: 60 }, (_, at) => {
    const dir = scratch(t);
    fs.mkdirSync(join(dir, 'layer'));
    fs.writeFileSync(join(dir, 'layer', `file${at}`), '');
    return archiveOf(join(dir, 'layer'), join(dir, 'layer.tgz'));
  });
  const registry = await SmallRegistry.open(t);
  registry.add('deep', 'latest', imageOf([base, ...small]));
  const bench = new IsolatedBench(t, { ...flags, docker_registry: registry.url });
  const id = bench.launch('ls / | grep -c file', { container: containerOf('deep') });
  await bench.over(id);
  t.is(bench.file(id, 'stdout'), '60\n', JSON.stringify(bench.of(id)) + bench.file(id, 'stderr'));
});

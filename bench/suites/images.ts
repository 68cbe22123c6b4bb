/**
 * What a view of its own costs a container (as root): launched one after another plain, with namespaces, and with an image whose layers are
 * here already. The command is `true`.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openContainerizer } from '../../actors/agent/containerizer/open.ts';
import { agentFlags } from '../../actors/agent/flags.ts';
import { AgentPaths } from '../../actors/agent/paths.ts';
import { type ContainerInfo, ContainerInfoType, ImageType } from '../../proto/generated/types/v1.ts';
import { parseFlags } from '../../runtime/flags/index.ts';
import { MetricsRegistry } from '../../runtime/metrics/index.ts';
import { realPorts } from '../../runtime/realPorts.ts';
import { type Figure, publish } from '../support/figures.ts';

const CONTAINERS = Number(process.env['BENCH_CONTAINERS'] ?? 100);
const COMMAND = '/bin/true';
const { clock } = realPorts();

/** A folder of one image, which holds the command and its libraries. */
function makeImage(root: string): void {
  const libraries = execFileSync('ldd', [COMMAND], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  for (const file of [COMMAND, ...libraries]) {
    const to = path.join(root, 'registry/small/rootfs', file);
    mkdirSync(path.dirname(to), { recursive: true });
    copyFileSync(file, to);
  }
}

async function measure(name: string, flags: readonly string[], container?: ContainerInfo): Promise<Figure> {
  const root = mkdtempSync(path.join(os.tmpdir(), 'mesostate-bench-'));
  makeImage(root);
  const argv = [
    '--master=127.0.0.1:5050',
    `--work_dir=${root}`,
    `--docker_registry=${root}/registry`,
    ...flags,
  ];
  const parsed = parseFlags(agentFlags, argv, {});
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  const containerizer = openContainerizer({
    paths: new AgentPaths(root, path.join(root, 'run')),
    clock,
    metrics: new MetricsRegistry(clock),
    flags: parsed.values,
    isRoot: true,
    onWarning: (text) => console.error(`bench: ${text}`),
  });
  const run = (containerId: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const sandbox = path.join(root, containerId);
      mkdirSync(sandbox);
      const command = { shell: false, value: COMMAND };
      const launch = { containerId, sandbox, command, environment: {}, ...(container && { container }) };
      containerizer.launch(launch, {
        started: () => undefined,
        exited: () => undefined,
        destroyed: () => resolve(),
        failed: (_id, message) => reject(new Error(message)),
      });
    });
  await run('warm');
  const startedAt = performance.now();
  for (let at = 0; at < CONTAINERS; at++) await run(`c${at}`);
  const value = (performance.now() - startedAt) / CONTAINERS;
  containerizer.close();
  rmSync(root, { recursive: true, force: true });
  return { suite: 'images', name, value, unit: 'ms', beside: 'plain' };
}

const image = { type: ImageType.DOCKER, docker: { name: 'small' } };
if (process.getuid?.() === 0) {
  const linux = '--isolation=filesystem/linux,namespaces/pid';
  publish([
    await measure('plain', []),
    await measure('with namespaces of files and processes', [linux], { type: ContainerInfoType.MESOS }),
    await measure('with an image', [linux, '--image_providers=docker'], {
      type: ContainerInfoType.MESOS,
      mesos: { image },
    }),
  ]);
} else {
  console.error(`bench: ${os.userInfo().username} is not root: no namespaces, no images`);
  publish([]);
}

/** The GPUs of a machine: the devices that NVIDIA's driver makes. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { ExitCode, StartError } from '../../../../../runtime/startError.ts';

export interface GpuDevice {
  readonly path: string;
  /** As in a cgroup's `devices.allow`: `195:0`. */
  readonly number: string;
}

export interface Gpus {
  /** By their number in the name of the device, which is nvidia-smi's. */
  readonly gpus: ReadonlyMap<number, GpuDevice>;
  /** What programs need besides, whichever GPU they use. */
  readonly shared: readonly GpuDevice[];
}

const SHARED: readonly string[] = ['nvidiactl', 'nvidia-uvm', 'nvidia-uvm-tools'];

/** @param dir `/dev` */
export function findGpus(dir: string): Gpus {
  const names = fs.readdirSync(dir);
  const numbered = names.flatMap((name) => {
    const number = /^nvidia(\d+)$/.exec(name)?.[1];
    const device = number === undefined ? undefined : deviceAt(join(dir, name));
    return device === undefined ? [] : [[Number(number), device] as const];
  });
  const gpus = new Map(numbered.sort(([a], [b]) => a - b));
  const shared = SHARED.filter((name) => names.includes(name)).flatMap(
    (name) => deviceAt(join(dir, name)) ?? [],
  );
  return { gpus, shared };
}

/**
 * Those that the agent may give out.
 *
 * @param chosen `--nvidia_gpu_devices`; undefined for all
 * @throws StartError when there are none, or not those
 */
export function chosenGpus(dir: string, chosen: readonly number[] | undefined): Gpus {
  const { gpus, shared } = findGpus(dir);
  if (gpus.size === 0)
    throw new StartError(
      `--isolation=gpu/nvidia: there is no GPU here (no ${join(dir, 'nvidia0')})`,
      ExitCode.usage,
    );
  const missing = chosen?.find((number) => !gpus.has(number));
  if (missing !== undefined)
    throw new StartError(
      `--nvidia_gpu_devices: there is no ${join(dir, `nvidia${missing}`)}`,
      ExitCode.usage,
    );
  return { gpus: new Map([...gpus].filter(([number]) => chosen?.includes(number) ?? true)), shared };
}

function deviceAt(path: string): GpuDevice | undefined {
  const stat = fs.statSync(path);
  if (!stat.isCharacterDevice()) return undefined;
  return { path, number: deviceNumber(stat.rdev) };
}

/** As the C library splits st_rdev. */
export function deviceNumber(rdev: number): string {
  const major = Math.floor(rdev / 256) % 4096;
  const minor = (rdev % 256) + Math.floor(rdev / 1048576) * 256;
  return `${major}:${minor}`;
}

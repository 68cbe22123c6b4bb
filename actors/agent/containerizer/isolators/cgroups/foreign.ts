/** What the cgroups tell of a process that somebody else put into them, as Docker's engine does with its containers. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { ResourceStatistics } from '../../../../../proto/generated/types/v1.ts';
import { Cgroup } from './cgroup.ts';
import { CpuSubsystem } from './cpu.ts';
import type { Controller, Hierarchies } from './hierarchies.ts';
import { MemorySubsystem } from './memory.ts';
import type { CgroupOptions } from './subsystem.ts';

const READ_ONLY: CgroupOptions = {
  enableCfs: false,
  limitSwap: false,
  countProcesses: false,
  revocableLowPriority: false,
  pidsMax: undefined,
  allowedDevices: [],
};

const CPU = new CpuSubsystem(READ_ONLY);
const MEMORY = new MemorySubsystem(READ_ONLY);

/** Statistics of the cgroups that a process is in, of cpu and memory; without what this machine has no controllers for. */
export function cgroupUsage(pid: number, hierarchies: Hierarchies): Partial<ResourceStatistics> {
  const paths = cgroupPaths(pid);
  const dirs = new Map<string, Controller & { readonly dir: string }>();
  for (const name of [...CPU.controllers, ...MEMORY.controllers]) {
    const controller = hierarchies.controller(name);
    const path = controller && paths.get(controller.version === 2 ? '' : name);
    if (controller !== undefined && path !== undefined && path !== '/')
      dirs.set(name, { ...controller, dir: join(controller.root, path) });
  }
  const cgroup = new Cgroup(dirs);
  return {
    ...(dirs.has('cpu') ? CPU.usage(cgroup) : {}),
    ...(dirs.has('memory') ? MEMORY.usage(cgroup) : {}),
  };
}

/** Lines `number:controllers:path`; the unified hierarchy has no controllers there. */
function cgroupPaths(pid: number): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let text = '';
  try {
    text = fs.readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    // It is gone.
  }
  for (const line of text.split('\n')) {
    const [, names, ...path] = line.split(':');
    for (const name of names?.split(',') ?? []) found.set(name, path.join(':'));
  }
  return found;
}

/** What an agent should have taken away once all its tasks are over and acknowledged. */
import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';

export interface StormAgent {
  readonly pid: number;
  readonly workDir: string;
  readonly runtimeDir: string;
  /** Name of its cgroup; undefined without cgroups. */
  readonly cgroupsRoot: string | undefined;
}

/** Processes, cgroups, runtime files and surplus runs that are left, a line each. */
export function leftovers(agent: StormAgent): string[] {
  return [...processesLeft(agent), ...cgroupsLeft(agent), ...runtimeFilesLeft(agent), ...surplusRuns(agent)];
}

function foldersIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

/** Leaders name the runtime directory in their command line, tasks have their sandbox as working directory or PWD. */
function processesLeft({ pid: agent, workDir }: StormAgent): string[] {
  return foldersIn('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, state = '', parent = ''] =
          /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        if (state === 'Z') return Number(parent) === agent ? [`process ${pid}: a zombie of the agent's`] : [];
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        const isTask = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`MESOS_SANDBOX=${workDir}/`);
        return isTask ? [`process ${pid}: ${command}`] : [];
      } catch {
        return [];
      }
    });
}

function cgroupsLeft({ cgroupsRoot }: StormAgent): string[] {
  if (cgroupsRoot === undefined) return [];
  return foldersIn('/sys/fs/cgroup').flatMap((hierarchy) =>
    foldersIn(path.join('/sys/fs/cgroup', hierarchy, cgroupsRoot)).map(
      (name) => `cgroup ${hierarchy}/${name}`,
    ),
  );
}

/** Takes away the agent's own cgroup, which is empty now. */
export function removeCgroupsRoot(cgroupsRoot: string | undefined): void {
  if (cgroupsRoot === undefined) return;
  for (const hierarchy of foldersIn('/sys/fs/cgroup')) {
    const folder = path.join('/sys/fs/cgroup', hierarchy, cgroupsRoot);
    if (existsSync(folder) && foldersIn(folder).length === 0) rmdirSync(folder);
  }
}

function runtimeFilesLeft({ runtimeDir }: StormAgent): string[] {
  return foldersIn(path.join(runtimeDir, 'containers')).map(
    (name) => `runtime directory of container ${name}`,
  );
}

/** Each task has one run, whatever was killed when. */
function surplusRuns({ workDir }: StormAgent): string[] {
  const below = (folder: string) => foldersIn(folder).map((name) => path.join(folder, name));
  return below(path.join(workDir, 'slaves'))
    .flatMap((agent) => below(path.join(agent, 'frameworks')))
    .flatMap((framework) => below(path.join(framework, 'executors')))
    .map((executor) => ({ executor, runs: foldersIn(path.join(executor, 'runs')) }))
    .filter(({ runs }) => runs.length > 1)
    .map(({ executor, runs }) => `${path.basename(executor)} has ${runs.length} runs`);
}

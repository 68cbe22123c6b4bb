/** Processes that tasks of one run have started. */
import { readdirSync, readFileSync } from 'node:fs';

/** Pids and command lines of what runs with an environment that names the folder. @param command how the line begins */
export function taskProcesses(folder: string, command = 'sleep'): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.startsWith(command) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder)
          ? [`${pid} ${line}`]
          : [];
      } catch {
        return [];
      }
    });
}

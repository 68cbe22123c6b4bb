import type { CommandInfo, TTYInfo } from '../../../proto/generated/types/v1.ts';
import type { ContainerCommand } from '../containerizer/index.ts';

/** What a shell that `script` starts is told to be, and the terminal it may take itself for. */
export const TERMINAL_ENVIRONMENT: Readonly<Record<string, string>> = { SHELL: '/bin/sh', TERM: 'xterm' };

/**
 * The command below a terminal of its own: `script`, of every Debian's base system, makes one and passes on what it reads and
 * writes, and the exit status.
 */
export function onTerminal(command: CommandInfo | undefined, { window_size }: TTYInfo): ContainerCommand {
  const size = window_size === undefined ? '' : `stty rows ${window_size.rows} cols ${window_size.columns}; `;
  const line = `${size}exec ${shellLine(command)}`;
  return {
    shell: false,
    value: 'script',
    arguments: ['script', '-qfe', '-E', 'always', '-c', line, '/dev/null'],
  };
}

function shellLine(command: CommandInfo | undefined): string {
  const { value = '', arguments: argv = [] } = command ?? {};
  if (command?.shell !== false) return `/bin/sh -c ${quoted(value)}`;
  return [value, ...argv.slice(1)].map(quoted).join(' ');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** Help texts, from the same tables that are read by. */
import type { Command, Options } from './command.ts';
import { globalOptions } from './globals.ts';

/** All commands, a line each. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: mesostate COMMAND [OPTION…] [WORD…]',
    '       mesostate --role=ROLE [flags]           starts a node of the cluster; see mesostate --help',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'mesostate help COMMAND explains one. For every command:',
    ...optionLines(globalOptions),
    '',
  ].join('\n');
}

export function commandHelp({ name, words, summary, details, options }: Command): string {
  const lines = [
    `Usage: mesostate ${name}${Object.keys(options).length > 0 ? ' [OPTION…]' : ''} ${words}`.trimEnd(),
  ];
  lines.push('', summary);
  if (details !== undefined) lines.push('', details);
  if (Object.keys(options).length > 0) lines.push('', 'Options:', ...optionLines(options));
  lines.push('', 'For every command:', ...optionLines(globalOptions), '');
  return lines.join('\n');
}

function optionLines(options: Options): string[] {
  const rows = Object.entries(options).map(([name, { kind, short, value, help }]) => {
    const long = kind === 'flag' ? `--${name}` : `--${name}=${value ?? 'TEXT'}`;
    return [`${short === undefined ? '    ' : `-${short}, `}${long}`, help] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`);
}

/** The command line: `mesostate COMMAND …`. Finds the command, reads its words, runs it, says what went wrong. */
import { nearest } from '../runtime/flags/nearest.ts';
import { ExitCode } from '../runtime/startError.ts';
import { type Command, readWords, takesNext } from './command.ts';
import { commands } from './commands/index.ts';
import { readConfig } from './config.ts';
import { Context } from './context.ts';
import { type GlobalValues, globalOptions } from './globals.ts';
import { commandHelp, overview } from './help.ts';
import { safeText } from './output/text.ts';
import { Problem } from './problem.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs one command.
 *
 * @param argv the words after `mesostate`
 * @returns the exit code: 0 done, 1 not done, 64 wrong words, 69 nobody there, 77 not allowed; of `run` and `exec` the command's own
 */
export async function cli(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await perform(argv, terminal);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    terminal.stderr.write(`mesostate: ${safeText(error.message)}\n`);
    return error.exitCode;
  }
}

async function perform(argv: readonly string[], terminal: Terminal): Promise<number> {
  const at = nameAt(argv);
  const name = argv[at];
  if (name === undefined || name === 'help') {
    const about = argv[at + 1];
    terminal.stdout.write(about === undefined ? overview(commands) : commandHelp(commandNamed(about)));
    return 0;
  }
  const command = commandNamed(name);
  const rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
  const given = readWords(name, { ...globalOptions, ...command.options }, rest, command.literalAfter);
  const globals = given.values as GlobalValues;
  if (globals.help) {
    terminal.stdout.write(commandHelp(command));
    return 0;
  }
  const context = new Context(terminal, readConfig(globals, terminal.env), globals);
  const code = await command.run(context, given);
  await context.flush();
  return code ?? 0;
}

/** Where the command's name stands; global options may come before it. */
function nameAt(argv: readonly string[]): number {
  let at = 0;
  while (argv[at]?.startsWith('-')) at += takesNext(globalOptions, argv[at] ?? '') ? 2 : 1;
  return at;
}

function commandNamed(name: string): Command {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  const meant = nearest(
    name,
    commands.map((each) => each.name),
  );
  const hint = meant === undefined ? 'see `mesostate help`' : `did you mean '${meant}'?`;
  throw new Problem(`unknown command '${name}'; ${hint}`, ExitCode.usage);
}

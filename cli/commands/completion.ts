/** Completion of commands, options and ids for the shells. */
import { type Command, defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { agentId, agentsOf, frameworkId, frameworksOf, tasksOf } from '../find/objects.ts';
import { globalOptions } from '../globals.ts';
import { Problem, usageProblem } from '../problem.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What the shells ask with, behind the user's back. */
const QUESTION = '__complete';

export const completion = defineCommand({
  name: 'completion',
  words: 'bash|zsh|fish',
  summary: 'Prints a script that completes commands, options and ids in a shell',
  details: [
    'bash: source <(mesostate completion bash)',
    'zsh:  source <(mesostate completion zsh)',
    'fish: mesostate completion fish | source',
  ].join('\n'),
  literalAfter: 0,
  arity: { min: 1, max: 1000 },
  completes: SHELLS,
  run: async (context, _, [shell, ...words]) => {
    if (shell === QUESTION) {
      for (const word of await suggestions(context, words)) context.print(word);
      return undefined;
    }
    const script = Object.entries(SCRIPTS).find(([name]) => name === shell)?.[1];
    if (script === undefined) throw usageProblem(`completion: expected ${SHELLS.join(', ')}, got '${shell}'`);
    context.terminal.stdout.write(script);
    return undefined;
  },
});

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `_mesostate() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(mesostate completion ${QUESTION} "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _mesostate mesostate
`,
  zsh: `_mesostate() {
  local -a found
  found=("\${(@f)$(mesostate completion ${QUESTION} "\${(@)words[2,CURRENT-1]}" 2>/dev/null)}")
  compadd -a found
}
compdef _mesostate mesostate
`,
  fish: `function __mesostate_complete
  set -l words (commandline -opc)
  mesostate completion ${QUESTION} $words[2..-1] 2>/dev/null
end
complete -c mesostate -f -a '(__mesostate_complete)'
`,
};

/**
 * What may stand next.
 *
 * @param before the words so far, without `mesostate` and the one that is being written
 */
async function suggestions(context: Context, before: readonly string[]): Promise<string[]> {
  // The table of commands holds this one: it is there when somebody asks, not when this module is read.
  const { commands } = await import('./index.ts');
  const [name] = before.filter((word) => !word.startsWith('-'));
  const command = commands.find((each) => each.name === name);
  if (command === undefined) return commands.map((each) => each.name);
  const options = Object.keys({ ...command.options, ...globalOptions }).map((each) => `--${each}`);
  const words = before.filter((word) => !word.startsWith('-')).length - 1;
  const { completes, completesThen } = command;
  const wanted = words > 0 && Array.isArray(completes) ? completesThen : completes;
  return [...(await wordsFor(context, wanted)).filter((word) => PLAIN.test(word)), ...options];
}

/** What is one word for every shell, and nothing else: bash runs what stands in `$(…)` of what it completes, and frameworks choose ids. */
const PLAIN = /^[\w.:@%+=,/][\w.:@%+=,/-]*$/;

async function wordsFor(context: Context, completes: Command['completes']): Promise<string[]> {
  try {
    switch (completes) {
      case undefined:
      case 'file':
        return [];
      case 'agent':
        return (await agentsOf(context.master)).flatMap((agent) => [
          agentId(agent),
          agent.agent_info.hostname,
        ]);
      case 'framework':
        return (await frameworksOf(context.master))
          .filter((each) => !each.isCompleted)
          .flatMap((each) => [frameworkId(each), each.framework_info.name]);
      case 'task':
        return (await tasksOf(context.master))
          .filter((task) => task.kept === 'active')
          .flatMap(({ task_id, name }) => [task_id.value, name]);
      default:
        return [...completes];
    }
  } catch (error) {
    // No master, no ids: the options are there all the same.
    if (error instanceof Problem) return [];
    throw error;
  }
}

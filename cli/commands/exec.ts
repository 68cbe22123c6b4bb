/** A command, or a shell, in the container of a running task. */
import { AgentCallType, type ContainerID } from '../../proto/index.ts';
import { realPorts } from '../../runtime/realPorts.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { exitCodeOfWaitStatus } from '../exitCode.ts';
import { agentById } from '../find/agents.ts';
import { findTask, type KnownTask } from '../find/objects.ts';
import type { AgentApi } from '../http/operator.ts';
import { openSession, SessionInput, type WindowSize } from '../http/session.ts';
import { Problem, usageProblem } from '../problem.ts';

const DEFAULT_SIZE: WindowSize = { rows: 24, columns: 80 };

export const exec = defineCommand({
  name: 'exec',
  words: 'TASK COMMAND [ARGUMENT…]',
  summary: 'Runs a command in the container of a running task: exec -it TASK sh',
  details: 'Its exit code is that of the command. All words after TASK are the command’s.',
  options: {
    interactive: { kind: 'flag', short: 'i', help: 'Pass on what is typed' },
    tty: { kind: 'flag', short: 't', help: 'In a terminal of its own, as large as this one' },
    user: { kind: 'text', short: 'u', value: 'USER', help: 'As this user' },
  },
  arity: { min: 2, max: 10_000 },
  literalAfter: 1,
  completes: 'task',
  run: async (context, { interactive, tty, user }, [given = '', ...argv]) => {
    const task = await findTask(context.master, given);
    const agent = await agentById(context, task.agent_id.value);
    if (tty && interactive && context.terminal.stdin.isTTY !== true)
      throw usageProblem(
        'exec -t: expected a terminal to read from; leave -t out to pass on a file or a pipe',
      );
    const containerId: ContainerID = { value: realPorts().ids.uuid(), parent: containerOf(task) };
    const size = tty ? sizeOf(context) : undefined;
    const { ended } = await openSession(context, agent, containerId, { argv, tty: size, user });
    const exitCode = waitFor(agent, containerId);
    const restore = interactive ? passInput(context, agent, containerId, tty) : () => {};
    try {
      await ended;
      return await exitCode;
    } finally {
      restore();
    }
  },
});

function containerOf(task: KnownTask): ContainerID {
  if (task.kept !== 'active') throw new Problem(`task ${task.task_id.value} does not run`);
  const id = task.statuses?.findLast((status) => status.container_status?.container_id !== undefined);
  const containerId = id?.container_status?.container_id;
  if (containerId === undefined)
    throw new Problem(`task ${task.task_id.value} does not say which container it runs in`);
  return containerId;
}

function sizeOf({ terminal: { stdout } }: Context): WindowSize {
  return { rows: stdout.rows ?? DEFAULT_SIZE.rows, columns: stdout.columns ?? DEFAULT_SIZE.columns };
}

async function waitFor(agent: AgentApi, container_id: ContainerID): Promise<number> {
  const wait_nested_container = { container_id };
  const answer = await agent.call({ type: AgentCallType.WAIT_NESTED_CONTAINER, wait_nested_container });
  return exitCodeOfWaitStatus(answer.wait_nested_container?.exit_status);
}

/** @returns gives the terminal back */
function passInput(context: Context, agent: AgentApi, containerId: ContainerID, tty: boolean): () => void {
  const { terminal } = context;
  const { stdin } = terminal;
  const input = new SessionInput(agent, containerId, (problem) => context.say(problem.message));
  const onData = (bytes: Buffer): void => input.data(bytes);
  const onEnd = (): void => input.end();
  // Every key is the command's, Ctrl-C too.
  if (tty) stdin.setRawMode?.(true);
  const offResize = tty ? terminal.on('SIGWINCH', () => input.resize(sizeOf(context))) : () => {};
  stdin.on('data', onData);
  stdin.on('end', onEnd);
  stdin.resume();
  return () => {
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    stdin.pause();
    if (tty) stdin.setRawMode?.(false);
    offResize();
    input.close();
  };
}

/** The sandbox of a task, and the files in it, through the agent's API. */
import { AgentCallType, type FileInfo } from '../../proto/index.ts';
import type { Context } from '../context.ts';
import { type AgentApi, part } from '../http/operator.ts';
import { Problem } from '../problem.ts';
import { agentById } from './agents.ts';
import { findTask, type KnownTask } from './objects.ts';

/** Bytes of one read; agents answer no more at a time. */
export const READ_BYTES = 64 * 1024;

export interface FilePart {
  /** Length of the whole file, in bytes. */
  readonly size: number;
  readonly data: Uint8Array;
}

export class Sandbox {
  readonly task: KnownTask;
  readonly #agent: AgentApi;
  /** Virtual path at the agent. */
  readonly #root: string;

  constructor(task: KnownTask, agent: AgentApi, root: string) {
    this.task = task;
    this.#agent = agent;
    this.#root = root;
  }

  /** @throws Problem for a folder that is not there */
  async list(path: string): Promise<FileInfo[]> {
    const list_files = { path: this.#pathOf(path) };
    const answer = await this.#agent.call({ type: AgentCallType.LIST_FILES, list_files });
    return [...(part(answer.list_files, 'list_files').file_infos ?? [])];
  }

  /** The name by which a listed file is asked for. */
  nameOf({ path }: FileInfo): string {
    return path.startsWith(`${this.#root}/`)
      ? path.slice(this.#root.length + 1)
      : (path.split('/').at(-1) ?? path);
  }

  /** @throws Problem for a file that is not there */
  async read(path: string, offset: number, length: number = READ_BYTES): Promise<FilePart> {
    const read_file = { path: this.#pathOf(path), offset, length };
    const answer = await this.#agent.call({ type: AgentCallType.READ_FILE, read_file });
    return part(answer.read_file, 'read_file');
  }

  /** The whole file, part by part. */
  async *whole(path: string): AsyncGenerator<Uint8Array> {
    for (let offset = 0; ; ) {
      const { size, data } = await this.read(path, offset);
      if (data.length > 0) yield data;
      offset += data.length;
      if (data.length === 0 || offset >= size) return;
    }
  }

  #pathOf(path: string): string {
    const clean = path.replace(/^\/+|\/+$/g, '');
    return clean === '' ? this.#root : `${this.#root}/${clean}`;
  }
}

/**
 * The sandbox of the newest run of a task; that of its own where it shares its executor's with others.
 *
 * @throws Problem when there is no such task, its agent is gone, or its sandbox was removed
 */
export async function sandboxOf(context: Context, given: string): Promise<Sandbox> {
  const task = await findTask(context.master, given);
  const agent = await agentById(context, task.agent_id.value);
  const executor = task.executor_id?.value || task.task_id.value;
  const run = `/frameworks/${task.framework_id.value}/executors/${executor}/runs/latest`;
  let why = '';
  for (const root of [`${run}/tasks/${task.task_id.value}`, run]) {
    const sandbox = new Sandbox(task, agent, root);
    try {
      await sandbox.list('');
      return sandbox;
    } catch (error) {
      if (!(error instanceof Problem) || error.exitCode !== 1) throw error;
      why = error.message;
    }
  }
  const removed = 'agents remove the sandboxes of tasks that ended a while ago';
  throw new Problem(`the sandbox of task ${task.task_id.value} cannot be read (${removed}): ${why}`);
}

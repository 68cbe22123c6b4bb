/** A command in the container of a task: its output as it comes, its input as it is typed (v1-operator-api.md §4). */
import {
  type AgentCall,
  AgentCallAttachContainerInputType,
  AgentCallType,
  AgentProcessIOControlType,
  AgentProcessIODataType,
  AgentProcessIOType,
  type ContainerID,
} from '../../proto/index.ts';
import { PROTOBUF_TYPE, readMessage, writeMessage } from '../../proto/mediaTypes.ts';
import { encodeRecord, RecordDecoder } from '../../proto/recordio.ts';
import type { Context } from '../context.ts';
import { Problem } from '../problem.ts';
import type { AgentApi } from './operator.ts';

const RECORDIO = 'application/recordio';

export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}

export interface SessionCommand {
  readonly argv: readonly string[];
  /** In a terminal of this size; without one when left out. */
  readonly tty?: WindowSize | undefined;
  readonly user?: string | undefined;
}

/**
 * Starts the command; what it prints goes to the context's terminal until it ends.
 *
 * @returns `ended` resolves when its output has ended; `input` sends what is typed
 */
export async function openSession(
  context: Context,
  agent: AgentApi,
  containerId: ContainerID,
  { argv, tty, user }: SessionCommand,
): Promise<{ readonly ended: Promise<void> }> {
  const call: AgentCall = {
    type: AgentCallType.LAUNCH_NESTED_CONTAINER_SESSION,
    launch_nested_container_session: {
      container_id: containerId,
      command: {
        shell: false,
        value: argv[0] ?? '',
        arguments: [...argv],
        ...(user === undefined ? {} : { user }),
      },
      // MESOS is 2: the kind of container that a session can be.
      ...(tty === undefined ? {} : { container: { type: 2, tty_info: { window_size: { ...tty } } } }),
    },
  };
  const response = await agent.http.open({
    method: 'POST',
    path: '/api/v1',
    headers: { 'Content-Type': PROTOBUF_TYPE, Accept: RECORDIO, 'Message-Accept': PROTOBUF_TYPE },
    body: writeMessage('mesos.v1.agent.Call', PROTOBUF_TYPE, call),
  });
  const decoder = new RecordDecoder();
  const ended = (async () => {
    for await (const chunk of response) {
      for (const record of decoder.push(chunk as Buffer)) {
        const { data } = readMessage('mesos.v1.agent.ProcessIO', PROTOBUF_TYPE, record);
        if (data?.data === undefined) continue;
        const { stdout, stderr } = context.terminal;
        await context.write(data.data, data.type === AgentProcessIODataType.STDERR ? stderr : stdout);
      }
    }
  })();
  return { ended };
}

/** What is typed, and how large the window is, on its way to a session. */
export class SessionInput {
  readonly #write: (record: Uint8Array) => void;
  readonly #end: () => void;

  constructor(agent: AgentApi, containerId: ContainerID, onProblem: (problem: Problem) => void) {
    const { request, response } = agent.http.start({
      method: 'POST',
      path: '/api/v1',
      headers: { 'Content-Type': RECORDIO, 'Message-Content-Type': PROTOBUF_TYPE, Accept: PROTOBUF_TYPE },
    });
    this.#write = (record) => void request.write(encodeRecord(record));
    this.#end = () => request.end();
    response.then(
      (answer) => answer.resume(),
      (error: unknown) => onProblem(error instanceof Problem ? error : new Problem(String(error))),
    );
    this.#send({ type: AgentCallAttachContainerInputType.CONTAINER_ID, container_id: containerId });
  }

  /** What was typed. */
  data(bytes: Uint8Array): void {
    this.#send({
      type: AgentCallAttachContainerInputType.PROCESS_IO,
      process_io: {
        type: AgentProcessIOType.DATA,
        data: { type: AgentProcessIODataType.STDIN, data: bytes },
      },
    });
  }

  /** Nothing more will be typed. */
  end(): void {
    this.data(new Uint8Array(0));
  }

  resize(size: WindowSize): void {
    this.#send({
      type: AgentCallAttachContainerInputType.PROCESS_IO,
      process_io: {
        type: AgentProcessIOType.CONTROL,
        control: { type: AgentProcessIOControlType.TTY_INFO, tty_info: { window_size: { ...size } } },
      },
    });
  }

  close(): void {
    this.#end();
  }

  #send(attach_container_input: NonNullable<AgentCall['attach_container_input']>): void {
    const call: AgentCall = { type: AgentCallType.ATTACH_CONTAINER_INPUT, attach_container_input };
    this.#write(Buffer.from(writeMessage('mesos.v1.agent.Call', PROTOBUF_TYPE, call)));
  }
}

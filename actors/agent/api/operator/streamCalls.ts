/** Input and output of containers as streams of records, and sessions (v1-operator-api.md §4.3). */
import { readBody } from '../../../../proto/api/readCall.ts';
import {
  type AgentCallAttachContainerInput,
  AgentCallAttachContainerInputType,
  type AgentProcessIO,
  AgentProcessIOControlType,
  AgentProcessIODataType,
  AgentProcessIOType,
  encodeRecord,
  RecordDecoder,
} from '../../../../proto/index.ts';
import { type MediaType, writeMessage } from '../../../../proto/mediaTypes.ts';
import { HttpRefusal } from '../../../../runtime/http/refusal.ts';
import type { HttpStream, Timer } from '../../../../runtime/index.ts';
import type { AgentHost } from '../../host.ts';
import type { ContainerIo, OutputReader } from '../../nestedContainers/io/containerIo.ts';
import { type OperatorCalls, type OperatorRequest, type ServedAgent, withBody } from './call.ts';
import { containerIdOf, contentProblem, isOwn, nestedIdOf } from './containerCalls.ts';

/** One record of input, at most: a client that pastes more sends several. */
const INPUT_RECORD_BYTES_MAX = 4 * 1024 * 1024;

/** Writes a container's output to a client, at the client's pace; with heartbeats while nothing is said. */
class OutputStream implements OutputReader {
  private readonly host: AgentHost;
  private readonly stream: HttpStream;
  private readonly type: MediaType;
  private heartbeat: Timer | undefined;

  constructor(host: AgentHost, request: OperatorRequest) {
    this.host = host;
    this.type = request.framing.answer ?? request.answerType;
    this.stream = request.reply.stream(200, request.streamHeaders);
    this.stream.onClose(() => this.heartbeat?.cancel());
    this.beat();
  }

  data(name: 'stdout' | 'stderr', bytes: Uint8Array, taken: () => void): void {
    const type = name === 'stdout' ? AgentProcessIODataType.STDOUT : AgentProcessIODataType.STDERR;
    this.write({ type: AgentProcessIOType.DATA, data: { type, data: bytes } });
    void this.stream.drained().then(taken);
  }

  ended(): void {
    this.heartbeat?.cancel();
    this.stream.end();
  }

  private beat(): void {
    const { flags, delay } = this.host;
    this.heartbeat = delay(flags.http_heartbeat_interval, () => {
      const interval = { nanoseconds: flags.http_heartbeat_interval * 1e6 };
      const control = { type: AgentProcessIOControlType.HEARTBEAT, heartbeat: { interval } };
      this.write({ type: AgentProcessIOType.CONTROL, control });
      if (this.stream.open) this.beat();
    });
  }

  private write(message: AgentProcessIO): void {
    this.stream.write(encodeRecord(writeMessage('mesos.v1.agent.ProcessIO', this.type, message)));
  }
}

/** What clients are attached to, and the process that a terminal's size is told of. */
interface Attachable {
  readonly io: ContainerIo;
  readonly processId: number | undefined;
}

/** @throws HttpRefusal 404; 400 for what is an executor's and has no terminal: Mesos finds containers by their executor */
function attachable(containerId: string, { nestedContainers, host }: ServedAgent): Attachable {
  const isOfExecutor = host.tables.runs.has(containerId.split('.')[0] ?? '');
  const executor = host.tables.runs.get(containerId);
  const record = nestedContainers.isAlive(containerId) ? nestedContainers.get(containerId) : undefined;
  const known = executor ?? record;
  if (known === undefined || known.exit !== undefined)
    throw new HttpRefusal(404, `Container '${containerId}' cannot be found`);
  const io = executor === undefined ? record?.io : nestedContainers.terminals.get(containerId);
  if (io === undefined) throw new HttpRefusal(isOfExecutor ? 400 : 404, noTerminal(containerId));
  return { io, processId: known.processId };
}

function noTerminal(containerId: string): string {
  return `Container '${containerId}' has no terminal: its output is in its sandbox`;
}

function attachOutput(containerId: string, request: OperatorRequest, agent: ServedAgent): void {
  const user = agent.containerRequests.userNameOf({ containerId, command: undefined });
  if (!isOwn(request, agent, containerId)) request.expectAllowed('ATTACH_CONTAINER_OUTPUT', user);
  const { io } = attachable(containerId, agent);
  const detach = io.attach(new OutputStream(agent.host, request));
  request.reply.onClose(agent.host.defer(detach));
}

/**
 * The stream of a session ends when its process has: clients leave at its end, and who leaves ends the session. One whose
 * output was over would be killed before it could exit by itself.
 */
function sessionOutput(id: string, output: OutputStream, { nestedContainers }: ServedAgent): OutputReader {
  return {
    data: (name, bytes, taken) => output.data(name, bytes, taken),
    ended: () => {
      if (!nestedContainers.wait(id, () => output.ended())) output.ended();
    },
  };
}

function launchSession(containerId: string, request: OperatorRequest, agent: ServedAgent): void {
  const { command, container } = request.call.launch_nested_container_session ?? {};
  if (container?.linux_info?.share_cgroups === false)
    throw new HttpRefusal(400, "'linux_info.share_cgroups' must not be false for a session");
  const problem = contentProblem({ command, container });
  if (problem !== undefined) throw new HttpRefusal(400, problem);
  const user = agent.containerRequests.userNameOf({ containerId, command });
  if (!isOwn(request, agent, containerId, command))
    request.expectAllowed('LAUNCH_NESTED_CONTAINER_SESSION', user);
  const { host, nestedContainers } = agent;
  agent.containerRequests.launch(
    { containerId, command, container, resources: undefined, isSession: true },
    {
      launched: ({ id, io }) => {
        const leave = host.defer(() => {
          // Who has read all of it may still ask how it ended.
          if (nestedContainers.isAlive(id)) nestedContainers.abandon(id);
          io?.close();
        });
        if (request.reply.closed) leave();
        else {
          io?.attach(sessionOutput(id, new OutputStream(host, request), agent));
          request.reply.onClose(leave);
        }
      },
      present: () => request.refuse(400, `There is a container '${containerId}' already`),
      refused: (status, text) => request.refuse(status, text),
    },
  );
}

/** A client's records, written to the container as they come and as it takes them. */
function attachInput(containerId: string, request: OperatorRequest, agent: ServedAgent): void {
  const user = agent.containerRequests.userNameOf({ containerId, command: undefined });
  if (!isOwn(request, agent, containerId)) request.expectAllowed('ATTACH_CONTAINER_INPUT', user);
  const attached = attachable(containerId, agent);
  const { io } = attached;
  const { stream, body } = request.http;
  if (!io.attachInput())
    throw new HttpRefusal(409, `Somebody else is attached to the input of '${containerId}'`);
  const input = new InputRecords(request.framing.request ?? request.answerType);
  const { host } = agent;
  const over = (answer: () => void): void => {
    io.detachInput();
    if (!request.reply.closed) answer();
  };
  const take = (bytes: Uint8Array): void => {
    try {
      for (const each of input.push(bytes)) perform(each, attached, host, stream);
    } catch (error) {
      over(() => request.refuse(400, (error as Error).message));
    }
  };
  take(body);
  if (stream === undefined) {
    over(() => request.done());
    return;
  }
  stream.read({
    data: host.defer(take),
    end: host.defer(() => over(() => request.done())),
    aborted: host.defer(() => over(() => undefined)),
  });
}

function perform(
  { data, control }: AgentProcessIO,
  { io, processId }: Attachable,
  { pipes }: AgentHost,
  stream: OperatorRequest['http']['stream'],
): void {
  const size = control?.tty_info?.window_size;
  if (size !== undefined && processId !== undefined) pipes.resize(processId, size.rows, size.columns);
  if (data === undefined) return;
  if (data.data === undefined || data.data.length === 0) {
    io.endInput();
    return;
  }
  stream?.pause();
  io.write(data.data, () => stream?.resume());
}

/** The records after the first one, checked. */
class InputRecords {
  private readonly decoder = new RecordDecoder(INPUT_RECORD_BYTES_MAX);
  private readonly type: MediaType;
  private begun = false;

  constructor(type: MediaType) {
    this.type = type;
  }

  /** @throws Error saying which rule a record breaks */
  push(bytes: Uint8Array): AgentProcessIO[] {
    const records = this.decoder.push(bytes);
    const fresh = this.begun ? records : records.slice(1);
    this.begun ||= records.length > 0;
    return fresh.map((record) => {
      const { attach_container_input } = readBody('mesos.v1.agent.Call', this.type, record);
      return processIoOf(attach_container_input);
    });
  }
}

function processIoOf(input: AgentCallAttachContainerInput | undefined): AgentProcessIO {
  const io = input?.process_io;
  if (input?.type !== AgentCallAttachContainerInputType.PROCESS_IO || io === undefined)
    throw new Error("Expecting 'attach_container_input.process_io' in every record but the first");
  if (io.type === AgentProcessIOType.DATA && io.data?.type !== AgentProcessIODataType.STDIN)
    throw new Error("Expecting 'process_io.data.type' to be STDIN");
  return io;
}

export const streamCalls: OperatorCalls = {
  LAUNCH_NESTED_CONTAINER_SESSION: withBody(
    'launch_nested_container_session',
    (body, request, agent) => launchSession(nestedIdOf(body.container_id), request, agent),
    { givesRecords: true },
  ),
  ATTACH_CONTAINER_OUTPUT: withBody(
    'attach_container_output',
    (body, request, agent) => attachOutput(containerIdOf(body.container_id), request, agent),
    { givesRecords: true },
  ),
  ATTACH_CONTAINER_INPUT: withBody(
    'attach_container_input',
    (body, request, agent) => {
      const { container_id, type } = body;
      if (type !== AgentCallAttachContainerInputType.CONTAINER_ID || container_id === undefined)
        throw new HttpRefusal(400, "Expecting 'attach_container_input.container_id' in the first record");
      attachInput(containerIdOf(container_id), request, agent);
    },
    { takesRecords: true },
  ),
};

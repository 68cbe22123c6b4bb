/** The connection of a scheduler that speaks the v1 API over HTTP, through a gate on the master's node. */
import type {
  ConnectionEvents,
  ConnectionHost,
  SchedulerConnection,
} from '../../../actors/framework/driver/connection.ts';
import {
  decodeAs,
  encodeAs,
  RecordDecoder,
  type SchedulerCall,
  SchedulerCallType,
} from '../../../proto/index.ts';
import { type Address, type Node, Pid, Process, type Timer } from '../../../runtime/index.ts';
import { GATE_ID, type HttpMessages } from './httpGate.ts';

const PATH = '/api/v1/scheduler';
const PROTOBUF = 'application/x-protobuf';
/** Three heartbeats that stay away. */
const SILENT_MS = 45_000;

interface Stream {
  readonly id: number;
  readonly decoder: RecordDecoder;
  /** Undefined until the answer is there. */
  streamId: string | undefined;
}

/** A client of its own on the node of its driver, which is told as by any connection. */
export class HttpSchedulerConnection extends Process<HttpMessages> implements SchedulerConnection {
  private readonly host: ConnectionHost;
  private readonly events: ConnectionEvents;
  private gate: Pid | undefined;
  private requests = 0;
  private stream: Stream | undefined;
  private silence: Timer | undefined;

  constructor(node: Node, host: ConnectionHost, events: ConnectionEvents) {
    super(`http-${host.self.id}`);
    this.host = host;
    this.events = events;
    node.spawn(this);
  }

  override initialize(): void {
    this.install('http.Answer', (answer, from) => this.ofGate(from, () => this.answered(answer)));
    this.install('http.Chunk', (chunk, from) => this.ofGate(from, () => this.read(chunk)));
    this.install('http.End', ({ id }, from) =>
      this.ofGate(from, () => {
        if (id === this.stream?.id) this.lost('the stream ended');
      }),
    );
  }

  override exited(pid: Pid): void {
    if (pid.equals(this.gate)) this.lost('the connection broke');
  }

  // ---- what the driver wants ------------------------------------------------------------------------------------

  open(master: Address): void {
    this.dispatch(() => {
      this.leave();
      this.gate = new Pid(GATE_ID, master.host, master.port);
      this.link(this.gate);
      this.tell(() => this.events.connected());
    });
  }

  call(call: SchedulerCall): void {
    this.dispatch(() => this.request(call));
  }

  close(): void {
    this.dispatch(() => this.leave());
  }

  // ---- the wire -------------------------------------------------------------------------------------------------

  private request(call: SchedulerCall): void {
    if (this.gate === undefined) return;
    const id = ++this.requests;
    const headers: Record<string, string> = { 'content-type': PROTOBUF, accept: PROTOBUF };
    if (call.type === SchedulerCallType.SUBSCRIBE) {
      this.stream = { id, decoder: new RecordDecoder(), streamId: undefined };
      this.listen();
    } else {
      if (this.stream?.streamId === undefined) return;
      headers['mesos-stream-id'] = this.stream.streamId;
    }
    const body = encodeAs('mesos.v1.scheduler.Call', call);
    this.send(this.gate, 'http.Request', { id, path: PATH, headers, body });
  }

  private answered({ id, status, headers }: HttpMessages['http.Answer']): void {
    if (id === this.stream?.id) {
      if (status === 200) this.stream.streamId = headers['Mesos-Stream-Id'];
      else this.lost(`SUBSCRIBE was answered ${status}`);
      return;
    }
    if (status !== 202) this.lost(`a call was answered ${status}`);
  }

  private read({ id, body }: HttpMessages['http.Chunk']): void {
    const { stream } = this;
    if (stream?.id !== id) return;
    this.listen();
    for (const record of stream.decoder.push(body)) {
      const event = decodeAs('mesos.v1.scheduler.Event', record);
      this.tell(() => this.events.event(event));
    }
  }

  private listen(): void {
    this.silence?.cancel();
    this.silence = this.delay(SILENT_MS, () => this.lost('no heartbeat came'));
  }

  private lost(why: string): void {
    if (this.gate === undefined) return;
    this.leave();
    this.tell(() => this.events.disconnected(why));
  }

  private leave(): void {
    this.silence?.cancel();
    this.stream = undefined;
    if (this.gate === undefined) return;
    this.send(this.gate, 'http.Leave', {});
    this.unlink(this.gate);
    this.gate = undefined;
  }

  /** As an event of the driver, unless it opened another connection meanwhile, or closed the one that this comes from. */
  private tell(run: () => void): void {
    const { gate } = this;
    this.node.dispatch(this.host.self, () => {
      if (this.gate === gate) run();
    });
  }

  private ofGate(from: Pid | undefined, run: () => void): void {
    if (from?.equals(this.gate)) run();
  }
}

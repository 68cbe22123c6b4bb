/** A resource provider over HTTP: v1 events in RecordIO on the response to its SUBSCRIBE (agent.md §15). */
import { encodeRecord, type ResourceProviderEvent } from '../../../proto/index.ts';
import { type MediaType, writeMessage } from '../../../proto/mediaTypes.ts';
import type { HttpStream } from '../../../runtime/index.ts';

export class ProviderConnection {
  /** `Mesos-Stream-Id`: calls that belong to this stream name it. */
  readonly streamId: string;
  private readonly stream: HttpStream;
  private readonly type: MediaType;
  private readonly lost: () => void;
  private ended = false;

  /** @param lost told once, in an event of its own, when nobody reads the stream any more; not after `close` */
  constructor(stream: HttpStream, type: MediaType, streamId: string, lost: () => void) {
    this.stream = stream;
    this.type = type;
    this.streamId = streamId;
    this.lost = lost;
    stream.onClose(() => this.lose());
  }

  get isOpen(): boolean {
    return !this.ended;
  }

  /** A provider that does not read is cut off when the stream's bounded buffer is full. */
  send(event: ResourceProviderEvent): void {
    if (this.ended) return;
    const record = encodeRecord(writeMessage('mesos.v1.resource_provider.Event', this.type, event));
    if (!this.stream.write(record)) this.lose();
  }

  close(): void {
    this.ended = true;
    this.stream.end();
  }

  private lose(): void {
    if (this.ended) return;
    this.ended = true;
    this.lost();
  }
}

/** Every bound of the runtime in one place. Each may be overridden by `NodeOptions.limits`. */
export interface Limits {
  /** Events waiting in one mailbox; a message beyond is dropped as a dead letter. */
  readonly mailboxEventsMax: number;
  /** HTTP requests waiting in one mailbox; one beyond is answered 503. */
  readonly mailboxHttpMax: number;
  /** Connections that have not sent a whole request head yet; for one beyond, the oldest is cut. */
  readonly httpHalfOpenMax: number;
  /** Lateness of the program's turns, twice in a row, above which HTTP requests are answered 503. */
  readonly lagMaxMs: number;
  /** Bytes of one HTTP request body or posted message. */
  readonly bodyBytesMax: number;
  /** Bytes of one frame between nodes; a larger message travels in several. */
  readonly frameBytesMax: number;
  /** Bytes of one message between nodes; a larger one is refused at its sender, and ends the link it arrives on. */
  readonly messageBytesMax: number;
  /** Envelopes gathered into one frame at most. */
  readonly frameEnvelopesMax: number;
  /** Bytes on their way to a peer and not yet read by it, above which envelopes wait in our queue. */
  readonly linkHighWaterBytes: number;
  /** Envelopes waiting for one peer; beyond, the link is dropped with what it holds. */
  readonly linkQueueMax: number;
  /** Bytes (about) waiting for one peer; beyond, likewise. */
  readonly linkQueueBytesMax: number;
  /** Bytes waiting on one HTTP response stream, above which its reader counts as too slow and is cut off. */
  readonly streamBufferBytesMax: number;
  /** Interval of a link's heartbeat, and the silence after which it counts as broken. */
  readonly linkHeartbeatMs: number;
  readonly linkSilenceMaxMs: number;
  /** Longest wait for a connection and its handshake. */
  readonly linkConnectMs: number;
}

export const defaultLimits: Limits = {
  mailboxEventsMax: 1_000_000,
  mailboxHttpMax: 4096,
  httpHalfOpenMax: 4096,
  lagMaxMs: 1000,
  bodyBytesMax: 16 * 1024 * 1024,
  frameBytesMax: 128 * 1024,
  messageBytesMax: 64 * 1024 * 1024,
  frameEnvelopesMax: 512,
  linkHighWaterBytes: 512 * 1024,
  linkQueueMax: 1_000_000,
  linkQueueBytesMax: 512 * 1024 * 1024,
  streamBufferBytesMax: 16 * 1024 * 1024,
  linkHeartbeatMs: 5_000,
  linkSilenceMaxMs: 20_000,
  linkConnectMs: 10_000,
};

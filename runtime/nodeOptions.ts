import type { MessageCodec } from './codec.ts';
import type { Limits } from './limits.ts';
import type { Logger } from './logging/index.ts';
import type { MetricsRegistry } from './metrics/index.ts';
import type { Address } from './pid.ts';
import type { Ports } from './ports.ts';
import type { Turns } from './runQueue.ts';
import type { Supervision } from './supervision.ts';
import type { Transport } from './transport/channel.ts';

export interface NodeOptions {
  /** Address told to others and carried in every PID of this node. */
  readonly address: Address;
  readonly transport: Transport;
  readonly ports?: Ports;
  readonly turns?: Turns;
  readonly codec?: MessageCodec;
  readonly log?: Logger;
  readonly metrics?: MetricsRegistry;
  readonly limits?: Partial<Limits>;
  /** Process id under which paths of unknown first token are re-read (`/state` → `/master/state`). */
  readonly delegateId?: string;
  /** Process id that serves `/`; default: the delegate. */
  readonly homeId?: string;
  /** What every node of the cluster knows: whoever cannot prove it is refused. None: whoever connects is believed. */
  readonly clusterSecret?: string;
  /** Paths whose requests are answered 403: `/master/state`, with the delegate made explicit (`firewall_rules`). */
  readonly disabledEndpoints?: readonly string[];
  /**
   * Whether senders, be they libprocess' or nodes that link here, must come from the very IP address of the PID they
   * claim (ports are not compared; names other than `localhost` never match). Default: nothing is verified, as upstream.
   */
  readonly requirePeerAddressIpMatch?: boolean;
}

export interface SpawnOptions {
  /** What becomes of the process when it throws; without it, only the event is lost. */
  readonly supervise?: Supervision;
}

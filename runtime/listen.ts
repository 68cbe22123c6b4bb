/** Starts a node in the real world: one port for links, HTTP and messages. */
import { HttpServer } from './http/server.ts';
import { InspectAcceptor } from './inspect/socket.ts';
import { defaultLimits } from './limits.ts';
import { Node } from './node.ts';
import type { NodeOptions } from './nodeOptions.ts';
import type { Address } from './pid.ts';
import { ClusterSecret } from './security/clusterSecret.ts';
import type { TlsOptions } from './security/tls.ts';
import { WebSocketAcceptor, WebSocketTransport } from './transport/websocket.ts';

export interface ListenOptions extends Omit<NodeOptions, 'address' | 'transport'> {
  /** Address to bind. Default 127.0.0.1, a free port. */
  readonly host?: string;
  readonly port?: number;
  /** Address told to others, when it is not the bound one. */
  readonly advertise?: Partial<Address>;
  /** Links and HTTP over TLS, in both directions; without, plain. */
  readonly tls?: TlsOptions;
}

/** A node that listens; `shutdown` ends its processes, its links and its port, and is to be awaited. */
export interface ListeningNode {
  readonly node: Node;
  shutdown(): Promise<void>;
}

/**
 * @throws (by rejection) the listen error with its `code` (EADDRINUSE, EACCES, EADDRNOTAVAIL), or an Error in one line about
 *   `tls` or `clusterSecret`
 */
export async function listen(options: ListenOptions = {}): Promise<ListeningNode> {
  const limits = { ...defaultLimits, ...options.limits };
  // What is wrong with the options is said before a port is taken.
  const transport = new WebSocketTransport(limits.frameBytesMax, options.tls);
  if (options.clusterSecret !== undefined) new ClusterSecret(options.clusterSecret);
  let node: Node | undefined;
  const acceptor = new WebSocketAcceptor(limits.frameBytesMax, (bind) => node?.acceptor.accept(bind));
  const inspection = new InspectAcceptor();
  const server = new HttpServer({
    bodyBytesMax: limits.bodyBytesMax,
    halfOpenMax: limits.httpHalfOpenMax,
    streamBufferBytesMax: limits.streamBufferBytesMax,
    dispatch: (request, reply) => {
      if (node === undefined) reply.text(503, 'The node is starting');
      else node.handleRequest(request, reply);
    },
    upgrade: (request, socket, head) => {
      if (node !== undefined && InspectAcceptor.wants(request))
        inspection.upgrade(node, request, socket, head);
      else acceptor.upgrade(request, socket, head);
    },
    notHttp: (reason) => options.log?.debug('a connection spoke no HTTP and was closed', { reason }),
    tls: options.tls,
  });
  const bound = await server.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  const address = {
    host: options.advertise?.host ?? bound.host,
    port: options.advertise?.port ?? bound.port,
  };
  const started = new Node({
    ...options,
    address,
    transport,
  });
  node = started;
  started.lag.start();
  return {
    node: started,
    shutdown: async () => {
      await started.stop();
      acceptor.close();
      inspection.close();
      await server.close();
    },
  };
}

/**
 * The actor runtime: processes addressed by PID, mailboxes, links, one port for messages and HTTP. It knows nothing of
 * clusters and can be used on its own.
 */
export { type MessageCodec, packPlain, plainCodec, unpackPlain } from './codec.ts';
export { type DeadLetter, type DeadLetterReason, DeadLetters } from './deadLetters.ts';
export {
  type AuthenticationResult,
  type Authenticator,
  basicAuthenticator,
  type Credential,
  challengeFor,
  combinedAuthenticator,
  type Principal,
} from './http/authentication.ts';
export { type DomainSocket, listenOnDomainSocket } from './http/domainSocket.ts';
export type { Authorization } from './http/gate.ts';
export { jwtAuthenticator } from './http/jwtAuthenticator.ts';
export { HttpReply, HttpStream } from './http/reply.ts';
export type { HttpHandler, HttpRequest } from './http/request.ts';
export { type Inspectable, Inspector } from './inspect/inspector.ts';
export type { ProcessDetails } from './introspection.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { type ListeningNode, type ListenOptions, listen } from './listen.ts';
export { Node } from './node.ts';
export type { NodeOptions, SpawnOptions } from './nodeOptions.ts';
export { type Address, addressText, Pid, parseAddress } from './pid.ts';
export type { Clock, Ids, Ports, Random, Timer } from './ports.ts';
export {
  type AnyMessages,
  type ExitReason,
  type LinkOptions,
  type MessageHandler,
  Process,
  type Route,
  type RouteOptions,
} from './process.ts';
export { RealClock, realPorts } from './realPorts.ts';
export { Sealed } from './sealed.ts';
export { ClusterSecret } from './security/clusterSecret.ts';
export { type Claims, JwtError, signJwt, verifyJwt } from './security/jwt.ts';
export type { TlsOptions } from './security/tls.ts';
export { ExitCode, StartError } from './startError.ts';
export type { Supervision } from './supervision.ts';
export type { Span } from './tracing/span.ts';
export { MemoryNetwork } from './transport/memory.ts';
export { SeededIds, SeededRandom, VirtualClock, type VirtualPorts, virtualPorts } from './virtualPorts.ts';

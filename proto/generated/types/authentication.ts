// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/**
 * Client to server: I want to authenticate this PID.
 * `mesos.internal.AuthenticateMessage`.
 */
export interface AuthenticateMessage {
  pid: string;
}

/**
 * Server to client: the mechanisms on offer.
 * `mesos.internal.AuthenticationMechanismsMessage`.
 */
export interface AuthenticationMechanismsMessage {
  mechanisms?: string[] | undefined;
}

/**
 * Client to server: the mechanism chosen, with its first data.
 * `mesos.internal.AuthenticationStartMessage`.
 */
export interface AuthenticationStartMessage {
  mechanism: string;
  data?: Uint8Array | undefined;
}

/**
 * Either way: one more step of the mechanism.
 * `mesos.internal.AuthenticationStepMessage`.
 */
export interface AuthenticationStepMessage {
  data: Uint8Array;
}

/**
 * Server to client: authenticated.
 * `mesos.internal.AuthenticationCompletedMessage`.
 */
export type AuthenticationCompletedMessage = Record<string, never>;

/**
 * Server to client: refused.
 * `mesos.internal.AuthenticationFailedMessage`.
 */
export type AuthenticationFailedMessage = Record<string, never>;

/**
 * Server to client: something broke; the client tries again.
 * `mesos.internal.AuthenticationErrorMessage`.
 */
export interface AuthenticationErrorMessage {
  error?: string | undefined;
}

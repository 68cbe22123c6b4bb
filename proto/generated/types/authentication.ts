// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/** `mesos.internal.AuthenticateMessage`. */
export interface AuthenticateMessage {
  pid: string;
}

/** `mesos.internal.AuthenticationMechanismsMessage`. */
export interface AuthenticationMechanismsMessage {
  mechanisms?: string[] | undefined;
}

/** `mesos.internal.AuthenticationStartMessage`. */
export interface AuthenticationStartMessage {
  mechanism: string;
  data?: Uint8Array | undefined;
}

/** `mesos.internal.AuthenticationStepMessage`. */
export interface AuthenticationStepMessage {
  data: Uint8Array;
}

/** `mesos.internal.AuthenticationCompletedMessage`. */
export type AuthenticationCompletedMessage = Record<string, never>;

/** `mesos.internal.AuthenticationFailedMessage`. */
export type AuthenticationFailedMessage = Record<string, never>;

/** `mesos.internal.AuthenticationErrorMessage`. */
export interface AuthenticationErrorMessage {
  error?: string | undefined;
}

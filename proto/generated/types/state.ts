// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/**
 * A value with its name and the version it is at.
 * `mesos.internal.state.Entry`.
 */
export interface StateEntry {
  name: string;
  uuid: Uint8Array;
  value: Uint8Array;
}

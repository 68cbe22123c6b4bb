// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/**
 * Seconds and the nanoseconds beyond them, of one sign.
 * `google.protobuf.Duration`.
 */
export interface ProtobufDuration {
  seconds?: number | undefined;
  nanos?: number | undefined;
}

// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.

/**
 * Generic syntax of RFC 3986.
 * `mesos.URI`.
 */
export interface URI {
  scheme: string;
  user?: string | undefined;
  password?: string | undefined;
  host?: string | undefined;
  port?: number | undefined;
  path: string;
  query?: string | undefined;
  fragment?: string | undefined;
}

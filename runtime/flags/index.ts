/** Flags as Mesos reads them: one typed table parses, validates, prints and explains the flags of a role. */
export { type Environment, peekFlag, type ReadingWays, variableOf } from './arguments.ts';
export {
  defineFlags,
  type Flag,
  type FlagOptions,
  type FlagRecord,
  type FlagRule,
  type FlagTable,
  type FlagValues,
  type ForeignFlag,
  type Kind,
} from './flag.ts';
export { type HelpOptions, helpText } from './help.ts';
export { formatHostPort, type HostPort, parseHostPort } from './hostPort.ts';
export {
  boolean,
  bytes,
  choice,
  duration,
  flagOf,
  hostport,
  integer,
  ip,
  json,
  list,
  number,
  path,
  port,
  rate,
  string,
  text,
} from './kinds.ts';
export { EX_USAGE, type ParsedFlags, parseFlags, toStrings } from './parse.ts';

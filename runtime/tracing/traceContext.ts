/** The headers of W3C Trace Context (Recommendation of 23 November 2021): `traceparent` and `tracestate`. */

/** What a request or message says of the trace it belongs to. */
export interface TraceContext {
  /** 32 hexadecimal digits, the same for all that one request leads to. */
  readonly traceId: string;
  /** 16 hexadecimal digits: what caused this. */
  readonly parentId: string;
  /** Bit 0: somebody records this trace. */
  readonly flags: number;
  /** `tracestate` as it came, empty when there is none: passed on, never read. */
  readonly state: string;
}

/** Flags of version 00; others are not passed on. */
const KNOWN_FLAGS = 0x01;
/** Longer lists need not be passed on (§3.3.1.5). */
const STATE_CHARACTERS_MAX = 512;
const MEMBERS_MAX = 32;

const PARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const MEMBER =
  /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{1,256}$/;

/**
 * @returns undefined when there is no `traceparent` or it breaks a rule of the Recommendation: a trace begins anew then. A
 *   `tracestate` that breaks one is left out.
 */
export function parseTraceContext(
  traceparent: string | undefined,
  tracestate: string | undefined,
): TraceContext | undefined {
  const match = PARENT.exec(traceparent?.trim() ?? '');
  if (match === null) return undefined;
  const [, version, traceId = '', parentId = '', flags = '', more] = match;
  // Later versions may say more behind the flags; this one may not.
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  return {
    traceId,
    parentId,
    flags: Number.parseInt(flags, 16) & KNOWN_FLAGS,
    state: stateOf(tracestate ?? ''),
  };
}

export function traceparentOf(traceId: string, spanId: string, flags: number): string {
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
}

/** The list as it may be passed on: all of it, or nothing. */
function stateOf(given: string): string {
  if (given.length > STATE_CHARACTERS_MAX) return '';
  const members = given
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf('='))));
  const wellFormed = members.every((member) => MEMBER.test(member));
  return wellFormed && keys.size === members.length && members.length <= MEMBERS_MAX ? members.join(',') : '';
}

/**
 * A traced event: one step of all that a request from outside leads to, on whichever nodes. What is handled as a span
 * passes its trace on with every message it sends; what is handled without one pays nothing.
 */
import type { Ids } from '../ports.ts';
import { parseTraceContext, type TraceContext, traceparentOf } from './traceContext.ts';

/** The lines that carry a trace, in HTTP requests and in envelopes alike; names in lower case. */
export interface TraceHeaders {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  readonly 'x-request-id'?: string | undefined;
}

/** What a line of the log says of the span it was written in. */
export interface SpanFields extends Record<string, string> {
  readonly request_id: string;
  readonly trace_id: string;
  readonly span_id: string;
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/;

export class Span {
  readonly traceId: string;
  /** The span that caused this one; empty for the first of a trace. */
  readonly parentId: string;
  /** What the client calls its request; the trace's id where it said nothing. */
  readonly requestId: string;
  private readonly context: TraceContext;
  private readonly ids: Ids;
  private made: string | undefined;

  constructor(ids: Ids, context: TraceContext, requestId: string) {
    this.ids = ids;
    this.context = context;
    this.traceId = context.traceId;
    this.parentId = context.parentId;
    this.requestId = requestId;
  }

  /** 16 hexadecimal digits; made when first asked for, as most spans neither log nor send. */
  get id(): string {
    this.made ??= hexDigits(this.ids).slice(-16);
    return this.made;
  }

  /** What this span causes, on this node. */
  child(): Span {
    return new Span(this.ids, { ...this.context, parentId: this.id }, this.requestId);
  }

  /** What tells another node of this span as the cause. */
  headers(): TraceHeaders {
    const { flags, state } = this.context;
    return {
      traceparent: traceparentOf(this.traceId, this.id, flags),
      ...(state !== '' && { tracestate: state }),
      'x-request-id': this.requestId,
    };
  }

  fields(): SpanFields {
    return {
      request_id: this.requestId,
      trace_id: this.traceId,
      span_id: this.id,
      ...(this.parentId !== '' && { parent_id: this.parentId }),
    };
  }
}

/**
 * The span of a request from outside: of the client's trace, or the first of a new one. A message of a libprocess begins
 * none, but one that it passes on is kept.
 */
export function spanOfRequest(
  headers: TraceHeaders & Readonly<Record<string, string | undefined>>,
  ids: Ids,
): Span | undefined {
  const given = spanOfMessage(headers, ids);
  if (given !== undefined) return given;
  const libprocess =
    headers['libprocess-from'] !== undefined || headers['user-agent']?.startsWith('libprocess/') === true;
  return libprocess ? undefined : newTrace(ids, undefined);
}

/** The span that a message belongs to by its headers, which may say anything; undefined when they name no trace. */
export function spanOfMessage(headers: TraceHeaders, ids: Ids): Span | undefined {
  const said = textOf(headers['x-request-id'])?.trim();
  const requestId = said !== undefined && REQUEST_ID.test(said) ? said : undefined;
  const context = parseTraceContext(textOf(headers.traceparent), textOf(headers.tracestate));
  if (context !== undefined) return new Span(ids, context, requestId ?? context.traceId);
  return requestId === undefined ? undefined : newTrace(ids, requestId);
}

function newTrace(ids: Ids, requestId: string | undefined): Span {
  const traceId = hexDigits(ids);
  return new Span(ids, { traceId, parentId: '', flags: 0, state: '' }, requestId ?? traceId);
}

/** 32 digits; those behind the variant bits are all random. */
function hexDigits(ids: Ids): string {
  return ids.uuid().replaceAll('-', '');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

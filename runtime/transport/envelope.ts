/** Messages into envelopes and out of them. */
import { decodeBody, encodeBody, type MessageCodec } from '../codec.ts';
import type { DeadLetters } from '../deadLetters.ts';
import type { Logger } from '../logging/index.ts';
import { type Address, Pid } from '../pid.ts';
import { Sealed } from '../sealed.ts';
import type { Span, TraceHeaders } from '../tracing/span.ts';
import { Encoding, type Envelope, HEADED } from './frame.ts';
import { bytesOf } from './size.ts';

/** What an envelope costs besides its body while it waits. */
const ENVELOPE_BYTES = 8;

/** In the place of a body that does not parse. */
export const UNREADABLE: unique symbol = Symbol('unreadable');

/** @throws what the codec throws at a typed body that does not fit: here, so that it meets its sender */
export function makeEnvelope(
  codec: MessageCodec,
  to: Pid,
  name: string,
  body: unknown,
  from: Pid | undefined,
  span: Span | undefined,
): Envelope {
  const typed = codec.knows(name);
  const empty = body === undefined && !typed;
  const written = typed ? encodeBody(codec, name, body) : empty ? null : body;
  const envelope: Envelope = {
    to: to.id,
    name,
    from: from?.id ?? '',
    encoding: typed ? Encoding.typed : empty ? Encoding.empty : Encoding.plain,
    body: written,
    bytes: ENVELOPE_BYTES + bytesOf(written),
  };
  return span === undefined ? envelope : withHeaders(envelope, span.headers());
}

function withHeaders(envelope: Envelope, headers: TraceHeaders): Envelope {
  return {
    ...envelope,
    encoding: (envelope.encoding | HEADED) as Encoding,
    body: [headers, envelope.body],
    bytes: envelope.bytes + bytesOf(headers),
  };
}

/** An envelope's headers, and the same envelope without them. The headers of one that arrived may say anything. */
export function splitHeaders(envelope: Envelope): { headers: TraceHeaders | undefined; bare: Envelope } {
  if (envelope.encoding < HEADED) return { headers: undefined, bare: envelope };
  const [headers, body] = envelope.body as readonly [TraceHeaders, unknown];
  return { headers, bare: { ...envelope, encoding: (envelope.encoding & ~HEADED) as Encoding, body } };
}

export interface EnvelopeHost {
  readonly codec: MessageCodec;
  readonly deadLetters: DeadLetters;
  readonly log: Logger;
  /** Address in every PID of this node. */
  readonly address: Address;
}

/** The body of a message that arrived, or `UNREADABLE`, which is counted and logged. */
export function openEnvelope(host: EnvelopeHost, envelope: Envelope, from: Pid | undefined): unknown {
  const { name, encoding, body } = envelope;
  try {
    if (encoding === Encoding.typed) return decodeBody(host.codec, name, body as Uint8Array);
    return encoding === Encoding.plain ? body : undefined;
  } catch (error) {
    const to = new Pid(envelope.to, host.address.host, host.address.port);
    host.deadLetters.count('undecodable', { to, name, from });
    host.log.warn('message dropped: its body does not parse', {
      name,
      from: from?.text ?? '',
      error: (error as Error).message,
    });
    return UNREADABLE;
  }
}

/** The body of a message that arrived, to be read later. */
export function sealedEnvelope(host: EnvelopeHost, envelope: Envelope, from: Pid | undefined): Sealed {
  return new Sealed(() => {
    const body = openEnvelope(host, envelope, from);
    return body === UNREADABLE ? undefined : body;
  });
}

/**
 * The bytes of a message on libprocess' own wire (spec: runtime.md §5.1): an HTTP/1.1 POST that old and new receivers
 * read. The order of the headers, the single chunk and the missing Content-Type are upstream's.
 */
import { type Address, addressText, isProcessId } from '../../pid.ts';
import type { TraceHeaders } from '../../tracing/span.ts';
import { splitHeaders } from '../envelope.ts';
import { Encoding, type Envelope } from '../frame.ts';

/** Names the sender of a message that comes from outside of any process: receivers refuse an empty one. */
const OUTSIDE = '__outside__';

const NO_BYTES = new Uint8Array(0);

/**
 * @param own address this node tells others
 * @param peer address the message goes to
 * @throws Error in one line when the message cannot travel on this wire
 */
export function requestBytes(envelope: Envelope, own: Address, peer: Address): Uint8Array {
  const { headers, bare } = splitHeaders(envelope);
  const head = headOf(bare, own, peer) + (headers === undefined ? '' : traceLines(headers));
  const body = bodyOf(bare);
  if (body.length === 0) return Buffer.from(`${head}\r\n`);
  return Buffer.concat([
    Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n`),
    body,
    Buffer.from('\r\n0\r\n\r\n'),
  ]);
}

function headOf({ to, name, from }: Envelope, own: Address, peer: Address): string {
  // Nothing is percent-encoded, so what would end the path or the line must not be there.
  if (to !== '' && !isProcessId(to)) throw new Error(`'${printable(to)}' is not a process id`);
  if (!/^[\x21-\x7e]+$/.test(name) || /[?#]/.test(name + to)) {
    throw new Error(`'${printable(`${to}/${name}`)}' cannot be written as a path`);
  }
  const path = to === '' ? `/${name}` : `/${to}/${name}`;
  const upid = `${from === '' ? OUTSIDE : from}@${addressText(own)}`;
  return (
    `POST ${path} HTTP/1.1\r\n` +
    `User-Agent: libprocess/${upid}\r\n` +
    `Libprocess-From: ${upid}\r\n` +
    'Connection: Keep-Alive\r\n' +
    `Host: ${addressText(peer)}\r\n`
  );
}

/** Header fields that a libprocess passes over and a node of ours reads. Written by `Span.headers`, so safe as they are. */
function traceLines(headers: TraceHeaders): string {
  const { traceparent, tracestate } = headers;
  return (
    `traceparent: ${traceparent}\r\n` +
    (tracestate === undefined ? '' : `tracestate: ${tracestate}\r\n`) +
    `X-Request-Id: ${headers['x-request-id']}\r\n`
  );
}

/** Typed bodies were encoded when they were sent; raw bytes travel as they are; other plain values have no form here. */
function bodyOf({ encoding, body }: Envelope): Uint8Array {
  if (encoding === Encoding.empty) return NO_BYTES;
  if (body instanceof Uint8Array) return body;
  throw new Error('the peer speaks libprocess, which carries protobuf messages and bytes, not plain values');
}

function printable(text: string): string {
  return text.slice(0, 200).replaceAll(/[^\x20-\x7e]/g, '?');
}

/**
 * Frames between nodes. The first byte says what a frame is; the rest is msgpack.
 *
 * | kind | content |
 * |---|---|
 * | hello | `{version, host, port, incarnation, nonce?}`: the first frame of either side; a nonce where it has a cluster secret |
 * | proof | 32 bytes: that the sender knows the cluster secret (handshake.ts) |
 * | refusal | why the sender does not link, in words; nothing follows |
 * | control | one control message: links, exits, pings; never queues behind envelopes |
 * | envelopes | a flat array of envelopes |
 * | chunk | a part of an envelope that is larger than a frame (`chunks.ts`) |
 *
 * An envelope is HTTP-ish: request line `POST /name/message.Type`, sender, body. As most envelopes of a link repeat the same
 * few lines, the first of its kind defines a number for line, sender and encoding (`−(number+1), line, from, encoding,
 * body`) and later ones are `number, body`. The numbers are state of one link in one direction and end with it. An envelope
 * that has headers has them before its body: `[headers, body]`, and an encoding that says so.
 */
import { Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr';
import { isProcessId } from '../pid.ts';
import type { ExitReason } from '../process.ts';
import { packBytePairs } from './packedBytes.ts';

export const PROTOCOL_VERSION = 1;

export const FrameKind = { hello: 1, control: 2, envelopes: 3, chunk: 4, proof: 5, refusal: 6 } as const;

/** How a body is written: typed bytes of the node's codec, or a plain msgpack value in place. */
export const Encoding = { typed: 0, plain: 1, empty: 2 } as const;
/** Added to an encoding: there are headers before the body. */
export const HEADED = 4;
export type Encoding = 0 | 1 | 2 | 4 | 5 | 6;

export interface Hello {
  readonly version: number;
  readonly host: string;
  readonly port: number;
  readonly incarnation: string;
  /** Every how many bytes of envelopes it tells how many it has read; a node that never does leaves it out. */
  readonly tells?: number;
  /** Random text, fresh for this connection; only where the node has a cluster secret. */
  readonly nonce?: string;
}

export type Control =
  /** The sender's process `from` watches the receiver's process `to`. */
  | { readonly op: 'link'; readonly from: string; readonly to: string }
  | { readonly op: 'unlink'; readonly from: string; readonly to: string }
  /** The sender's process `from`, watched by the receiver's process `to`, is gone. */
  | { readonly op: 'exited'; readonly from: string; readonly to: string; readonly reason: ExitReason }
  /** The sender has another connection to the receiver, which takes the place of this one; this is its last word. */
  | { readonly op: 'replaced' }
  /** How many bytes of envelopes the sender has read since the link was opened (flow.ts). */
  | { readonly op: 'read'; readonly bytes: number }
  | { readonly op: 'ping' }
  | { readonly op: 'pong' };

/** One message on its way to another node. A typed body is encoded when it is sent, a plain one when the frame is. */
export interface Envelope {
  readonly to: string;
  readonly name: string;
  /** Process id of the sender; empty for a message from outside any process. */
  readonly from: string;
  readonly encoding: Encoding;
  /** With `HEADED`: `[headers, body]`. */
  readonly body: unknown;
  /** About how many bytes it takes; 0 where nobody asks (received ones). */
  readonly bytes: number;
}

/** Lines numbered on one link at most; envelopes beyond carry their line every time. */
const ROUTES_MAX = 4096;

/** What a packer begins with, once more after a large message. */
const PACK_BUFFER_BYTES = 64 * 1024;

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true, int64AsType: 'number' });
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'number', mapsAsObjects: true });

/** A view of msgpackr's buffer, which it does not write to again. */
function frameOf(kind: number, value: unknown): Uint8Array {
  const frame = packr.pack(value, RESERVE_START_SPACE + 1);
  frame[0] = kind;
  return frame;
}

export function helloFrame(hello: Hello): Uint8Array {
  return frameOf(FrameKind.hello, hello);
}

export function proofFrame(proof: Uint8Array): Uint8Array {
  return frameOf(FrameKind.proof, proof);
}

export function refusalFrame(reason: string): Uint8Array {
  return frameOf(FrameKind.refusal, reason);
}

export function controlFrame(control: Control): Uint8Array {
  return frameOf(FrameKind.control, control);
}

export class FrameError extends Error {}

/** One envelope by itself, without numbered lines, as it travels in chunks. */
export function packEnvelope(envelope: Envelope): Uint8Array {
  const line = `POST /${envelope.to}/${envelope.name}`;
  const packed = Uint8Array.from(packr.pack([line, envelope.from, envelope.encoding, envelope.body]));
  // The packer would keep a buffer of this size for ever.
  packr.useBuffer(Buffer.allocUnsafeSlow(PACK_BUFFER_BYTES));
  return packed;
}

/** Reads what `packEnvelope` wrote. @throws FrameError */
export function readEnvelope(whole: Uint8Array): Envelope {
  const content = unpack(whole);
  if (!Array.isArray(content)) throw new FrameError('an envelope in chunks is not an array');
  const route = routeOf(content[0], content[1], content[2]);
  return envelopeOf(route, content[3]);
}

function contentOf(frame: Uint8Array): unknown {
  return unpack(frame.subarray(1));
}

function unpack(bytes: Uint8Array): unknown {
  try {
    return unpackr.unpack(bytes) as unknown;
  } catch (error) {
    throw new FrameError(`a frame does not parse: ${(error as Error).message}`);
  }
}

export function readHello(frame: Uint8Array): Hello {
  const hello = contentOf(frame) as Partial<Hello> | null;
  if (
    frame[0] !== FrameKind.hello ||
    typeof hello?.version !== 'number' ||
    typeof hello.host !== 'string' ||
    typeof hello.port !== 'number' ||
    typeof hello.incarnation !== 'string' ||
    !(hello.tells === undefined || isCount(hello.tells)) ||
    !(hello.nonce === undefined || typeof hello.nonce === 'string')
  ) {
    throw new FrameError('the first frame is not a hello');
  }
  return hello as Hello;
}

export function readProof(frame: Uint8Array): Uint8Array {
  const proof = frame[0] === FrameKind.proof ? contentOf(frame) : undefined;
  if (proof instanceof Uint8Array) return proof;
  throw new FrameError('a frame came before the cluster secret was proved');
}

/** The peer's words, bounded and in one line. */
export function readRefusal(frame: Uint8Array): string {
  const reason = contentOf(frame);
  return typeof reason === 'string' ? reason.slice(0, 200).replaceAll(/\p{Cc}/gu, '?') : 'it says no reason';
}

export function readControl(frame: Uint8Array): Control {
  const control = contentOf(frame) as Partial<Record<string, unknown>> | null;
  const op = control?.['op'];
  const named = typeof control?.['from'] === 'string' && typeof control['to'] === 'string';
  if (op === 'ping' || op === 'pong' || op === 'replaced') return { op };
  if (op === 'read' && isCount(control?.['bytes'])) return { op, bytes: control?.['bytes'] as number };
  if (named && (op === 'link' || op === 'unlink')) return control as unknown as Control;
  if (named && op === 'exited' && typeof control['reason'] === 'string') return control as unknown as Control;
  throw new FrameError(`unknown control message '${String(op).slice(0, 40)}'`);
}

const lineOf = (envelope: Envelope): string => `POST /${envelope.to}/${envelope.name}`;
const keyOf = (envelope: Envelope, line: string): string => `${envelope.encoding} ${envelope.from} ${line}`;

function sameLine(a: Envelope, b: Envelope): boolean {
  return a.name === b.name && a.to === b.to && a.from === b.from && a.encoding === b.encoding;
}

/** Writes envelopes, numbering their lines. One for each link and direction. */
export class EnvelopeWriter {
  private readonly routes = new Map<string, number>();

  /** Remembers which lines are numbered, for `rollback` when a frame is not sent after all. */
  mark(): number {
    return this.routes.size;
  }

  rollback(mark: number): void {
    for (const [key, number] of this.routes) if (number >= mark) this.routes.delete(key);
  }

  frame(envelopes: readonly Envelope[]): Uint8Array {
    return this.frameOfBytes(envelopes) ?? this.frameOfAny(envelopes);
  }

  /** The usual frame: every line has its number, every body is bytes. Undefined for another one. */
  private frameOfBytes(envelopes: readonly Envelope[]): Uint8Array | undefined {
    const numbers: number[] = [];
    const bodies: Uint8Array[] = [];
    let previous: Envelope | undefined;
    let number: number | undefined;
    for (const envelope of envelopes) {
      if (!(envelope.body instanceof Uint8Array)) return undefined;
      if (previous === undefined || !sameLine(previous, envelope)) {
        number = this.routes.get(keyOf(envelope, lineOf(envelope)));
      }
      if (number === undefined) return undefined;
      numbers.push(number);
      bodies.push(envelope.body);
      previous = envelope;
    }
    const frame = packBytePairs(numbers, bodies);
    frame[0] = FrameKind.envelopes;
    return frame;
  }

  private frameOfAny(envelopes: readonly Envelope[]): Uint8Array {
    const flat: unknown[] = [];
    let previous: Envelope | undefined;
    let route = -1;
    for (const envelope of envelopes) {
      if (route >= 0 && previous !== undefined && sameLine(previous, envelope))
        flat.push(route, envelope.body);
      else route = this.push(flat, envelope);
      previous = envelope;
    }
    return frameOf(FrameKind.envelopes, flat);
  }

  private push(flat: unknown[], envelope: Envelope): number {
    const line = lineOf(envelope);
    const key = keyOf(envelope, line);
    const known = this.routes.get(key);
    if (known !== undefined) {
      flat.push(known, envelope.body);
      return known;
    }
    const number = this.routes.size;
    flat.push(-(number + 1), line, envelope.from, envelope.encoding, envelope.body);
    if (number >= ROUTES_MAX) return -1;
    this.routes.set(key, number);
    return number;
  }
}

interface ReadRoute {
  readonly to: string;
  readonly name: string;
  readonly from: string;
  readonly encoding: Encoding;
}

/** Reads what an `EnvelopeWriter` of the same link wrote. @throws FrameError, after which the link is not to be trusted */
export class EnvelopeReader {
  private readonly routes: ReadRoute[] = [];

  read(frame: Uint8Array, each: (envelope: Envelope) => void): void {
    const flat = contentOf(frame);
    if (!Array.isArray(flat)) throw new FrameError('envelopes are not an array');
    let at = 0;
    while (at < flat.length) {
      const number: unknown = flat[at];
      if (typeof number !== 'number') throw new FrameError('an envelope does not begin with its number');
      const defines = number < 0;
      const route = defines ? this.define(-number - 1, flat, at) : this.routes[number];
      if (route === undefined)
        throw new FrameError(`an envelope names line ${number}, which was not defined`);
      const body: unknown = flat[at + (defines ? 4 : 1)];
      each(envelopeOf(route, body));
      at += defines ? 5 : 2;
    }
  }

  private define(number: number, flat: readonly unknown[], at: number): ReadRoute {
    const [line, from, encoding] = [flat[at + 1], flat[at + 2], flat[at + 3]];
    const route = routeOf(line, from, encoding);
    if (number === this.routes.length && number < ROUTES_MAX) this.routes.push(route);
    else if (number < ROUTES_MAX) throw new FrameError(`an envelope defines line ${number} out of turn`);
    return route;
  }
}

function envelopeOf(route: ReadRoute, body: unknown): Envelope {
  const own = route.encoding < HEADED ? body : headed(route, body);
  if ((route.encoding & ~HEADED) === Encoding.typed && !(own instanceof Uint8Array)) {
    throw new FrameError(`the body of ${route.name} is not bytes`);
  }
  return { to: route.to, name: route.name, from: route.from, encoding: route.encoding, body, bytes: 0 };
}

/** The body behind the headers. */
function headed(route: ReadRoute, pair: unknown): unknown {
  const headers: unknown = Array.isArray(pair) && pair.length === 2 ? pair[0] : undefined;
  if (typeof headers !== 'object' || headers === null)
    throw new FrameError(`${route.name} has no headers where they should be`);
  return (pair as readonly unknown[])[1];
}

function routeOf(line: unknown, from: unknown, encoding: unknown): ReadRoute {
  const match = typeof line === 'string' ? /^POST \/([^/]*)\/(.+)$/.exec(line) : null;
  const to = match?.[1];
  const name = match?.[2];
  const said = typeof from === 'string' && isEncoding(encoding);
  if (to === undefined || name === undefined || !said || name.length > 255) {
    throw new FrameError('an envelope does not have the form of one');
  }
  if (!isProcessId(to) || (from !== '' && !isProcessId(from))) {
    throw new FrameError('an envelope names an impossible process');
  }
  return { to, name, from, encoding };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isEncoding(value: unknown): value is Encoding {
  return value === 0 || value === 1 || value === 2 || value === 4 || value === 5 || value === 6;
}

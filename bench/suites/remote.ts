/** Messages between two OS processes on loopback, beside raw WebSocket and raw TCP carrying the same payload. */
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Packr } from 'msgpackr';
import { WebSocket } from 'ws';
import { listen, Pid } from '../../runtime/index.ts';
import { Sender } from '../support/actors.ts';
import { type Batch, measure, publish } from '../support/figures.ts';

const SUITE = 'remote messages';
const SMALL = 16;
const LARGE = 10_240;
const WINDOW = 20_000;
const EVERY = 1000;
/** Messages the raw peers pack into one write: what a link packs into a frame. */
const PACKED = 512;

interface Ports {
  readonly node: number;
  readonly ws: number;
  readonly tcp: number;
}

/** A raw protocol: writes packed messages, hears one byte per `EVERY` counted or echoed message. */
interface RawPeer {
  burst(n: number, payload: Uint8Array): Promise<void>;
  rally(n: number, payload: Uint8Array): Promise<void>;
}

function packed(count: number, kind: number, payload: Uint8Array): Buffer {
  const one = Buffer.alloc(5 + payload.length);
  one[0] = kind;
  one.writeUInt32LE(payload.length, 1);
  one.set(payload, 5);
  return Buffer.concat(Array.from({ length: count }, () => one));
}

const packr = new Packr({ useRecords: false });

/** The same as msgpack: what a program pays that writes each message into the frame, as a link does. */
function packedAsMsgpack(count: number, kind: number, payload: Uint8Array): Buffer {
  const flat: unknown[] = [];
  for (let i = 0; i < count; i++) flat.push(kind, payload);
  return packr.pack(flat);
}

function rawPeer(
  write: (bytes: Buffer) => void,
  hear: (listener: (bytes: Buffer) => void) => void,
  each?: typeof packed,
): RawPeer {
  let heard: (text: string) => void = () => {};
  hear((bytes) => heard(bytes.toString()));
  const burst = (n: number, payload: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      const perFrame = payload.length > 1000 ? 32 : PACKED;
      const frame = packed(perFrame, 0, payload);
      let [sent, seen] = [0, 0];
      const pump = (): void => {
        for (; sent < n && sent - seen < WINDOW; sent += perFrame) {
          const count = Math.min(perFrame, n - sent);
          write(each?.(count, 0, payload) ?? (count === perFrame ? frame : packed(count, 0, payload)));
        }
      };
      heard = (text) => {
        seen += text.length * EVERY;
        if (seen >= n) resolve();
        else pump();
      };
      pump();
    });
  const rally = (n: number, payload: Uint8Array): Promise<void> =>
    new Promise((resolve) => {
      const message = packed(1, 1, payload);
      const next = (): void => write(each?.(1, 1, payload) ?? message);
      let left = n;
      heard = () => {
        if (--left > 0) next();
        else resolve();
      };
      next();
    });
  return { burst, rally };
}

const child = fork(fileURLToPath(new URL('../peers/echo.js', import.meta.url)));
const ports = await new Promise<Ports>((resolve) =>
  child.once('message', (message) => resolve(message as Ports)),
);

const ws = new WebSocket(`ws://127.0.0.1:${ports.ws}`, { perMessageDeflate: false });
await new Promise((resolve) => ws.once('open', resolve));
const wsPeer = rawPeer(
  (bytes) => ws.send(bytes),
  (listener) => ws.on('message', (data) => listener(data as Buffer)),
);
/** As links do: no masking. */
const generateMask = (mask: Buffer): void => {
  mask.fill(0);
};
const bare = new WebSocket(`ws://127.0.0.1:${ports.ws}`, { perMessageDeflate: false, generateMask });
await new Promise((resolve) => bare.once('open', resolve));
const barePeer = rawPeer(
  (bytes) => bare.send(bytes),
  (listener) => bare.on('message', (data) => listener(data as Buffer)),
);
const packing = new WebSocket(`ws://127.0.0.1:${ports.ws}`, { perMessageDeflate: false });
await new Promise((resolve) => packing.once('open', resolve));
packing.send('msgpack');
const packingPeer = rawPeer(
  (bytes) => packing.send(bytes),
  (listener) => packing.on('message', (data) => listener(data as Buffer)),
  packedAsMsgpack,
);
const socket = connect(ports.tcp, '127.0.0.1');
await new Promise((resolve) => socket.once('connect', resolve));
socket.setNoDelay(true);
const tcpPeer = rawPeer(
  (bytes) => socket.write(bytes),
  (listener) => socket.on('data', listener),
);

const { node, shutdown } = await listen();
const counterOf = (name: string): Pid => new Pid(`${name}-counter`, '127.0.0.1', ports.node);
const small = new Uint8Array(SMALL).fill(7);
const large = new Uint8Array(LARGE).fill(7);
const smallSender = new Sender('small', counterOf('small'), WINDOW, small);
const largeSender = new Sender('large', counterOf('large'), WINDOW / 10, large);
node.spawn(smallSender);
node.spawn(largeSender);

function rows(
  name: string,
  unit: string,
  size: number,
  runs: readonly [string, () => Promise<void>][],
): Batch[] {
  return runs.map(([peer, run]) => ({
    name: peer === '' ? name : `${name}, ${peer}`,
    unit,
    size,
    run,
    ...(peer === '' && { beside: `${name}, raw ws` }),
  }));
}

const figures = await measure(
  SUITE,
  [
    ...rows('16 B one way', 'messages/s', 100_000, [
      ['raw tcp', () => tcpPeer.burst(100_000, small)],
      ['raw ws', () => wsPeer.burst(100_000, small)],
      ['raw ws unmasked', () => barePeer.burst(100_000, small)],
      ['ws and msgpackr', () => packingPeer.burst(100_000, small)],
      ['', () => smallSender.burst(100_000)],
    ]),
    ...rows('10 KB one way', 'messages/s', 2000, [
      ['raw tcp', () => tcpPeer.burst(2000, large)],
      ['raw ws', () => wsPeer.burst(2000, large)],
      ['raw ws unmasked', () => barePeer.burst(2000, large)],
      ['ws and msgpackr', () => packingPeer.burst(2000, large)],
      ['', () => largeSender.burst(2000)],
    ]),
    ...rows('16 B round trip, one in flight', 'round trips/s', 2000, [
      ['raw tcp', () => tcpPeer.rally(2000, small)],
      ['raw ws', () => wsPeer.rally(2000, small)],
      ['raw ws unmasked', () => barePeer.rally(2000, small)],
      ['ws and msgpackr', () => packingPeer.rally(2000, small)],
      ['', () => smallSender.rally(2000)],
    ]),
  ],
  2000,
);
publish(figures);
await shutdown();
ws.terminate();
bare.terminate();
packing.terminate();
socket.destroy();
child.disconnect();

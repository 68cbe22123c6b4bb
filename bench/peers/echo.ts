/**
 * The other OS process of the remote bench: a node with a counting actor, a raw WebSocket server and a raw TCP server that
 * count the same messages (a length and the bytes; with the batching the sender chose) and echo round trips. A text that
 * says `msgpack` makes a WebSocket's frames arrays of numbers and bodies from then on, which msgpackr reads.
 */
import { createServer, type Socket } from 'node:net';
import { Unpackr } from 'msgpackr';
import { WebSocketServer } from 'ws';
import { listen } from '../../runtime/index.ts';
import { Counter } from '../support/actors.ts';

/** A message of the raw protocols: kind (0 count, 1 echo), length, payload. */
function consume(chunk: Buffer, rest: Buffer, each: (kind: number, payload: Buffer) => void): Buffer {
  let data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
  while (data.length >= 5) {
    const length = data.readUInt32LE(1);
    if (data.length < 5 + length) break;
    each(data[0] ?? 0, data.subarray(5, 5 + length));
    data = data.subarray(5 + length);
  }
  return data;
}

const unpackr = new Unpackr({ useRecords: false });

/** A frame of `[kind, body, kind, body, …]`. */
function consumePacked(frame: Buffer, each: (kind: number) => void): void {
  const flat = unpackr.unpack(frame) as unknown[];
  for (let i = 0; i < flat.length; i += 2) each(flat[i] as number);
}

const EVERY = 1000;

function serve(write: (text: string) => void): (kind: number) => void {
  let n = 0;
  return (kind) => {
    if (kind === 1) write('e');
    else if (++n % EVERY === 0) write('s');
  };
}

const { node } = await listen();
// One for each sender: what a counter tells is how many it saw in all.
for (const id of ['small-counter', 'large-counter']) node.spawn(new Counter(id, EVERY));

const ws = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
ws.on('connection', (socket) => {
  const handle = serve((text) => socket.send(text));
  let msgpack = false;
  socket.on('message', (data, isBinary) => {
    if (!isBinary) msgpack = true;
    else if (msgpack) consumePacked(data as Buffer, handle);
    else consume(data as Buffer, Buffer.alloc(0), handle);
  });
});

const tcp = createServer((socket: Socket) => {
  socket.setNoDelay(true);
  const handle = serve((text) => socket.write(text));
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.from(consume(chunk, rest, handle));
  });
  socket.on('error', () => socket.destroy());
});
tcp.listen(0, '127.0.0.1', () => {
  const portOf = (address: ReturnType<typeof tcp.address>): number =>
    typeof address === 'object' && address !== null ? address.port : 0;
  process.send?.({ node: node.address.port, ws: portOf(ws.address()), tcp: portOf(tcp.address()) });
});
process.on('disconnect', () => process.exit(0));

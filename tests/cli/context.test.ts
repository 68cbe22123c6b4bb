/** What commands print, at the pace of who reads it. */
import { Writable } from 'node:stream';
import test from 'ava';
import { readWords } from '../../cli/command.ts';
import { readConfig } from '../../cli/config.ts';
import { Context } from '../../cli/context.ts';
import { type GlobalValues, globalOptions } from '../../cli/globals.ts';
import { TestTerminal } from './support/terminal.ts';

const PIECE = Buffer.alloc(100_000, 'x');

function context(): Context {
  const terminal = new TestTerminal();
  const globals = readWords('', globalOptions, []).values as GlobalValues;
  return new Context(terminal, readConfig(globals, terminal.env), globals);
}

/** Takes a piece when it is told to. */
function slow() {
  const takes: (() => void)[] = [];
  const reader = new Writable({ write: (_chunk, _encoding, done) => void takes.push(done) });
  return { reader, takes };
}

test('who writes much waits until there is room, and leaves no listeners behind', async (t) => {
  const own = context();
  const { reader, takes } = slow();
  let written = 0;
  const writing = (async () => {
    for (; written < 50; written++) await own.write(PIECE, reader);
  })();
  let most = 0;
  while (written < 50) {
    most = Math.max(most, reader.writableLength);
    takes.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await writing;
  t.true(most <= PIECE.length, `${most} bytes waited`);
  for (const event of ['drain', 'close', 'error', 'finish'])
    t.true(reader.listenerCount(event) <= 1, `${event}: ${reader.listenerCount(event)}`);
});

test('nobody waits for a reader that has gone', async (t) => {
  const own = context();
  const { reader } = slow();
  reader.on('error', () => undefined);
  const waiting = own.write(PIECE, reader);
  reader.destroy(new Error('gone'));
  await waiting;
  await own.write(PIECE, reader);
  await own.flush(reader);
  t.pass();
});

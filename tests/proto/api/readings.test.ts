/** Long answers: written in slices, shared, sent as fast as each reader reads, and never far ahead of the fastest. */
import test from 'ava';
import { Readings, type Writing } from '../../../proto/api/readings.ts';
import { HttpReply, type Timer } from '../../../runtime/index.ts';

const KB = 1024;

/** Events and timers of an actor, run by hand; each look at the clock finds it 3 ms later. */
class Turns {
  nowMs = 0;
  readonly events: (() => void)[] = [];
  readonly shared: string[] = [];
  readonly readings = new Readings(
    {
      clock: {
        now: () => 0,
        monotonic: () => {
          this.nowMs += 3;
          return this.nowMs;
        },
        setTimer: () => {
          throw new Error('no timer was expected');
        },
      },
      defer: (run) => () => void this.events.push(run),
      delay: (_ms, run): Timer => {
        this.events.push(run);
        return { cancel: () => true };
      },
    },
    () => this.shared.push('shared'),
  );

  step(): boolean {
    const run = this.events.shift();
    run?.();
    return run !== undefined;
  }

  async settle(): Promise<void> {
    do while (this.step());
    while (await later(() => this.events.length > 0));
  }
}

async function later(condition: () => boolean): Promise<boolean> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
  return condition();
}

/** A client that takes what it is sent when told to. */
class Client {
  status = 0;
  whole = false;
  private readonly pieces: Uint8Array[] = [];
  ended: 'open' | 'ended' | 'cut' = 'open';
  private buffered = 0;
  private readonly reads: boolean;
  private drain: (() => void) | undefined;
  private close: () => void = () => undefined;

  constructor(reads = true) {
    this.reads = reads;
  }

  readonly reply = new HttpReply(
    {
      end: (status, _headers, body) => {
        Object.assign(this, { status, whole: true, ended: 'ended' });
        this.pieces.push(Buffer.from(body));
      },
      open: (status) => {
        this.status = status;
        return this.sink;
      },
      onClose: (listener) => {
        const before = this.close;
        this.close = () => {
          before();
          listener();
        };
      },
    },
    16 * KB * KB,
    false,
  );

  private readonly sink = {
    get bufferedBytes(): number {
      return 0;
    },
    write: (bytes: Uint8Array | string) => {
      this.pieces.push(Buffer.from(bytes));
      if (!this.reads) this.buffered += bytes.length;
    },
    whenDrained: (listener: () => void) => {
      this.drain = listener;
    },
    end: () => {
      this.ended = 'ended';
    },
    destroy: () => {
      this.ended = 'cut';
    },
  };

  slow(): this {
    Object.defineProperty(this.sink, 'bufferedBytes', { get: () => this.buffered });
    return this;
  }

  get body(): Buffer {
    return Buffer.concat(this.pieces);
  }

  read(): void {
    this.buffered = 0;
    const { drain } = this;
    this.drain = undefined;
    drain?.();
  }

  leave(): void {
    this.close();
  }
}

const piece = (n: number): Uint8Array => Buffer.alloc(64 * KB, String(n % 10));

/** So many pieces, one a step; counts them. */
function pieces(count: number, made: { pieces: number; left?: boolean } = { pieces: 0 }): Writing {
  return (function* () {
    try {
      for (let n = 0; n < count; n++) {
        made.pieces++;
        yield piece(n);
      }
      return 'end';
    } finally {
      made.left = true;
    }
  })();
}

function wholeOf(count: number): Buffer {
  return Buffer.concat([...Array.from({ length: count }, (_, n) => piece(n)), Buffer.from('end')]);
}

test('a short answer is sent whole; equal questions that wait share it, others do not', (t) => {
  const turns = new Turns();
  const clients = Array.from({ length: 3 }, () => new Client());
  let begun = 0;
  for (const [n, { reply }] of clients.entries()) {
    turns.readings.answer(n < 2 ? 'same' : 'other', {}, reply, () => {
      begun++;
      return pieces(1);
    });
  }
  while (turns.step());
  t.deepEqual([begun, turns.shared.length], [2, 1]);
  for (const { whole, body } of clients) t.deepEqual([whole, body.equals(wholeOf(1))], [true, true]);
});

test('a long one is written in slices, between which others have their turn, and a short one that comes goes first', async (t) => {
  const turns = new Turns();
  const [long, short] = [new Client(), new Client()];
  turns.readings.answer('long', {}, long.reply, () => pieces(300));
  turns.step();
  t.is(long.status, 200);
  t.true(long.body.length > 0 && long.body.length < 300 * 64 * KB);
  turns.readings.answer('short', {}, short.reply, () => pieces(1));
  turns.events.unshift(...turns.events.splice(-1));
  turns.step();
  t.is(short.ended, 'ended');
  t.is(long.ended, 'open');
  await turns.settle();
  t.is(long.ended, 'ended');
  t.true(long.body.equals(wholeOf(300)));
});

test('what nobody has read bounds what is written; who reads at its own pace gets all the same', async (t) => {
  const turns = new Turns();
  const made = { pieces: 0 };
  const slow = new Client(false).slow();
  const slower = new Client(false).slow();
  for (const { reply } of [slow, slower]) turns.readings.answer('a', {}, reply, () => pieces(200, made));
  await turns.settle();
  t.true(made.pieces < 120, `${made.pieces} pieces were written though nobody reads`);
  for (let n = 0; n < 200 && slow.ended === 'open'; n++) {
    slow.read();
    await turns.settle();
  }
  t.true(slow.body.equals(wholeOf(200)));
  t.is(slower.ended, 'open');
  for (let n = 0; n < 200 && slower.ended === 'open'; n++) {
    slower.read();
    await turns.settle();
  }
  t.true(slower.body.equals(wholeOf(200)));
});

test('when all its readers have left an answer is given up', async (t) => {
  const turns = new Turns();
  const made: { pieces: number; left?: boolean } = { pieces: 0 };
  const client = new Client(false).slow();
  turns.readings.answer('a', {}, client.reply, () => pieces(200, made));
  await turns.settle();
  t.not(made.left, true);
  client.leave();
  await turns.settle();
  t.true(made.left);
  t.true(made.pieces < 120);
});

test('an answer that cannot be written is a 500 before its first byte, and a broken one after it', (t) => {
  const turns = new Turns();
  const [early, late] = [new Client(), new Client()];
  turns.readings.answer('early', {}, early.reply, () => {
    throw new Error('nothing is there');
  });
  t.throws(() => turns.step(), { message: 'nothing is there' });
  t.deepEqual([early.status, early.body.toString()], [500, 'Internal error; see the log']);
  turns.readings.answer('late', {}, late.reply, function* () {
    yield* pieces(200);
    throw new Error('the end is missing');
  });
  t.throws(
    () => {
      while (turns.step());
    },
    { message: 'the end is missing' },
  );
  t.is(late.ended, 'cut');
});

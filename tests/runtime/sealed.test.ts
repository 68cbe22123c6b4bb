/** Messages whose bodies are read by their handler alone, when it wants them. */
import test from 'ava';
import { type MessageCodec, Process, plainCodec, type Sealed } from '../../runtime/index.ts';
import { simulatedWorld } from '../support/world.ts';

class Reader extends Process<{ word: string }> {
  readonly got: Sealed<string>[] = [];
  override initialize(): void {
    this.installSealed('word', (body) => this.got.push(body));
  }
}

class Teller extends Process<{ word: string }> {
  tell(reader: Process, word: string): void {
    this.send(reader.self, 'word', word);
  }
}

function cluster() {
  const decoded: string[] = [];
  const codec: MessageCodec = {
    ...plainCodec,
    knows: (name) => name === 'word',
    encode: (_name, body) => Buffer.from(String(body)),
    decode: (_name, bytes) => {
      const word = Buffer.from(bytes).toString();
      decoded.push(word);
      if (word === 'broken') throw new Error('it is broken');
      return word;
    },
  };
  const world = simulatedWorld();
  const [here, there] = [world.node(1, { codec }), world.node(2, { codec })];
  const [reader, neighbour, stranger] = [new Reader('reader'), new Teller('near'), new Teller('far')];
  here.spawn(reader);
  here.spawn(neighbour);
  there.spawn(stranger);
  world.run(1);
  return { ...world, here, reader, neighbour, stranger, decoded };
}

test('a body is decoded when it is opened, and once', (t) => {
  const { reader, stranger, decoded, run } = cluster();
  for (const word of ['one', 'two', 'three']) stranger.tell(reader, word);
  run(10);
  t.is(reader.got.length, 3);
  t.deepEqual(decoded, []);
  t.deepEqual([reader.got[1]?.open(), reader.got[1]?.open()], ['two', 'two']);
  t.deepEqual(decoded, ['two']);
});

test('a body that does not parse is undefined, counted, and costs its message only', (t) => {
  const { here, reader, stranger, run } = cluster();
  for (const word of ['broken', 'whole']) stranger.tell(reader, word);
  run(10);
  t.deepEqual(
    reader.got.map((body) => body.open()),
    [undefined, 'whole'],
  );
  t.is(here.deadLetters.total('undecodable'), 1);
});

test('what a process of the same node says is there already', (t) => {
  const { reader, neighbour, decoded, settle } = cluster();
  neighbour.tell(reader, 'near');
  settle();
  t.is(reader.got[0]?.open(), 'near');
  t.deepEqual(decoded, []);
});

test('who installs the same sealed names shares them; the others know nothing of it', (t) => {
  const { reader, neighbour } = cluster();
  t.true(reader.wantsSealed('word'));
  t.false(neighbour.wantsSealed('word'));
});

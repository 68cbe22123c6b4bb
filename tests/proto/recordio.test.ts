// RecordIO: records come out as they went in, however the stream is cut.
import test from 'ava';
import fc from 'fast-check';
import { encodeRecord, RecordDecoder, RecordIoError } from '../../proto/recordio.ts';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const texts = (records: readonly Uint8Array[]) =>
  records.map((record) => Buffer.from(record).toString('utf8'));

/** The stream cut at the given places, which may be anywhere and in any order. */
function cut(stream: Uint8Array, places: readonly number[]): Uint8Array[] {
  const borders = [
    0,
    ...places.map((place) => place % (stream.length + 1)).sort((a, b) => a - b),
    stream.length,
  ];
  return borders.slice(1).map((end, index) => stream.subarray(borders[index], end));
}

test('a record is its length, a newline and its bytes', (t) => {
  t.deepEqual(texts([encodeRecord('{"type":"HEARTBEAT"}')]), ['20\n{"type":"HEARTBEAT"}']);
  t.deepEqual(texts([encodeRecord('ü')]), ['2\nü']);
  t.deepEqual(texts([encodeRecord(new Uint8Array(0))]), ['0\n']);
});

test('any records survive any fragmentation', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 8 }),
      fc.array(fc.nat(400), { maxLength: 20 }),
      (records, places) => {
        const decoder = new RecordDecoder();
        const stream = Buffer.concat(records.map(encodeRecord));
        const read = cut(stream, places).flatMap((chunk) => decoder.push(chunk));
        t.deepEqual(
          read.map((record) => [...record]),
          records.map((record) => [...record]),
        );
        t.true(decoder.atBoundary);
      },
    ),
    { numRuns: 500, seed: 3 },
  );
});

test('a stream that ends within a record is not at a boundary', (t) => {
  for (const partial of ['1', '12', '5\n', '5\nabcd']) {
    const decoder = new RecordDecoder();
    t.deepEqual(decoder.push(bytes(partial)), []);
    t.false(decoder.atBoundary, partial);
  }
  t.true(new RecordDecoder().atBoundary);
});

test('an empty record is a record', (t) => {
  t.deepEqual(texts(new RecordDecoder().push(bytes('0\n0\n1\na'))), ['', '', 'a']);
});

test('a header that is no number is fatal', (t) => {
  for (const stream of [
    'x\n',
    '-1\n',
    '+1\na',
    ' 1\na',
    '1 \na',
    '1.0\na',
    '\n',
    '1\na1e\n',
    '99999999999999999\n',
  ]) {
    const decoder = new RecordDecoder();
    t.throws(() => decoder.push(bytes(stream)), { instanceOf: RecordIoError }, JSON.stringify(stream));
    t.throws(() => decoder.push(bytes('1\na')), { instanceOf: RecordIoError }, 'stays failed');
    t.false(decoder.atBoundary);
  }
});

test('a record above the limit is refused before it arrives', (t) => {
  const decoder = new RecordDecoder(4);
  t.deepEqual(texts(decoder.push(bytes('4\nabcd'))), ['abcd']);
  t.throws(() => decoder.push(bytes('5\n')), {
    instanceOf: RecordIoError,
    message: 'not a RecordIO stream: record of 5 bytes is above the limit of 4',
  });
});

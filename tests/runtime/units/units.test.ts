import test from 'ava';
import fc from 'fast-check';
import {
  formatBytes,
  formatDuration,
  formatRate,
  parseBytes,
  parseDuration,
  parseRate,
  UnitError,
} from '../../../runtime/units/index.ts';

const durations: ReadonlyArray<readonly [text: string, ms: number, printed?: string]> = [
  ['0ns', 0],
  ['10ns', 0.00001],
  ['100us', 0.1],
  ['100ms', 100],
  ['10secs', 10_000],
  ['75secs', 75_000],
  ['1mins', 60_000],
  ['10mins', 600_000],
  ['6hrs', 21_600_000],
  ['1weeks', 604_800_000],
  ['2weeks', 1_209_600_000],
  ['60secs', 60_000, '1mins'],
  ['1.5mins', 90_000, '90secs'],
  ['90mins', 5_400_000],
  ['10days', 864_000_000],
  ['.5secs', 500, '500ms'],
  ['2.secs', 2000, '2secs'],
  ['0secs', 0, '0ns'],
  ['61.5mins', 3_690_000],
];

for (const [text, ms, printed = text] of durations) {
  test(`duration ${text} is ${ms} ms and prints as ${printed}`, (t) => {
    t.is(parseDuration(text), ms);
    t.is(formatDuration(ms), printed);
  });
}

for (const text of [
  '',
  '10',
  'secs',
  '10 secs',
  '10sec',
  '-1secs',
  '1.2.3secs',
  '10SECS',
  '1e3secs',
  '10secsx',
]) {
  test(`duration '${text}' is refused with what was expected`, (t) => {
    t.throws(() => parseDuration(text), {
      instanceOf: UnitError,
      message: `expected a duration such as 10secs (units: ns us ms secs mins hrs days weeks), got '${text}'`,
    });
  });
}

test('durations beyond 64-bit nanoseconds are refused', (t) => {
  t.throws(() => parseDuration('99999weeks'), {
    message: "expected a duration below 292 years, got '99999weeks'",
  });
});

test('negative durations print with a sign, less than a nanosecond as none', (t) => {
  t.is(formatDuration(-1500), '-1500ms');
  t.is(formatDuration(-1e-9), '0ns');
});

test('whole nanoseconds survive printing and reading', (t) => {
  t.is(parseDuration(formatDuration(132.737691)), 132.737691);
  const nanos = fc.oneof(fc.nat(), fc.integer({ min: 0, max: 10 ** 15 }));
  fc.assert(
    fc.property(nanos, (n) => {
      const read = parseDuration(formatDuration(n / 1e6));
      return Math.abs(read * 1e6 - n) <= Math.max(0.5, n * 1e-14);
    }),
  );
  t.pass();
});

const bytes: ReadonlyArray<readonly [text: string, bytes: number, printed?: string]> = [
  ['0B', 0],
  ['1B', 1],
  ['4096B', 4096, '4KB'],
  ['1025B', 1025],
  ['32MB', 32 * 1024 ** 2],
  ['1024MB', 1024 ** 3, '1GB'],
  ['2GB', 2 * 1024 ** 3],
  ['3TB', 3 * 1024 ** 4],
];

for (const [text, value, printed = text] of bytes) {
  test(`bytes ${text} are ${value} and print as ${printed}`, (t) => {
    t.is(parseBytes(text), value);
    t.is(formatBytes(value), printed);
  });
}

for (const text of ['', '32', 'MB', '1.5GB', '32mb', '32 MB', '-1B', '1PB']) {
  test(`bytes '${text}' are refused with what was expected`, (t) => {
    t.throws(() => parseBytes(text), {
      instanceOf: UnitError,
      message: `expected a number of bytes such as 32MB (units: B KB MB GB TB), got '${text}'`,
    });
  });
}

test('bytes that a number cannot hold exactly are refused', (t) => {
  t.throws(() => parseBytes('8192TB'), { message: "expected a number of bytes up to 8191TB, got '8192TB'" });
});

test('any whole number of bytes survives printing and reading', (t) => {
  fc.assert(fc.property(fc.maxSafeNat(), (n) => parseBytes(formatBytes(n)) === n));
  t.pass();
});

test('rates are read and printed', (t) => {
  t.deepEqual(parseRate('2/1secs'), { permits: 2, intervalMs: 1000 });
  t.deepEqual(parseRate('100/20mins'), { permits: 100, intervalMs: 1_200_000 });
  t.is(formatRate({ permits: 2, intervalMs: 1000 }), '2/1secs');
});

for (const text of ['', '2', '2/', '/1secs', '0/1secs', '2/0secs', '1.5/1secs', '2/1sec', '-1/1secs']) {
  test(`rate '${text}' is refused with what was expected`, (t) => {
    t.throws(() => parseRate(text), {
      instanceOf: UnitError,
      message: `expected a rate such as 2/1secs (a whole number of permits per duration, both above 0), got '${text}'`,
    });
  });
}

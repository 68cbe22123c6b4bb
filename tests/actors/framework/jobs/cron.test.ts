import test from 'ava';
import fc from 'fast-check';
import { Cron } from '../../../../actors/framework/jobs/cron.ts';

const CASES: readonly (readonly [cron: string, after: string, next: string])[] = [
  ['* * * * *', '2026-01-01T00:00:00.000Z', '2026-01-01T00:01:00.000Z'],
  ['* * * * *', '2026-01-01T00:00:59.999Z', '2026-01-01T00:01:00.000Z'],
  ['*/15 * * * *', '2026-01-01T00:45:00.000Z', '2026-01-01T01:00:00.000Z'],
  ['5/20 * * * *', '2026-01-01T00:25:00.000Z', '2026-01-01T00:45:00.000Z'],
  ['30 4 * * *', '2026-12-31T04:30:00.000Z', '2027-01-01T04:30:00.000Z'],
  ['0 0 1,15 * *', '2026-02-02T00:00:00.000Z', '2026-02-15T00:00:00.000Z'],
  ['0 12 * * 1-5', '2026-11-20T13:00:00.000Z', '2026-11-23T12:00:00.000Z'],
  ['0 12 * * 7', '2026-11-20T13:00:00.000Z', '2026-11-22T12:00:00.000Z'],
  ['0 12 * * 0', '2026-11-20T13:00:00.000Z', '2026-11-22T12:00:00.000Z'],
  // Either day will do where both are said.
  ['0 0 13 * 5', '2026-11-01T00:00:00.000Z', '2026-11-06T00:00:00.000Z'],
  ['0 0 */2 * 5', '2026-11-01T00:00:00.000Z', '2026-11-13T00:00:00.000Z'],
  ['0 0 29 2 *', '2026-01-01T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
  ['0 0 29 2 *', '2096-03-01T00:00:00.000Z', '2104-02-29T00:00:00.000Z'],
];

for (const [cron, after, next] of CASES)
  test(`${cron} after ${after}`, (t) =>
    t.is(new Date(new Cron(cron).next(Date.parse(after)) ?? 0).toISOString(), next));

test('what is no time is refused with its field', (t) => {
  const refused: readonly (readonly [cron: string, message: RegExp])[] = [
    ['* * * *', /five fields/],
    ['60 * * * *', /^minute: expected 0 to 59, got '60'/],
    ['* 5-3 * * *', /^hour: expected 0 to 23, got '5-3'/],
    ['* * 0 * *', /^day of month/],
    ['* * * 13 *', /^month/],
    ['* * * jan *', /^month: expected such as/],
    ['* * * * 8', /^day of week/],
    ['*/0 * * * *', /^minute/],
    ['0 0 31 2 *', /a time that comes/],
  ];
  for (const [cron, message] of refused) t.throws(() => new Cron(cron), { message }, cron);
});

test('times grow, by whole minutes, and none in between is left out', (t) => {
  const field = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc.integer({ min: 1, max: 9 }).map((step) => `*/${step}`),
    );
  const cron = fc.tuple(field(0, 59), field(0, 23), field(1, 28), fc.constant('*'), field(0, 6));
  fc.assert(
    fc.property(cron, fc.integer({ min: 0, max: 4e12 }), (fields, after) => {
      const times = new Cron(fields.join(' '));
      const next = times.next(after) ?? 0;
      const between = after + (next - after) / 2;
      return next > after && next % 60_000 === 0 && times.next(Math.min(between, next - 1)) === next;
    }),
    { numRuns: 300 },
  );
  t.pass();
});

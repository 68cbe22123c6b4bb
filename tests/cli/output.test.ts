import test from 'ava';
import { tableText } from '../../cli/output/table.ts';
import {
  agoText,
  momentText,
  numberText,
  safeText,
  scalarOf,
  sizeText,
  spanText,
} from '../../cli/output/text.ts';

test('columns are as wide as what stands in them, numbers stand at the right', (t) => {
  const rows = [
    { name: 'a', n: 5 },
    { name: '任务', n: 1234 },
  ];
  const table = tableText(
    [
      { title: 'name', text: (row) => row.name },
      { title: 'n', align: 'right', text: (row) => String(row.n) },
      { title: 'end', text: () => 'x' },
    ],
    rows,
    (_, text) => text,
  );
  t.is(table, 'NAME     N  END\na        5  x\n任务  1234  x\n');
});

test('on a terminal the widest columns give way, ids at their beginning, numbers never', (t) => {
  const columns = [
    { title: 'id', cut: 'start' as const, text: () => '2f0c6a3e-1111-2222-3333-444455556666-S12' },
    { title: 'name', text: () => '一个很长的任务名称, and more of it' },
    { title: 'mem', align: 'right' as const, text: () => '123.456 GiB' },
  ];
  const lines = (room: number) => tableText(columns, [1], (_, text) => text, room).split('\n');
  t.is(lines(45)[1], '…4455556666-S12  一个很长的任务…  123.456 GiB');
  t.deepEqual(lines(10), lines(31), 'nothing is made narrower than one can read');
  t.regex(lines(200)[1] ?? '', /^2f0c.* and more of it/);
});

test('a task cannot speak to the terminal by its name', (t) => {
  const table = tableText(
    [{ title: 'name', text: (name: string) => name }],
    ['\u001b[2J<script>\r\n'],
    (_, text) => text,
  );
  t.is(table, 'NAME\n\\x1b[2J<script>\\x0d\\x0a\n');
  t.is(safeText('a\n\tb\u009b', true), 'a\n\tb\\x9b');
});

test('sizes, times and numbers are short', (t) => {
  t.deepEqual([0, 1023, 1024, 1536, 150 * 1024, 3 * 1024 ** 4].map(sizeText), [
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.5 KiB',
    '150 KiB',
    '3.0 TiB',
  ]);
  t.deepEqual([-3, 59.9, 60, 3600, 90_000].map(spanText), ['0s', '59s', '1m', '1h', '1d']);
  t.is(agoText(100, undefined), '-');
  t.is(momentText(0), '1970-01-01T00:00:00.000Z');
  t.is(momentText(1e300), '-', 'and nothing ends for it');
  t.is(numberText(0.1 + 0.2), '0.3');
  t.is(
    scalarOf(
      [
        { name: 'cpus', type: 0, scalar: { value: 1 } },
        { name: 'cpus', type: 0, scalar: { value: 0.5 } },
        { name: 'mem', type: 0, scalar: { value: 9 } },
      ],
      'cpus',
    ),
    1.5,
  );
});

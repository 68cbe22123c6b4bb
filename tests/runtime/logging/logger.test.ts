import test from 'ava';
import { createLogger, LogLevel, MemorySink } from '../../../runtime/logging/index.ts';
import { VirtualClock } from '../../../runtime/virtualPorts.ts';

const START_MS = 1_700_000_000_000;

function fixture(level: 'debug' | 'info' | 'warn' = 'info') {
  const clock = new VirtualClock(START_MS);
  const sink = new MemorySink();
  return { clock, sink, log: createLogger({ clock, sink, level, secretNames: ['api_key'] }, 'master') };
}

test('a line has time, level, component, message and fields', (t) => {
  const { clock, sink, log } = fixture();
  clock.advance(123);
  log.info('Registered agent', { agent_id: 'S0', hostname: 'rack a', cpus: 4, gone: undefined });
  t.deepEqual(sink.records, [
    {
      timeMs: START_MS + 123,
      level: 'info',
      component: 'master',
      message: 'Registered agent',
      fields: { agent_id: 'S0', hostname: 'rack a', cpus: 4 },
    },
  ]);
  t.deepEqual(sink.lines(), [
    '2023-11-14T22:13:20.123Z INFO  master  Registered agent agent_id=S0 hostname="rack a" cpus=4',
  ]);
  t.deepEqual(JSON.parse(sink.lines('json')[0] ?? ''), {
    time: '2023-11-14T22:13:20.123Z',
    level: 'info',
    component: 'master',
    message: 'Registered agent',
    agent_id: 'S0',
    hostname: 'rack a',
    cpus: 4,
  });
});

test('levels below the threshold are not written and their fields not made', (t) => {
  const { sink, log } = fixture();
  const never = () => {
    throw new Error('made in vain');
  };
  log.trace('a', never);
  log.debug('b', never);
  log.warn('c', () => ({ n: 1 }));
  log.error('d');
  t.deepEqual(
    sink.records.map(({ level, message }) => `${level} ${message}`),
    ['warn c', 'error d'],
  );
  t.false(log.enabled('debug'));
  t.true(log.enabled('info'));
});

test('children speak under their own name with the fields of their parents', (t) => {
  const { sink, log } = fixture();
  log.child('allocator', { role: 'dev' }).with({ agent_id: 'S1' }).info('Offered', { role: 'ops' });
  t.deepEqual(sink.lines(), [
    '2023-11-14T22:13:20.000Z INFO  master.allocator  Offered role=ops agent_id=S1',
  ]);
});

test('secrets are veiled at any depth', (t) => {
  const { sink, log } = fixture();
  log.with({ api_key: 'k1' }).info('x', {
    Secret: 's2',
    credential: { principal: 'p', secret: 's3' },
    request: { headers: [{ Authorization: 's4' }] },
  });
  const line = sink.lines('json')[0] ?? '';
  t.notRegex(line, /k1|s2|s3|s4/);
  t.deepEqual(sink.records[0]?.fields, {
    api_key: '<redacted>',
    Secret: '<redacted>',
    credential: '<redacted>',
    request: { headers: [{ Authorization: '<redacted>' }] },
  });
});

test('nothing that is logged throws, and a record stays one line', (t) => {
  const { sink, log } = fixture();
  const circle: Record<string, unknown> = {};
  circle['self'] = circle;
  const trap = Object.defineProperty({}, 'x', {
    enumerable: true,
    get: () => {
      throw new Error('no');
    },
  });
  log.info('two\nlines \x1b[31m', {
    error: new Error('bro\nken'),
    circle,
    big: 10n,
    nan: Number.NaN,
    bytes: new Uint8Array(3),
    map: new Map([['a', new Set([1])]]),
    fn: Symbol('s'),
    huge: 'x'.repeat(20_000),
    quote: 'a="b"',
    'new\nline': '',
  });
  log.info('trap', trap);
  log.info('trap', () => {
    throw new Error('no');
  });
  const lines = sink.lines();
  t.is(lines.length, 2);
  t.notRegex(lines.join(''), /\p{Cc}/u);
  const line = lines[0] ?? '';
  t.regex(line, /two\\nlines \\u001b\[31m error="bro\\nken"/);
  t.regex(line, / big=10 nan=NaN bytes="<3 bytes>" map=\{"a":\[1\]\} fn=Symbol\(s\) /);
  t.regex(line, / quote="a=\\"b\\"" new\\nline=""$/);
  t.true(line.length < 17_500);
  t.is(JSON.parse(sink.lines('json')[0] ?? '').error.message, 'bro\nken');
});

test('a sink that throws, and a time that is none, do no harm', (t) => {
  const clock = new VirtualClock(Number.POSITIVE_INFINITY);
  const sink = new MemorySink();
  createLogger({ clock, sink }, 'x').info('y', { time: 1 });
  t.deepEqual(sink.lines(), ['Infinity INFO  x  y time=1']);
  t.is(sink.lines('json')[0], '{"time":"Infinity","level":"info","component":"x","message":"y","time_":1}');
  const broken = {
    write: () => {
      throw new Error('disk full');
    },
    flush: () => {},
  };
  t.notThrows(() => createLogger({ clock, sink: broken }).error('z'));
});

test('the level is lowered for a while and comes back by itself', (t) => {
  const { clock, sink, log } = fixture();
  const allocator = log.child('allocator');
  t.is(log.level.verbosity, 0);
  log.level.toggle(1, 10_000);
  allocator.debug('seen');
  allocator.trace('not seen');
  log.level.toggle(3, 10_000);
  t.is(log.level.verbosity, 3);
  t.is(log.level.level, 'trace');
  clock.advance(9999);
  allocator.trace('seen too');
  clock.advance(1);
  allocator.debug('not seen');
  t.is(log.level.verbosity, 0);
  t.is(log.level.level, 'info');
  t.is(clock.pending, 0);
  t.deepEqual(
    sink.records.map(({ message }) => message),
    ['seen', 'seen too'],
  );
});

test('the start level is the floor, and going back to it leaves no timer', (t) => {
  const clock = new VirtualClock();
  const level = new LogLevel(clock, 'debug');
  t.is(level.verbosity, 1);
  t.throws(() => level.toggle(0, 1), { message: "level: expected a whole number of at least 1, got '0'" });
  t.throws(() => level.toggle(1.5, 1), {
    message: "level: expected a whole number of at least 1, got '1.5'",
  });
  level.toggle(2, 1000);
  level.reset();
  t.is(level.level, 'debug');
  t.is(clock.pending, 0);
});

test('a program started at warn has verbosity 0 and shows debug at 1', (t) => {
  const level = new LogLevel(new VirtualClock(), 'warn');
  t.is(level.verbosity, 0);
  level.toggle(1, 1000);
  t.is(level.level, 'debug');
  level.toggle(0, 1000);
  t.is(level.level, 'warn');
});

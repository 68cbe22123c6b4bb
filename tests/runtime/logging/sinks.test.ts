import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import { defineFlags, parseFlags } from '../../../runtime/flags/index.ts';
import {
  DescriptorSink,
  fileSink,
  type LogRecord,
  loggerOf,
  loggingFlags,
} from '../../../runtime/logging/index.ts';
import { StartError } from '../../../runtime/startError.ts';
import { VirtualClock } from '../../../runtime/virtualPorts.ts';

const record = (message: string): LogRecord => ({
  timeMs: 0,
  level: 'info',
  component: 'c',
  message,
  fields: {},
});
const lineOf = (message: string) => `1970-01-01T00:00:00.000Z INFO  c  ${message}\n`;

function folder(t: { teardown(undo: () => void): void }): string {
  const made = mkdtempSync(path.join(tmpdir(), 'logging-'));
  t.teardown(() => rmSync(made, { recursive: true }));
  return made;
}

test('lines are buffered, written on flush and appended', (t) => {
  const file = path.join(folder(t), 'log');
  for (const message of ['a', 'b']) {
    const sink = fileSink(file);
    sink.write(record(message));
    sink.flush();
    sink.write(record('and more'));
    sink.close();
  }
  t.is(readFileSync(file, 'utf8'), ['a', 'and more', 'b', 'and more'].map(lineOf).join(''));
});

test('lines are written at the end of the turn, and at once when there are many', async (t) => {
  const file = path.join(folder(t), 'log');
  const sink = fileSink(file);
  t.teardown(() => sink.close());
  sink.write(record('x'));
  t.is(readFileSync(file, 'utf8'), '');
  await new Promise((resolve) => setImmediate(resolve));
  t.is(readFileSync(file, 'utf8'), lineOf('x'));
  sink.write(record('y'.repeat(70_000)));
  t.true(readFileSync(file, 'utf8').length > 70_000);
});

test('a file that becomes too large is kept beside a new one, and so many of them', (t) => {
  const file = path.join(folder(t), 'log');
  const sink = fileSink(file, 'text', { bytesMax: 2 * lineOf('1').length, kept: 2 });
  t.teardown(() => sink.close());
  for (let number = 1; number <= 9; number++) {
    sink.write(record(`${number}`));
    sink.flush();
  }
  t.is(readFileSync(file, 'utf8'), lineOf('9'));
  t.is(readFileSync(`${file}.1`, 'utf8'), lineOf('7') + lineOf('8'));
  t.is(readFileSync(`${file}.2`, 'utf8'), lineOf('5') + lineOf('6'));
  t.false(existsSync(`${file}.3`));
});

test('a file that somebody moved away is made again; with no old files it is cut off', (t) => {
  const file = path.join(folder(t), 'log');
  const sink = fileSink(file, 'text', { bytesMax: lineOf('1').length, kept: 0 });
  t.teardown(() => sink.close());
  const say = (message: string) => {
    sink.write(record(message));
    sink.flush();
  };
  say('1');
  renameSync(file, `${file}.moved`);
  say('2');
  t.is(readFileSync(`${file}.moved`, 'utf8'), lineOf('1'));
  say('3');
  t.is(readFileSync(file, 'utf8'), lineOf('3'));
});

test('lines that cannot be written are counted', (t) => {
  const sink = new DescriptorSink(-1, 'text');
  sink.write(record('x'));
  sink.write(record('y'));
  sink.close();
  t.is(sink.droppedLines, 2);
});

test('a file that cannot be opened is told with the flag', (t) => {
  const table = defineFlags(loggingFlags);
  const file = path.join(folder(t), 'file');
  writeFileSync(file, '');
  const parsed = parseFlags(table, ['--quiet', `--log_dir=${file}/none`], {});
  if (parsed.outcome !== 'values') return t.fail(JSON.stringify(parsed));
  t.throws(() => loggerOf(parsed.values, { clock: new VirtualClock(), role: 'master' }), {
    instanceOf: StartError,
    message: /^--log_dir: expected a folder to write in: ENOTDIR/,
  });
});

test('flags choose level, format and file', (t) => {
  const logDir = path.join(folder(t), 'made', 'for', 'it');
  const table = defineFlags(loggingFlags);
  const argv = ['--quiet', `--log_dir=${logDir}`, '--log_format=json', '--logging_level=WARNING'];
  const parsed = parseFlags(table, argv, {});
  if (parsed.outcome !== 'values') return t.fail(JSON.stringify(parsed));
  const log = loggerOf(parsed.values, { clock: new VirtualClock(0), role: 'agent' });
  log.info('unseen');
  log.warn('seen');
  log.flush();
  t.is(
    readFileSync(path.join(logDir, 'agent.log'), 'utf8'),
    '{"time":"1970-01-01T00:00:00.000Z","level":"warn","component":"","message":"seen"}\n',
  );
});

test('what is buffered reaches stderr when the process exits', (t) => {
  const sinks = new URL('../../../runtime/logging/sinks.js', import.meta.url);
  const program = `
    import { stderrSink } from ${JSON.stringify(sinks.href)};
    stderrSink('text').write(${JSON.stringify(record('last words'))});
    process.exit(0);`;
  const shell = '"$0" --input-type=module -e "$1" 2>&1';
  t.is(
    execFileSync('sh', ['-c', shell, process.execPath, program], { encoding: 'utf8' }),
    lineOf('last words'),
  );
});

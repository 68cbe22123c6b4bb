import test from 'ava';
import { readWords } from '../../cli/command.ts';
import { commands } from '../../cli/commands/index.ts';
import { Problem } from '../../cli/problem.ts';
import { run } from './support/terminal.ts';

const options = {
  follow: { kind: 'flag', short: 'f', help: '' },
  lines: { kind: 'text', short: 'n', help: '' },
  env: { kind: 'list', help: '' },
} as const;

test('options stand before and after words, with and without an equals sign', (t) => {
  t.deepEqual(readWords('logs', options, ['-f', 'task', '--lines', '5', '--env=a', '--env', 'b', 'file']), {
    values: { follow: true, lines: '5', env: ['a', 'b'] },
    words: ['task', 'file'],
  });
  t.deepEqual(readWords('logs', options, ['-n', '5']).values, { follow: false, lines: '5', env: [] });
});

test('what follows -- is literal, and so is what follows the words before a command for somebody else', (t) => {
  t.deepEqual(readWords('exec', options, ['-f', 'task', '--', 'ls', '-f']).words, ['task', 'ls', '-f']);
  t.deepEqual(readWords('exec', options, ['-f', 'task', 'ls', '--lines', '5', '--', 'x'], 1), {
    values: { follow: true, env: [] },
    words: ['task', 'ls', '--lines', '5', '--', 'x'],
  });
});

test('an unknown option is named, with the one that was meant', (t) => {
  const error = t.throws(() => readWords('logs', options, ['--folow']), { instanceOf: Problem });
  t.is(error.message, "logs: unknown option '--folow'; did you mean --follow?");
  t.is(error.exitCode, 64);
  t.throws(() => readWords('logs', options, ['--lines']), { message: /^logs: .*lines/ });
});

test('wrong words are refused before anything is asked of a master', async (t) => {
  const wrong: [string[], RegExp][] = [
    [['pss'], /^mesostate: unknown command 'pss'; did you mean 'ps'\?\n$/],
    [['drain'], /^mesostate: drain: expected `mesostate drain AGENT`, got 0 word\(s\)\n$/],
    [['logs', 'a', 'b', 'c'], /got 3 word\(s\)/],
    [['logs', 'a', '--lines=-1'], /--lines: expected a whole number from 0 up, got '-1'/],
    [['ps', '--color=pink'], /--color: expected auto, always or never, got 'pink'/],
    [
      ['tasks', '--master=a b'],
      /--master: expected HOST:PORT, an http or https address, or etcd.*, got 'a b'/,
    ],
    [['quota', 'set', 'r'], /quota set: expected --guarantee or --limit/],
    [['quota', 'set', 'r', '--limit=cpus'], /--limit: expected NAME:NUMBER such as cpus:4, got 'cpus'/],
    [['weights', 'prod'], /weights: expected ROLE=WEIGHT such as prod=2.5, got 'prod'/],
    [['maintenance', 'sideways'], /maintenance: expected plan, set, clear, down or up, got 'sideways'/],
  ];
  for (const [words, stderr] of wrong) {
    const outcome = await run(words);
    t.is(outcome.code, 64, words.join(' '));
    t.regex(outcome.stderr, stderr);
    t.is(outcome.stdout, '');
  }
});

test('nobody at the address: one line that says what to do', async (t) => {
  const { code, stderr } = await run(['ps', '--master=127.0.0.1:1']);
  t.is(code, 69);
  t.regex(
    stderr,
    /^mesostate: no master at 127\.0\.0\.1:1: .*ECONNREFUSED.*--master=HOST:PORT or MESOSTATE_MASTER\n$/,
  );
});

test('every command explains itself', async (t) => {
  const { stdout: all } = await run(['help']);
  for (const { name, summary } of commands) {
    t.true(all.includes(summary), name);
    const { code, stdout } = await run([name, '--help']);
    t.is(code, 0);
    t.true(stdout.startsWith(`Usage: mesostate ${name}`));
    t.deepEqual((await run(['help', name])).stdout, stdout);
  }
});

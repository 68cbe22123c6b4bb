/** Patterns from outside: what they match, what they may not be, and that none takes long. */
import test from 'ava';
import fc from 'fast-check';
import { FullMatch, RegexTooCostly } from '../../../runtime/regex/fullMatch.ts';
import { RegexError } from '../../../runtime/regex/syntax.ts';

const MATCHES: readonly [string, string, boolean][] = [
  ['', '', true],
  ['', 'a', false],
  ['abc', 'abc', true],
  ['a|bc|', 'bc', true],
  ['a|bc|', '', true],
  ['(a|b)*c', 'ababc', true],
  ['a{2,3}', 'a', false],
  ['a{2,3}', 'aaa', true],
  ['a{2,3}', 'aaaa', false],
  ['a{2,}', 'aaaaa', true],
  ['a{,2}', 'a{,2}', true],
  ['(ab){2}', 'abab', true],
  ['a+?b??', 'aa', true],
  ['[a-c]x', 'bx', true],
  ['[^a-c]x', 'bx', false],
  ['[]a]+', ']a', true],
  ['[[:digit:]x]+', '1x2', true],
  ['[\\d.-]+', '1.2-3', true],
  ['\\w+\\.\\S', 'ab_1.!', true],
  ['a.c', 'a\nc', false],
  ['(?s)a.c', 'a\nc', true],
  ['(?i)rack-[a-z]', 'RACK-Q', true],
  ['(?i:r)ack', 'Rack', true],
  ['(?i:r)ack', 'RACK', false],
  ['(?P<n>a)(?:b)', 'ab', true],
  ['^a$', 'a', true],
  ['\\Aa\\z', 'a', true],
  ['a\\b.*', 'a-', true],
  ['a\\b.*', 'ab', false],
  ['\\x41\\x{1F600}', 'A\u{1F600}', true],
  ['.', '\u{1F600}', true],
  ['\\pL+', 'äß', true],
  ['\\p{Greek}', 'α', true],
  ['\\P{Lu}', 'A', false],
  ['\\p{^Greek}', 'a', true],
  ['\\P{^Greek}', 'a', false],
  ['[\\w\\_\\-\\ \\:\\@\\/]+', 'a_- :@/', true],
  ['[\\%\\=\\!\\<\\>\\"\\\'\\;\\~\\#\\&\\,\\`\\😀]+', '%=!<>"\';~#&,`😀', true],
  ['[\\^\\$\\\\\\.\\*\\[\\]\\{\\}\\|]+', '^$\\.*[]{}|', true],
  ['[\\x{41}-\\x{43}\\x44-\\x45]+', 'ABCDE', true],
  ['[\\x{41}-\\x{43}]', '-', false],
  ['[\\.-\\/]+', './', true],
  ['[\\.-\\/]', '-', false],
  ['[\\pL\\p{Nd}\\a]+', 'ä1\u0007', true],
  ['[^\\pL]', '1', true],
  ['[\\w-.]+', 'a-.', true],
  ['[[:alpha:]-.]+', 'a-.', true],
  ['[\\d-]+', '1-', true],
  ['(?i)[\\_a-c]+', '_B', true],
  ['(a*)*b', 'aab', true],
  ['(|a)+', 'aa', true],
];

for (const [pattern, text, matches] of MATCHES) {
  test(`/${pattern}/ ${matches ? 'matches' : 'does not match'} ${JSON.stringify(text)}`, (t) => {
    t.is(new FullMatch(pattern).matches(text), matches);
  });
}

test('patterns outside RE2 syntax are refused', (t) => {
  for (const pattern of [
    '(',
    ')',
    'a)',
    '[a',
    '*a',
    'a**',
    '(?=a)',
    '(?<!a)',
    '(a)\\1',
    '\\q',
    'a{3,2}',
    'a{1001}',
    '\\',
    '[z-a]',
    '[[:foo:]]',
    '[[:^alpha:]]',
    '[\\q]',
    '[\\x{110000}]',
    '\\p{Nope}',
    '\\xZ',
  ])
    t.throws(() => new FullMatch(pattern), { instanceOf: RegexError }, pattern);
});

test('a program that gets too large is refused', (t) => {
  t.notThrows(() => new FullMatch('a{99}'));
  t.throws(() => new FullMatch('a{200}'), { instanceOf: RegexError, message: /too large/ });
  t.throws(() => new FullMatch('((a{20}){20}){20}'), { instanceOf: RegexError });
  t.notThrows(() => new FullMatch('a{200}', { sizeMax: 1000 }));
});

test('patterns that make others backtrack stay linear', (t) => {
  const regex = new FullMatch('(a|a)*(a*)*b');
  t.false(regex.matches('a'.repeat(20_000)));
});

test('simple patterns match as they do elsewhere', (t) => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '(a|bc)',
    'a*',
    'b+',
    '(ab)?',
    'c{1,2}',
    '\\w',
    '(a|b)*',
  );
  const pattern = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '-'), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      return new FullMatch(source).matches(subject) === new RegExp(`^(?:${source})$`).test(subject);
    }),
    { numRuns: 2000 },
  );
  t.pass();
});

test('what repeats nothing, and patterns of megabytes, are read at once', (t) => {
  t.true(new FullMatch('(((){1000}){1000}){1000}').matches(''));
  t.throws(() => new FullMatch('a'.repeat(1_000_000)), { message: /too large/ });
  const error = t.throws(() => new FullMatch('[a]'.repeat(300_000)), { message: /too large/ });
  t.true(error.message.length < 200);
});

const LOOKS: readonly [string, string, boolean][] = [
  ['(?!db).*', 'web-1', true],
  ['(?!db).*', 'db-1', false],
  ['(?=.*1)(?=.*2).*', 'x2y1', true],
  ['(?=.*1)(?=.*2).*', 'x2y', false],
  ['.*(?<=-)1', 'web-1', true],
  ['.*(?<=-)1', 'web1', false],
  ['.*(?<!-)1', 'web1', true],
  ['.*(?<!-)1', 'web-1', false],
  ['a(?!b(?=c)).*', 'abc', false],
  ['a(?!b(?=c)).*', 'abd', true],
  ['\\u0041', 'A', true],
];

for (const [pattern, text, matches] of LOOKS)
  test(`with look-around /${pattern}/ ${matches ? 'matches' : 'does not match'} ${text}`, (t) => {
    t.is(new FullMatch(pattern, { dialect: 'look-around' }).matches(text), matches);
  });

test('what is quoted stands for itself', (t) => {
  t.true(new FullMatch('\\Q1.2*\\E+').matches('1.2***'));
  t.false(new FullMatch('\\Q1.2').matches('1x2'));
  t.true(new FullMatch('\\\\Q+').matches('\\QQ'));
  t.true(new FullMatch('\\Q\u{1F600}\n\\E{2}').matches('\u{1F600}\n\n'));
});

test('a match ends at its bound', (t) => {
  const nested = new FullMatch(`${'(?=.*'.repeat(5)}x${')'.repeat(5)}.*`, {
    dialect: 'look-around',
    costMax: 10_000,
  });
  t.true(nested.matches('abcx'));
  t.throws(() => nested.matches('a'.repeat(1_000)), { instanceOf: RegexTooCostly });
});

test('patterns with look-around match as they do elsewhere', (t) => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '(?=a)',
    '(?!b)',
    '(?<=a)',
    '(?<!b)',
    '(?=a*c)',
    'a*',
    '(a|bc)?',
    '(?<!a*c)',
    '$',
    '\\b',
  );
  const pattern = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', 'c', '-'), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      pattern,
      text,
      (source, subject) =>
        new FullMatch(source, { dialect: 'look-around' }).matches(subject) ===
        new RegExp(`^(?:${source})$`).test(subject),
    ),
    { numRuns: 2000 },
  );
  t.pass();
});

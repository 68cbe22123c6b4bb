import test from 'ava';
import fc from 'fast-check';
import { OfferConstraintError, OfferConstraintFilter } from '../../../../actors/master/allocator/index.ts';
import { FullMatch } from '../../../../actors/master/allocator/regex.ts';
import { RegexError } from '../../../../actors/master/allocator/regexSyntax.ts';
import type {
  SchedulerAttributeConstraintPredicate as Predicate,
  SchedulerAttributeConstraintSelector as Selector,
} from '../../../../proto/generated/types/scheduler.ts';
import { parseAttributes } from '../../../../proto/resources/index.ts';
import { agentCalled } from './setup.ts';

const AGENT = agentCalled('node7', {
  attributes: parseAttributes('rack:a1;level:10;rack:b2'),
  domain: { fault_domain: { region: { name: 'eu' }, zone: { name: 'eu-1' } } },
});

function accepts(selector: Selector, predicate: Predicate): boolean {
  const group = { attribute_constraints: [{ selector, predicate }] };
  return OfferConstraintFilter.of({ role_constraints: { r: { groups: [group] } } }).accepts('r', AGENT);
}

const RACK = { attribute_name: 'rack' };
const LEVEL = { attribute_name: 'level' };
const NONE = { attribute_name: 'none' };

/** Predicate; then for an attribute that is missing, that is text and agrees, that is text and does not, that is no text. */
const TABLE: readonly [Predicate, boolean, boolean, boolean][] = [
  [{ exists: {} }, false, true, true],
  [{ not_exists: {} }, true, false, false],
  [{ text_equals: { value: 'a1' } }, false, true, true],
  [{ text_equals: { value: 'b2' } }, false, false, true],
  [{ text_not_equals: { value: 'a1' } }, true, false, true],
  [{ text_not_equals: { value: 'b2' } }, true, true, true],
  [{ text_matches: { regex: 'a\\d' } }, false, true, true],
  [{ text_matches: { regex: 'a' } }, false, false, true],
  [{ text_not_matches: { regex: 'a\\d' } }, true, false, true],
  [{ text_not_matches: { regex: 'a' } }, true, true, true],
];

for (const [predicate, missing, text, other] of TABLE) {
  test(`predicate ${JSON.stringify(predicate)}`, (t) => {
    t.is(accepts(NONE, predicate), missing);
    t.is(accepts(RACK, predicate), text);
    t.is(accepts(LEVEL, predicate), other);
  });
}

test('host name, region and zone', (t) => {
  t.true(accepts({ pseudoattribute_type: 1 }, { text_equals: { value: 'node7' } }));
  t.true(accepts({ pseudoattribute_type: 2 }, { text_equals: { value: 'eu' } }));
  t.true(accepts({ pseudoattribute_type: 3 }, { text_matches: { regex: 'eu-.*' } }));
});

test('groups are alternatives, constraints inside a group are not; other roles are free', (t) => {
  const yes = { selector: RACK, predicate: { exists: {} } };
  const no = { selector: NONE, predicate: { exists: {} } };
  const filter = OfferConstraintFilter.of({
    role_constraints: {
      either: { groups: [{ attribute_constraints: [no] }, { attribute_constraints: [yes] }] },
      both: { groups: [{ attribute_constraints: [no, yes] }] },
    },
  });
  t.true(filter.accepts('either', AGENT));
  t.false(filter.accepts('both', AGENT));
  t.true(filter.accepts('other', AGENT));
});

test('what is incomplete is refused with its place', (t) => {
  const refused = (groups: object[], message: RegExp): void => {
    t.throws(() => OfferConstraintFilter.of({ role_constraints: { r: { groups } } }), {
      instanceOf: OfferConstraintError,
      message,
    });
  };
  refused([], /role "r": expected at least one group/);
  refused([{}], /group 0: expected at least one constraint/);
  const exists = { exists: {} };
  refused([{ attribute_constraints: [{ selector: {}, predicate: exists }] }], /constraint 0: .* selector/);
  refused(
    [{ attribute_constraints: [{ selector: { pseudoattribute_type: 0 }, predicate: exists }] }],
    /selector/,
  );
  refused([{ attribute_constraints: [{ selector: RACK, predicate: {} }] }], /expected a predicate/);
  const regex = { text_matches: { regex: '(' } };
  refused(
    [{ attribute_constraints: [{ selector: RACK, predicate: regex }] }],
    /constraint 0: regular expression/,
  );
});

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
    '\\p{Nope}',
    '\\xZ',
  ])
    t.throws(() => new FullMatch(pattern), { instanceOf: RegexError }, pattern);
});

test('a program that gets too large is refused', (t) => {
  t.notThrows(() => new FullMatch('a{99}'));
  t.throws(() => new FullMatch('a{200}'), { instanceOf: RegexError, message: /too large/ });
  t.throws(() => new FullMatch('((a{20}){20}){20}'), { instanceOf: RegexError });
  t.notThrows(() => new FullMatch('a{200}', 1000));
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

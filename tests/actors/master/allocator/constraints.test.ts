import test from 'ava';
import { OfferConstraintError, OfferConstraintFilter } from '../../../../actors/master/allocator/index.ts';
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

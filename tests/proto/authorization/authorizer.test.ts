/** The local authorizer: which rule decides, and what happens when none does. */
import test from 'ava';
import fc from 'fast-check';
import { ruleKinds } from '../../../proto/authorization/actions.ts';
import { localAuthorizer, permitAll } from '../../../proto/authorization/authorizer.ts';
import { readAcls, readCredentials } from '../../../proto/authorization/flags.ts';
import { AuthorizationAction } from '../../../proto/index.ts';

const ANY = { type: 'ANY' };
const NONE = { type: 'NONE' };
const some = (...values: string[]) => ({ values });

/** Answers for principal and object by the rules of that list. */
function ask(document: object, principal: string | undefined, object?: string, action = 'RUN_TASK') {
  const authorizer = localAuthorizer(readAcls(document));
  const asked = principal === undefined ? undefined : { value: principal };
  return authorizer.approver(asked, action as keyof typeof AuthorizationAction)(object);
}

test('without rules everybody may everything', (t) => {
  t.true(permitAll.approver(undefined, 'TEARDOWN_FRAMEWORK')('x'));
  t.true(ask({}, 'ann', 'root'));
  t.true(ask({ permissive: true }, undefined, 'root'));
  t.false(ask({ permissive: false }, 'ann', 'root'));
});

test('the first rule whose principals and objects match decides', (t) => {
  const rules = {
    run_tasks: [
      { principals: some('ann'), users: some('alice', 'bob') },
      { principals: some('ann'), users: NONE },
      { principals: some('eve'), users: ANY },
      { principals: NONE, users: some('root') },
    ],
  };
  t.true(ask(rules, 'ann', 'alice'));
  t.false(ask(rules, 'ann', 'root'));
  t.true(ask(rules, 'eve', 'root'));
  t.false(ask(rules, 'tom', 'root'), 'nobody may be root');
  t.true(ask(rules, 'tom', 'tom'), 'no rule is about tom: permissive');
  t.false(ask({ ...rules, permissive: false }, 'tom', 'tom'));
});

test('who was not asked is met by ANY and NONE alone', (t) => {
  t.true(ask({ permissive: false, run_tasks: [{ principals: ANY, users: ANY }] }, undefined, 'x'));
  t.false(ask({ permissive: false, run_tasks: [{ principals: some('ann'), users: ANY }] }, undefined, 'x'));
  t.false(ask({ run_tasks: [{ principals: NONE, users: ANY }] }, undefined, 'x'));
});

test('an action on anything needs a rule for anything', (t) => {
  const flags = (rule: object) =>
    ask({ permissive: false, view_flags: [rule] }, 'ann', undefined, 'VIEW_FLAGS');
  t.true(flags({ principals: some('ann'), flags: ANY }));
  t.false(flags({ principals: some('ann'), flags: NONE }));
  t.false(flags({ principals: some('eve'), flags: ANY }));
});

test('a/% is everything below a, but not a', (t) => {
  const rules = { permissive: false, view_roles: [{ principals: ANY, roles: some('a/%', 'b') }] };
  const may = (role: string) => ask(rules, 'ann', role, 'VIEW_ROLE');
  t.deepEqual(['a', 'a/', 'a/x', 'a/x/y', 'ab', 'b', 'b/x'].map(may), [
    false,
    false,
    true,
    true,
    false,
    true,
    false,
  ]);
});

test('where two kinds of rules are about an action, both must allow', (t) => {
  const launch = (as: object, under: object) =>
    ask(
      {
        permissive: false,
        launch_nested_containers_as_user: [{ principals: ANY, users: as }],
        launch_nested_containers_under_parent_with_user: [{ principals: ANY, users: under }],
      },
      'ann',
      'bob',
      'LAUNCH_NESTED_CONTAINER',
    );
  t.true(launch(ANY, some('bob')));
  t.false(launch(ANY, NONE));
  t.false(launch(NONE, ANY));
});

test('every action of the wire has its rules', (t) => {
  const numbers = new Set(
    Object.keys(ruleKinds).map((name) => AuthorizationAction[name as 'RUN_TASK'] as number),
  );
  t.deepEqual(
    Object.entries(AuthorizationAction).filter(
      ([name, number]) => name !== 'UNKNOWN' && !numbers.has(number),
    ),
    [],
  );
});

test('a rule of no known kind is an error, not an open door', (t) => {
  t.throws(() => readAcls({ run_task: [] }), { message: /'run_task' is no kind of rule/ });
  t.throws(() => readAcls([]), { message: /an object/ });
  t.throws(() => readAcls({ run_tasks: [{ users: ANY }] }), { message: /principals/ });
});

test('credentials are read in both forms, and wrong ones are told without their secrets', (t) => {
  const ann = { principal: 'ann', secret: 's3cret' };
  t.deepEqual(readCredentials(JSON.stringify({ credentials: [ann] })), [ann]);
  t.deepEqual(readCredentials('ann s3cret\nbob  x\n'), [ann, { principal: 'bob', secret: 'x' }]);
  for (const wrong of [
    '{"credentials": [{"principal": "s3cret"}]}',
    '{"s3cret": 1}',
    '{"credentials": s3cret',
    'ann s3cret more',
    'ann s3cret\nann s3cret',
  ]) {
    const error = t.throws(() => readCredentials(wrong));
    t.notRegex(error?.message ?? '', /s3cret/);
  }
});

test('a denied principal stays denied whatever is asked for', (t) => {
  const authorizer = localAuthorizer(readAcls({ run_tasks: [{ principals: some('eve'), users: NONE }] }));
  fc.assert(fc.property(fc.string(), (user) => !authorizer.approver({ value: 'eve' }, 'RUN_TASK')(user)));
  t.pass();
});

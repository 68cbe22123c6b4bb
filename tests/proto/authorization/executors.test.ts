/** What those may do who are known by the claims of a token only. */
import test from 'ava';
import {
  isExecutor,
  localAuthorizer,
  ownsContainer,
  permitAll,
  withoutExecutors,
} from '../../../proto/authorization/index.ts';

const executor = { claims: { fid: 'f', eid: 'e', cid: 'run' } };

test('an executor is one with claims and no name', (t) => {
  t.true(isExecutor(executor));
  t.false(isExecutor({ ...executor, value: 'ann' }));
  t.false(isExecutor({ value: 'ann' }));
  t.false(isExecutor(undefined));
});

test('what is inside its container is its own, at any depth; the container itself and others are not', (t) => {
  t.true(ownsContainer(executor, 'run.child'));
  t.true(ownsContainer(executor, 'run.child.grandchild'));
  for (const other of ['run', 'runner.child', 'other', 'other.run', ''])
    t.false(ownsContainer(executor, other), other);
  t.false(ownsContainer({ claims: { fid: 'f' } }, '.child'));
  t.false(ownsContainer({ claims: { cid: '' } }, '.child'));
});

test('it may change nothing else, whatever the rules let everybody do; what it sees they say', (t) => {
  for (const action of [
    'LAUNCH_STANDALONE_CONTAINER',
    'SET_LOG_LEVEL',
    'PRUNE_IMAGES',
    'ACCESS_SANDBOX',
  ] as const) {
    t.false(withoutExecutors(permitAll).approver(executor, action)('root'), action);
    t.true(withoutExecutors(permitAll).approver({ value: 'ann' }, action)('root'));
    t.true(withoutExecutors(permitAll).approver(undefined, action)('root'));
  }
  t.true(withoutExecutors(permitAll).approver(executor, 'VIEW_TASK')('root'));
  const closed = withoutExecutors(localAuthorizer({ permissive: false }));
  t.false(closed.approver(executor, 'VIEW_TASK')('root'));
});

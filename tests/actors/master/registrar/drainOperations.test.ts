/** Operations on what operators want of agents (master.md §4, §13): what they keep, what they refuse, what masters must know. */
import test from 'ava';
import {
  deactivateAgent,
  drainAgent,
  markAgentDrained,
  reactivateAgent,
} from '../../../../actors/master/registrar/drainOperations.ts';
import {
  admitSlave,
  markSlaveReachable,
  markSlaveUnreachable,
  type RegistryOperation,
} from '../../../../actors/master/registrar/operations.ts';
import { Registry, RegistryDraft } from '../../../../actors/master/registrar/registry.ts';
import { DrainState, enumName } from '../../../../proto/index.ts';

const info = { hostname: 'h' };

function after(operations: readonly RegistryOperation[]) {
  const registry = new Registry();
  const answers = operations.map((operation) => {
    const draft = new RegistryDraft(registry);
    const answer = operation.apply(draft);
    draft.commit();
    return answer;
  });
  const kept = registry.slaves.get('a') ?? registry.unreachable.get('a');
  const drain = kept?.drain_info === undefined ? '-' : enumName(DrainState, kept.drain_info.state);
  const needs = [...registry.minimum_capabilities.keys()].join();
  return { answer: answers.at(-1), text: `${drain} ${kept?.deactivated ?? false} ${needs}` };
}

const admitted = admitSlave('a', info);
const rows: readonly [what: string, operations: RegistryOperation[], answer: boolean, text: string][] = [
  ['drain', [admitted, drainAgent('a', {})], true, 'DRAINING true AGENT_DRAINING'],
  ['drain of a stranger', [drainAgent('a', {})], false, '- false '],
  ['drained', [admitted, drainAgent('a', {}), markAgentDrained('a')], true, 'DRAINED true AGENT_DRAINING'],
  [
    'drained, though it does not drain',
    [admitted, deactivateAgent('a'), markAgentDrained('a')],
    false,
    '- true AGENT_DRAINING',
  ],
  [
    'drained twice',
    [admitted, drainAgent('a', {}), markAgentDrained('a'), markAgentDrained('a')],
    false,
    'DRAINED true AGENT_DRAINING',
  ],
  ['deactivated', [admitted, deactivateAgent('a')], true, '- true AGENT_DRAINING'],
  [
    'reactivated',
    [admitted, drainAgent('a', {}), markAgentDrained('a'), reactivateAgent('a')],
    true,
    '- false ',
  ],
  [
    'reactivated, while another agent is deactivated',
    [admitted, admitSlave('b', info), deactivateAgent('a'), deactivateAgent('b'), reactivateAgent('a')],
    true,
    '- false AGENT_DRAINING',
  ],
  [
    'unreachable',
    [admitted, drainAgent('a', {}), markSlaveUnreachable('a', 1)],
    true,
    'DRAINING true AGENT_DRAINING',
  ],
  [
    'drain of an unreachable one',
    [admitted, markSlaveUnreachable('a', 1), drainAgent('a', {})],
    true,
    'DRAINING true AGENT_DRAINING',
  ],
  [
    'back',
    [admitted, drainAgent('a', {}), markSlaveUnreachable('a', 1), markSlaveReachable('a', info)],
    true,
    'DRAINING true AGENT_DRAINING',
  ],
];

for (const [what, operations, answer, text] of rows) {
  test(`${answer ? 'taken' : 'refused'}: ${what}`, (t) => {
    t.deepEqual(after(operations), { answer, text });
  });
}

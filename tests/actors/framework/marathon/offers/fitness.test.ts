/** Agents by fitness: instances are packed, or spread, over all that offer (spec: other-frameworks.md §4, row 47). */
import test from 'ava';
import type { MatchingRule } from '../../../../../actors/framework/matching/choose.ts';
import { FITNESS } from '../../../../../actors/framework/matching/fitness.ts';
import { MarathonWorld } from '../support/world.ts';

const AGENTS = [{}, {}, {}];
const APP = { id: 'web', cmd: 'sleep', cpus: 1, mem: 64, instances: 6 };

function counts(rule: Partial<MatchingRule> | undefined): number[] {
  const given =
    rule === undefined
      ? undefined
      : { fitness: () => 0, hard: [], soft: [], goodEnough: () => false, ...rule };
  const world = new MarathonWorld({ agents: AGENTS, extensions: { rule: given } });
  world.call('POST', '/v2/apps', APP);
  world.settle();
  const hosts = world.marathon.instances.of('/web').map(({ place }) => place?.hostname ?? '');
  return ['agent-1', 'agent-2', 'agent-3'].map((name) => hosts.filter((each) => each === name).length);
}

test('packed on as few agents as hold them, as many as one offer may launch', (t) => {
  t.deepEqual(counts({ fitness: FITNESS['cpu_mem'] ?? (() => 0) }).sort(), [0, 1, 5]);
});

test('spread over all', (t) => {
  t.deepEqual(counts({ fitness: FITNESS['spread'] ?? (() => 0) }), [2, 2, 2]);
});

test('what a rule forbids is not used, and the service says why it waits', (t) => {
  t.deepEqual(
    counts({ hard: [(_task, host) => (host.hostname === 'agent-2' ? undefined : 'no')] }),
    [0, 6, 0],
  );
});

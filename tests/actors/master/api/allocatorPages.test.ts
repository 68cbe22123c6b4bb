/** `/hierarchical-allocator(1)/offer_constraints_debug`, and the bounds of the expressions in constraints. */
import test from 'ava';
import { AllocatorPages } from '../../../../actors/master/api/allocatorPages.ts';
import {
  SchedulerAttributeConstraintSelectorPseudoattributeType as Pseudo,
  SchedulerCallType,
} from '../../../../proto/index.ts';
import { inject } from '../../../support/http.ts';
import { agentInfo, frameworkInfo, TestCluster } from '../support/cluster.ts';

const PATH = '/hierarchical-allocator(1)/offer_constraints_debug';

/** Agents whose host name matches. */
const onHosts = (regex: string) => ({
  role_constraints: {
    '*': {
      groups: [
        {
          attribute_constraints: [
            { selector: { pseudoattribute_type: Pseudo.HOSTNAME }, predicate: { text_matches: { regex } } },
          ],
        },
      ],
    },
  },
});

function clusterOfTwo(flags: Record<string, string> = {}) {
  const cluster = new TestCluster(flags);
  const [one, two] = ['left', 'right'].map((hostname, at) =>
    cluster.register(cluster.agent(5051 + at), { ...agentInfo(), hostname }),
  );
  cluster.masterNode.spawn(new AllocatorPages(cluster.master));
  cluster.run(10);
  const debug = (): unknown => {
    const answer = inject(cluster.masterNode, PATH);
    cluster.run(5);
    return JSON.parse(answer.text);
  };
  return { cluster, one, two, debug };
}

test('it tells which agents constraints leave out', (t) => {
  const { cluster, one, two, debug } = clusterOfTwo();
  t.deepEqual(debug(), { frameworks: {} });
  const constraints = onHosts('l.*');
  const id = cluster.subscribe(cluster.scheduler(), frameworkInfo({ name: 'choosy' }), {
    offer_constraints: constraints,
  });
  cluster.subscribe(cluster.scheduler(6002), frameworkInfo());
  const role = (debug() as { frameworks: Record<string, { roles: Record<string, object> }> }).frameworks;
  t.deepEqual(Object.keys(role), [id]);
  t.like(role[id], { name: 'choosy' });
  t.like(role[id]?.roles['*'], { accepted_agents: [one], excluded_agents: [two] });
  t.regex(JSON.stringify(role[id]), /"HOSTNAME".*"regex":"l\.\*"/);
});

test('it tells of what the caller may see', (t) => {
  const acls = JSON.stringify({ view_roles: [{ principals: { type: 'ANY' }, roles: { type: 'NONE' } }] });
  const { cluster, debug } = clusterOfTwo({ acls });
  const id = cluster.subscribe(cluster.scheduler(), frameworkInfo({ name: 'choosy' }), {
    offer_constraints: onHosts('l.*'),
  });
  t.deepEqual(debug(), { frameworks: { [id]: { name: 'choosy', roles: {} } } });
});

test('--offer_constraints_re2_max_mem bounds expressions, as does their size', (t) => {
  const answer = (flags: Record<string, string>): string | undefined => {
    const cluster = new TestCluster(flags);
    const scheduler = cluster.scheduler();
    cluster.call(scheduler, {
      type: SchedulerCallType.SUBSCRIBE,
      subscribe: { framework_info: frameworkInfo(), offer_constraints: onHosts('a{40}') },
    });
    return scheduler.last('mesos.internal.FrameworkErrorMessage')?.message;
  };
  t.is(answer({}), undefined);
  t.regex(answer({ offer_constraints_re2_max_mem: '1KB' }) ?? '', /too large, expected at most 32 steps/);
  t.regex(answer({ offer_constraints_re2_max_program_size: '20' }) ?? '', /expected at most 20 steps/);
});

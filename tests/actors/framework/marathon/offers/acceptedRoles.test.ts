/** Which reservations a service may use (spec: marathon.md §10, §28). */
import test from 'ava';
import { MarathonWorld } from '../support/world.ts';

const RESERVED = { resources: 'cpus(web):4;mem(web):512;disk(web):100;ports(web):[31000-31100]' };
const PLAIN = { resources: 'cpus:4;mem:512;disk:100;ports:[31000-31100]' };
const APP = { id: 'app', cmd: 'sleep', cpus: 1, mem: 64, instances: 1, role: 'web' };

for (const [roles, flags, hosts] of [
  [['*'], [], ['agent-2']],
  [['web'], [], ['agent-1']],
  [undefined, ['--accepted_resource_roles_default_behavior=unreserved'], ['agent-2']],
  [undefined, ['--accepted_resource_roles_default_behavior=reserved'], ['agent-1']],
] as const)
  test(`accepted: ${roles?.join() ?? flags.join()}`, (t) => {
    const world = new MarathonWorld({ agents: [RESERVED, PLAIN], flags: ['--mesos_role=web', ...flags] });
    const accepted = roles === undefined ? {} : { acceptedResourceRoles: roles };
    t.is(world.call('POST', '/v2/apps', { ...APP, ...accepted }).status, 201);
    world.settle();
    t.deepEqual(
      world.marathon.instances.of('/app').map(({ place }) => place?.hostname),
      [...hosts],
    );
  });

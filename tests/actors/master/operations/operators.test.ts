/** Operations of operators: `/reserve` and its like, and the v1 calls (v1-operator-api.md §2.4, §5.1). */
import test from 'ava';
import { MasterCallType, OfferOperationType, type Resource, TaskState } from '../../../../proto/index.ts';
import { parseResources, Resources } from '../../../../proto/resources/index.ts';
import { basicAuthenticator } from '../../../../runtime/index.ts';
import { agentInfo, taskInfo } from '../support/cluster.ts';
import { request } from '../support/httpScheduler.ts';
import { operate } from '../support/operator.ts';
import { developer, reserve, reserved, Scene, volume } from './scene.ts';

const Type = MasterCallType;
const noPrincipal = (text: string, role = 'ops') => reserved(text, role, '');
const plainVolume = (id: string, megabytes: number): Resource => ({
  ...(noPrincipal(`disk:${megabytes}`)[0] ?? { name: 'disk', type: 0 }),
  disk: { persistence: { id }, volume: { container_path: 'd', mode: 1 } },
});

function form(
  scene: Scene,
  path: string,
  fields: Record<string, unknown>,
  headers: Record<string, string> = {},
) {
  const body = new URLSearchParams();
  for (const [key, value] of Object.entries(fields))
    body.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  return request(scene.cluster, {
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: body.toString(),
  });
}

/** Resources in JSON, as an operator writes them. */
const json = (resources: Resource[]) =>
  resources.map(({ reservations, ...rest }) => ({
    ...rest,
    type: 'SCALAR',
    reservations: reservations?.map((each) => ({ ...each, type: 'DYNAMIC' })),
    ...(rest.disk === undefined
      ? {}
      : { disk: { ...rest.disk, volume: { container_path: 'd', mode: 'RW' } } }),
  }));

test('the older endpoints reserve, make and destroy volumes, and unreserve', (t) => {
  const scene = new Scene();
  const before = scene.total;
  const slaveId = scene.agentId;
  t.is(form(scene, '/reserve', { slaveId, resources: json(noPrincipal('cpus:1;disk:100')) }).status, 202);
  const data = plainVolume('v1', 100);
  const made = form(scene, '/create-volumes', { slaveId, volumes: json([data]) });
  t.is(made.status, 202, made.text);
  t.is(made.text, '');
  t.true(scene.total.contains(Resources.of([...noPrincipal('cpus:1'), data])));
  t.is(form(scene, '/destroy-volumes', { slaveId, volumes: json([data]) }).status, 202);
  t.is(form(scene, '/unreserve', { slaveId, resources: json(noPrincipal('cpus:1;disk:100')) }).status, 202);
  t.true(scene.total.equals(before));
  t.deepEqual(
    scene.applied.map(({ operation_info, framework_id }) => [operation_info.type, framework_id]),
    [
      [OfferOperationType.RESERVE, undefined],
      [OfferOperationType.CREATE, undefined],
      [OfferOperationType.DESTROY, undefined],
      [OfferOperationType.UNRESERVE, undefined],
    ],
  );
  scene.checkBooks();
});

test('the v1 calls do the same, and resize', (t) => {
  const scene = new Scene();
  const agent_id = { value: scene.agentId };
  const call = (given: Parameters<typeof operate>[1]) => operate(scene.cluster, given).status;
  const resources = noPrincipal('disk:200');
  t.is(call({ type: Type.RESERVE_RESOURCES, reserve_resources: { agent_id, resources } }), 202);
  t.is(
    call({ type: Type.CREATE_VOLUMES, create_volumes: { agent_id, volumes: [plainVolume('v1', 100)] } }),
    202,
  );
  const [addition = resources[0]] = noPrincipal('disk:50');
  if (addition === undefined) throw new Error();
  const grow_volume = { agent_id, volume: plainVolume('v1', 100), addition };
  t.is(call({ type: Type.GROW_VOLUME, grow_volume }), 202);
  t.true(scene.total.contains(Resources.of([plainVolume('v1', 150), ...noPrincipal('disk:50')])));
  const shrink_volume = { agent_id, volume: plainVolume('v1', 150), subtract: { value: 100 } };
  t.is(call({ type: Type.SHRINK_VOLUME, shrink_volume }), 202);
  t.is(
    call({ type: Type.DESTROY_VOLUMES, destroy_volumes: { agent_id, volumes: [plainVolume('v1', 50)] } }),
    202,
  );
  t.is(call({ type: Type.UNRESERVE_RESOURCES, unreserve_resources: { agent_id, resources } }), 202);
  t.true(scene.total.unreserved().equals(scene.total));
  scene.checkBooks();
});

test('just as many offers are taken back as are needed', (t) => {
  const scene = new Scene();
  scene.accept([
    reserve(reserved('cpus:1')),
    { type: 1, launch: { task_infos: [taskInfo('t', scene.agentId, 'cpus:1;mem:64')] } },
  ]);
  scene.next();
  scene.cluster.update(scene.agent, scene.scheduler.id, 't', scene.agentId, TaskState.TASK_FINISHED);
  scene.next();
  t.is(scene.parts.offers.count, 2);
  const agent_id = { value: scene.agentId };
  // The smaller offer, of what the task gave back, would do; the larger one is looked at first.
  const asked = (text: string) =>
    operate(scene.cluster, {
      type: Type.RESERVE_RESOURCES,
      reserve_resources: { agent_id, resources: noPrincipal(text) },
    });
  t.is(asked('ports:[31000-31001]').status, 202);
  t.is(scene.parts.offers.count, 1);
  t.is(asked('disk:1').status, 202);
  t.is(scene.parts.offers.count, 1, 'there was enough that nobody was offered');
  scene.checkBooks();
  const much = asked('cpus:99999');
  t.is(much.status, 409);
  t.regex(much.text, /^cpus:.* does not contain cpus:99999$/);
  scene.checkBooks();
});

test('what tasks use cannot be had', (t) => {
  const scene = new Scene();
  scene.accept([{ type: 1, launch: { task_infos: [taskInfo('t', scene.agentId, 'cpus:4;mem:64')] } }]);
  const answer = form(scene, '/reserve', { slaveId: scene.agentId, resources: json(noPrincipal('cpus:1')) });
  t.is(answer.status, 409);
  scene.checkBooks();
});

test('a reservation can be made anew from another one', (t) => {
  const scene = new Scene();
  const agent_id = { value: scene.agentId };
  const call = (source: Resource[], resources: Resource[]) =>
    operate(scene.cluster, {
      type: Type.RESERVE_RESOURCES,
      reserve_resources: { agent_id, source, resources },
    });
  const [from, to] = [noPrincipal('cpus:1'), noPrincipal('cpus:1', 'dev')];
  t.is(call([], from).status, 202);
  t.is(call(from, noPrincipal('cpus:2', 'dev')).status, 400);
  t.is(call([...from, ...noPrincipal('mem:1', 'x')], to).status, 400);
  t.is(call(from, to).status, 202);
  t.true(scene.total.contains(Resources.of(to)));
  t.false(scene.total.contains(Resources.of(from)));
  scene.checkBooks();
});

const bad: readonly [
  what: string,
  path: string,
  fields: Record<string, unknown>,
  status: number,
  text: RegExp,
][] = [
  ['no agent', '/reserve', {}, 400, /^Missing 'slaveId' query parameter in the request body$/],
  ['no resources', '/reserve', { slaveId: 'x' }, 400, /^Missing 'resources' query parameter/],
  ['no volumes', '/create-volumes', { slaveId: 'x' }, 400, /^Missing 'volumes' query parameter/],
  [
    'an unknown agent',
    '/unreserve',
    { slaveId: 'x', resources: [] },
    400,
    /No agent found with specified ID/,
  ],
  ['no JSON', '/reserve', { slaveId: 'x', resources: '[' }, 400, /Error in parsing 'resources'/],
  ['no array', '/reserve', { slaveId: 'x', resources: '{}' }, 400, /expected an array/],
  ['no resource', '/reserve', { slaveId: 'x', resources: '[{}]' }, 400, /Error in parsing 'resources'/],
  ['nothing', '/reserve', { resources: [] }, 400, /No resources/],
  [
    'an allocated one',
    '/reserve',
    { resources: json([{ ...reserved('cpus:1')[0], allocation_info: { role: 'dev' } } as Resource]) },
    400,
    /allocated/,
  ],
  ['an unknown volume', '/destroy-volumes', { volumes: json([plainVolume('v', 1)]) }, 400, /not known/],
];

for (const [what, path, fields, status, text] of bad) {
  test(`${path} with ${what}`, (t) => {
    const scene = new Scene();
    const whole = Object.keys(fields).length > 0 ? { slaveId: scene.agentId, ...fields } : fields;
    const answer = form(scene, path, whole);
    t.is(answer.status, status);
    t.regex(answer.text, text);
    t.deepEqual(scene.applied, []);
  });
}

test('GET is not for these', (t) => {
  const scene = new Scene();
  for (const path of ['/reserve', '/unreserve', '/create-volumes', '/destroy-volumes']) {
    const answer = request(scene.cluster, { method: 'GET', path });
    t.is(answer.status, 405);
    t.is(answer.headers['Allow'], 'POST');
  }
});

test('with authentication reservations are the operator’s own, and rules say who may', (t) => {
  const acls = JSON.stringify({
    reserve_resources: [
      { principals: { values: ['op'] }, roles: { values: ['ops'] } },
      { principals: { type: 'ANY' }, roles: { type: 'NONE' } },
    ],
  });
  const scene = new Scene({ flags: { acls }, framework: developer({ name: 'x' }) });
  const realm = 'mesos-master-readwrite';
  scene.cluster.masterNode.setAuthenticator(
    realm,
    basicAuthenticator(realm, [{ principal: 'op', secret: 's' }]),
  );
  const authorization = `Basic ${Buffer.from('op:s').toString('base64')}`;
  const slaveId = scene.agentId;
  const ask = (resources: Resource[]) =>
    form(scene, '/reserve', { slaveId, resources: json(resources) }, { authorization });
  t.is(form(scene, '/reserve', { slaveId, resources: '[]' }).status, 401);
  t.is(ask(reserved('cpus:1', 'ops', 'p')).status, 400);
  t.is(ask(reserved('cpus:1', 'ops', '')).status, 400);
  t.is(ask(reserved('cpus:1', 'dev', 'op')).status, 403);
  t.is(ask(reserved('cpus:1', 'ops', 'op')).status, 202);
  // The framework has no rule that lets it.
  t.true(scene.total.contains(Resources.of(reserved('cpus:1', 'ops', 'op'))));
});

test('a framework that may not is told so', (t) => {
  const acls = JSON.stringify({ create_volumes: [{ principals: { type: 'NONE' }, roles: { type: 'ANY' } }] });
  const scene = new Scene({ flags: { acls } });
  scene.accept([
    reserve(reserved('disk:10')),
    { type: 4, id: { value: 'c' }, create: { volumes: [volume('v', 10)] } },
  ]);
  t.regex(scene.feedback[0]?.message ?? '', /may not CREATE_VOLUME for 'dev'/);
  t.true(scene.total.contains(Resources.of([...parseResources('cpus:4'), ...reserved('disk:10')])));
});

test('an agent keeps nothing for a role for which nobody may', (t) => {
  const acls = JSON.stringify({
    reserve_resources: [{ principals: { type: 'ANY' }, roles: { values: ['dev'] } }],
    permissive: true,
  });
  const { cluster } = new Scene({ flags: { acls } });
  t.truthy(cluster.register(cluster.agent(5052), agentInfo('cpus(dev):1;mem:64', 'h2')));
  const closed = JSON.stringify({
    reserve_resources: [{ principals: { type: 'NONE' }, roles: { values: ['dev'] } }],
  });
  const { cluster: other } = new Scene({ flags: { acls: closed } });
  t.throws(() => other.register(other.agent(5052), agentInfo('cpus(dev):1;mem:64', 'h2')));
});

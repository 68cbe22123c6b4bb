/** The six points at which plugins are asked (spec: marathon.md §30), as modules that are loaded as a user's are. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { loadPlugins } from '../../../../../actors/framework/marathon/plugins/load.ts';
import type { Plugins } from '../../../../../actors/framework/marathon/plugins/plugins.ts';
import { scratch } from '../../../../support/processes.ts';
import type { AppShape } from '../support/shapes.ts';
import { MarathonWorld } from '../support/world.ts';

interface Entry {
  readonly plugin: string;
  readonly source: string;
  readonly enabled?: boolean;
  readonly configuration?: object;
}

/** Writes the modules and their configuration, and loads them. */
function pluginsOf(t: ExecutionContext, entries: Readonly<Record<string, Entry>>): Promise<Plugins> {
  const folder = scratch(t);
  const plugins = Object.entries(entries).map(([id, { source, ...entry }]) => {
    writeFileSync(path.join(folder, `${id}.mjs`), source);
    return [id, { ...entry, implementation: `${id}.mjs`, tags: ['test'], info: { version: 1 } }];
  });
  const conf = path.join(folder, 'conf.json');
  writeFileSync(conf, JSON.stringify({ plugins: Object.fromEntries(plugins) }));
  return loadPlugins(folder, conf);
}

const worldOf = async (
  t: ExecutionContext,
  entries: Readonly<Record<string, Entry>>,
): Promise<MarathonWorld> => new MarathonWorld({ extensions: { plugins: await pluginsOf(t, entries) } });

const APP = { id: 'web', cmd: 'sleep', cpus: 0.1, mem: 64 };
const as = (user: string): Record<string, string> => ({ 'x-user': user });

const WHO = {
  plugin: 'mesosphere.marathon.plugin.auth.Authenticator',
  source: `export default {
    authenticate: ({ headers }) => headers['x-user'] && { name: headers['x-user'] },
    handleNotAuthenticated: () => ({ status: 401, headers: { 'WWW-Authenticate': 'House' }, body: { message: 'who are you?' } }),
  };`,
};
/** Ann may everything, others what is below their name; the view of groups is nobody's but ann's. */
const MAY = {
  plugin: 'mesosphere.marathon.plugin.auth.Authorizer',
  source: `export default (conf) => ({
    isAuthorized: (identity, action, resource) =>
      identity.name === conf.root || (resource.kind === 'RunSpec' && resource.id.startsWith('/' + identity.name + '/')),
  });`,
  configuration: { root: 'ann' },
};

test('authenticator: who is nobody is answered by the plugin; /ping answers all', async (t) => {
  const world = await worldOf(t, { who: WHO });
  const refused = world.call('GET', '/v2/apps');
  t.is(refused.status, 401);
  t.is(refused.headers['WWW-Authenticate'], 'House');
  t.is(refused.body.message, 'who are you?');
  t.is(world.call('GET', '/v2/events').status, 401);
  t.is(world.call('GET', '/ping').status, 200);
  t.is(world.call('GET', '/v2/apps', undefined, as('bob')).status, 200);
});

test('authorizer: each call by what it does, lists without what may not be seen', async (t) => {
  const world = await worldOf(t, { who: WHO, may: MAY });
  const [ann, bob] = [as('ann'), as('bob')];
  t.is(world.call('POST', '/v2/apps', { ...APP, id: '/bob/a' }, bob).status, 201);
  t.is(world.call('POST', '/v2/apps', { ...APP, id: '/eve/a' }, bob).status, 403);
  t.is(world.call('POST', '/v2/apps', { ...APP, id: '/eve/a' }, ann).status, 201);
  world.settle();
  const ids = (headers: Record<string, string>): string[] =>
    world.call<{ apps: AppShape[] }>('GET', '/v2/apps', undefined, headers).body.apps.map(({ id }) => id);
  t.deepEqual(ids(bob), ['/bob/a']);
  t.deepEqual(ids(ann), ['/bob/a', '/eve/a']);
  const tasks = world.call<{ tasks: { id: string; appId: string }[] }>('GET', '/v2/tasks', undefined, ann)
    .body.tasks;
  t.deepEqual(
    world
      .call<{ tasks: { appId: string }[] }>('GET', '/v2/tasks', undefined, bob)
      .body.tasks.map(({ appId }) => appId),
    ['/bob/a'],
  );
  const eves = tasks.find(({ appId }) => appId === '/eve/a')?.id ?? '';
  const refused: readonly (readonly [method: string, path: string, body?: unknown])[] = [
    ['GET', '/v2/apps/eve/a'],
    ['GET', '/v2/apps/eve/a/versions'],
    ['PUT', '/v2/apps/eve/a', { instances: 2 }],
    [
      'PUT',
      '/v2/apps',
      [
        { id: '/bob/a', instances: 2 },
        { id: '/eve/a', instances: 2 },
      ],
    ],
    ['POST', '/v2/apps/eve/a/restart'],
    ['DELETE', '/v2/apps/eve/a'],
    ['DELETE', '/v2/apps/eve/a/tasks'],
    ['DELETE', '/v2/apps/eve/*/tasks'],
    ['DELETE', `/v2/apps/eve/a/tasks/${eves}`],
    ['POST', '/v2/tasks/delete', { ids: [eves] }],
    ['POST', '/v2/tasks/snooze?seconds=5', { ids: [eves] }],
    ['PUT', '/v2/groups', { id: '/', apps: [] }],
    ['DELETE', '/v2/groups/eve'],
    ['DELETE', '/v2/queue/eve/a/delay'],
    ['POST', '/v2/pods', { id: '/eve/p' }],
    ['GET', '/v2/events'],
    ['GET', '/v2/info'],
    ['GET', '/v2/leader'],
    ['DELETE', '/v2/leader'],
    ['GET', '/v2/plugins'],
    ['GET', '/metrics'],
    ['GET', '/config'],
    ['POST', '/logging', { level: 'debug' }],
  ];
  for (const [method, where, body] of refused) {
    const answer = world.call(method, where, body, bob);
    t.is(answer.status, 403, `${method} ${where}`);
    t.is(answer.body.message, 'Not Authorized to perform this action!');
  }
  t.is(world.call('PUT', '/v2/apps/bob/a', { instances: 2 }, bob).status, 200);
  const shown = world.call<{ groups: { id: string }[] }>('GET', '/v2/groups', undefined, bob).body.groups;
  t.deepEqual(
    shown.map(({ id }) => id),
    ['/bob'],
  );
  t.is(world.call('GET', '/metrics', undefined, ann).status, 200);
});

test('authorizer: services are guarded however they are written', async (t) => {
  /** Ann may all; others may groups, but services below their name only, and nobody's removal. */
  const may = {
    plugin: 'Authorizer',
    source: `export default { isAuthorized: ({ name }, action, { kind, id }) =>
      name === 'ann' || kind === 'Group' || (action !== 'Delete' && String(id).startsWith('/' + name + '/')) };`,
  };
  const world = await worldOf(t, { who: WHO, may });
  const [ann, bob] = [as('ann'), as('bob')];
  for (const id of ['/bob/a', '/eve/a'])
    t.is(world.call('POST', '/v2/apps', { ...APP, id }, ann).status, 201);
  world.settle();
  const body = { ...APP, id: '/eve/a', instances: 9 };
  const refused: readonly (readonly [method: string, path: string, body: unknown])[] = [
    ['PUT', '/v2/apps', [{ ...body, apps: [] }]],
    ['PATCH', '/v2/apps', [{ ...body, groups: [] }]],
    ['POST', '/v2/apps', { ...APP, id: '/eve/b', apps: [] }],
    ['POST', '/v2/pods', { id: '/eve/p', containers: [], groups: [] }],
    ['PUT', '/v2/groups/eve', { id: '/bob', apps: [{ ...body, id: 'a' }] }],
    ['PUT', '/v2/groups/eve', { apps: [{ ...body, id: 'a', apps: [] }] }],
    ['PUT', '/v2/groups/eve', { scaleBy: 2 }],
    ['PUT', '/v2/groups/eve', { scaleBy: 2, apps: [] }],
    ['PUT', '/v2/groups/eve', { version: '2020-01-01T00:00:00.000Z' }],
    ['PUT', '/v2/groups/bob', { apps: [] }],
    ['PUT', '/v2/groups', { groups: [{ id: '/bob', apps: [{ ...APP, id: 'a' }] }] }],
  ];
  for (const [method, path, sent] of refused)
    t.is(world.call(method, path, sent, bob).status, 403, `${method} ${path} ${JSON.stringify(sent)}`);
  t.is(world.call('PUT', '/v2/groups/bob', { scaleBy: 2 }, bob).status, 200);
  world.settle();
  t.is(world.call('PUT', '/v2/groups/bob', { apps: [{ ...APP, id: 'a' }] }, bob).status, 200);
});

test('changes are told, and taken back, as far as one may see and do', async (t) => {
  const world = await worldOf(t, { who: WHO, may: MAY });
  const [ann, bob] = [as('ann'), as('bob')];
  interface Changes {
    readonly changes: readonly { version: string; by: string; services: readonly { id: string }[] }[];
  }
  const changes = (headers: Record<string, string>) =>
    world.call<Changes>('GET', '/v2/changes', undefined, headers).body.changes;
  const apps = [
    { ...APP, id: '/bob/a' },
    { ...APP, id: '/eve/a' },
  ];
  t.is(world.call('PUT', '/v2/apps', apps, ann).status, 200);
  world.settle();
  t.is(world.call('DELETE', '/v2/apps/eve/a', undefined, ann).status, 200);
  world.settle();
  t.deepEqual(
    changes(bob).map(({ by, services }) => [by, services.map(({ id }) => id)]),
    [['ann', ['/bob/a']]],
    "what is eve's is not told",
  );
  const [removed] = changes(ann);
  t.is(world.call('POST', `/v2/changes/${removed?.version}/undo`, undefined, bob).status, 403);
  t.is(world.call('POST', `/v2/changes/${removed?.version}/undo`, undefined, ann).status, 200);
});

test('validator, task processor, scheduler plugin and page', async (t) => {
  const world = await worldOf(t, {
    rule: {
      plugin: 'RunSpecValidator',
      source: `export default { validate: ({ labels }) => (labels.owner ? [] : [{ path: '/labels', error: 'needs an owner' }]) };`,
    },
    env: {
      plugin: 'RunSpecTaskProcessor',
      source: `export default { taskInfo: (spec, task) => {
        if (spec.labels.breaks) throw new Error('no');
        return { ...task, task_id: { value: 'stolen' }, labels: { labels: [{ key: 'added', value: spec.id }] } };
      } };`,
    },
    veto: {
      plugin: 'SchedulerPlugin',
      source: `export default { isMatch: (offer, spec) => !spec.labels.never };`,
    },
    page: {
      plugin: 'HttpRequestHandler',
      source: `export default { serve: ({ rest, query }) => ({ body: { rest, query } }) };`,
    },
    off: { plugin: 'Nonsense', source: 'export default 1;', enabled: false },
  });
  const refused = world.call<{ details: unknown[] }>('POST', '/v2/apps', APP);
  t.is(refused.status, 422);
  t.deepEqual(refused.body.details, [{ path: '/labels', errors: ['needs an owner'] }]);
  for (const [id, labels] of [
    ['good', {}],
    ['never', { never: 'x' }],
    ['breaks', { breaks: 'x' }],
  ] as const)
    t.is(world.call('POST', '/v2/apps', { ...APP, id, labels: { owner: 'ann', ...labels } }).status, 201, id);
  world.run(30_000);
  t.is(world.running('/good').length, 1);
  t.regex(world.running('/good')[0] ?? '', /^good\.instance-/, 'ids stay what was written down');
  const agents = [...(world.master?.parts.agents.all() ?? [])];
  const launched = agents
    .flatMap(({ tasks }) => [...tasks.values()].flatMap((each) => [...each.values()]))
    .find(({ id }) => id.startsWith('good.'));
  t.deepEqual(launched?.description.labels, { labels: [{ key: 'added', value: '/good' }] });
  t.is(world.running('/never').length, 0);
  t.is(world.running('/breaks').length, 0);
  t.is(world.marathon.instances.of('/breaks').length, 0, 'what could not be launched is given up');
  t.true(world.marathon.queue.leftMs('/breaks') > 0, 'and tried again after a delay that grows');
  const page = world.call<{ rest: string; query: object }>('GET', '/v2/plugins/page/a/b?c=d');
  t.deepEqual(page.body, { rest: 'a/b', query: { c: 'd' } });
  t.is(world.call('GET', '/v2/plugins/veto/').status, 404);
  const all = world.call<{ plugins: { id: string; tags: string[] }[] }>('GET', '/v2/plugins').body.plugins;
  t.deepEqual(
    all.map(({ id }) => id),
    ['rule', 'env', 'veto', 'page'],
  );
  t.deepEqual(all[0]?.tags, ['test']);
});

test('a plugin that throws answers no: nobody is let in by a mistake', async (t) => {
  const source = `const fail = () => { throw new Error('oops'); }; export default { authenticate: fail, isAuthorized: fail, validate: fail };`;
  const authenticator = await worldOf(t, { a: { plugin: 'Authenticator', source } });
  t.is(authenticator.call('GET', '/v2/apps').status, 500);
  const authorizer = await worldOf(t, { a: { plugin: 'Authorizer', source } });
  t.is(authorizer.call('GET', '/v2/apps/x').status, 500);
  const validator = await worldOf(t, { a: { plugin: 'RunSpecValidator', source } });
  t.is(validator.call('POST', '/v2/apps', APP).status, 422);
});

test('an answer that is only promised is none: nobody is let in, nothing is launched, and its failure ends nothing', async (t) => {
  const source = `const later = async () => { throw new Error('later'); }; export default { authenticate: later, isAuthorized: later,
    validate: later, taskInfo: later, isMatch: later, serve: later };`;
  const at = (plugin: string) => worldOf(t, { a: { plugin, source } });
  t.is((await at('Authenticator')).call('GET', '/v2/apps').status, 500);
  t.is((await at('Authorizer')).call('GET', '/v2/apps/x').status, 500);
  const refused = (await at('RunSpecValidator')).call<{ details: unknown }>('POST', '/v2/apps', APP);
  t.is(refused.status, 422);
  t.deepEqual(refused.body.details, [
    { path: '/', errors: ['plugin a: expected an answer at once, got a promise'] },
  ]);
  t.is((await at('HttpRequestHandler')).call('GET', '/v2/plugins/a/x').status, 500);
  for (const plugin of ['RunSpecTaskProcessor', 'SchedulerPlugin']) {
    const world = await at(plugin);
    t.is(world.call('POST', '/v2/apps', APP).status, 201);
    world.run(20_000);
    t.is(world.running('/web').length, 0, plugin);
  }
});

test('nonsense of a plugin costs what it was asked about, and no other service or request', async (t) => {
  const world = await worldOf(t, {
    tasks: {
      plugin: 'RunSpecTaskProcessor',
      source: `export default { taskInfo: (spec, task) => spec.id === '/odd' ? { ...task, name: 5 } : spec.id === '/none' ? 'x'
        : Object.assign(task, { resources: [], labels: { labels: [{ key: 'k' }], more: 1 } }) };`,
    },
    matches: {
      plugin: 'SchedulerPlugin',
      source: `export default { isMatch: (offer, spec) => {
        if (spec.id === '/greedy') { spec.cpus = 0; offer.resources.length = 0; }
        return true;
      } };`,
    },
    rule: {
      plugin: 'RunSpecValidator',
      source: `export default { validate: ({ id, labels }) => id === '/told' ? [labels.say === 'number' ? 5 : { error: 'not so' }] : [] };`,
    },
    page: {
      plugin: 'HttpRequestHandler',
      source: `export default { serve: ({ rest }) => {
        const loop = {}; loop.loop = loop;
        return { status: { status: 1000 }, header: { headers: { 'X-A': 'a\\nb' } }, name: { headers: { 'a b': 'c' } }, body: { body: 5 },
          loop: { body: loop }, text: 'x', good: { status: 202, body: 'good', type: 'text/plain', headers: { 'X-A': 'b' } } }[rest];
      } };`.replaceAll('\\\\', '\\'),
    },
  });
  for (const id of ['odd', 'none', 'greedy', 'good'])
    t.is(world.call('POST', '/v2/apps', { ...APP, id }).status, 201, id);
  world.run(20_000);
  t.deepEqual(
    ['/odd', '/none', '/greedy', '/good'].map((id) => world.running(id).length),
    [0, 0, 0, 1],
  );
  t.is(
    world.marathon.definitions.root.app('/greedy')?.cpus,
    APP.cpus,
    'definitions are not its own to change',
  );
  const said = (labels: object) =>
    world.call<{ details: unknown }>('POST', '/v2/apps', { ...APP, id: 'told', labels });
  t.deepEqual(said({ say: 'number' }).body.details, [
    { path: '/', errors: ['plugin rule: expected a list of {path, error}'] },
  ]);
  t.deepEqual(said({}).body.details, [{ path: '/', errors: ['not so'] }]);
  for (const page of ['status', 'header', 'name', 'body', 'loop', 'text'])
    t.is(world.call('GET', `/v2/plugins/page/${page}`).status, 500, page);
  const good = world.call('GET', '/v2/plugins/page/good');
  t.like(good, { status: 202, text: 'good' });
});

test('what cannot be loaded is told, and ends the program with 102', async (t) => {
  const folder = scratch(t);
  const conf = path.join(folder, 'conf.json');
  const dir = path.join(folder, 'plugins');
  mkdirSync(dir);
  writeFileSync(path.join(folder, 'outside.mjs'), 'export default { validate: () => [] };');
  symlinkSync(path.join(folder, 'outside.mjs'), path.join(dir, 'link.mjs'));
  writeFileSync(path.join(dir, 'empty.mjs'), 'export default {};');
  const entry = { plugin: 'x.RunSpecValidator', implementation: 'empty.mjs' };
  const cases: readonly (readonly [text: string, message: RegExp])[] = [
    ['{', /^--plugin_conf: .*conf\.json: /],
    ['{}', /expected \{"plugins":/],
    [JSON.stringify({ plugins: { a: 1 } }), /a: expected an object/],
    [
      JSON.stringify({ plugins: { a: { ...entry, plugin: 'x.Other' } } }),
      /a\.plugin: expected one of Authenticator/,
    ],
    [JSON.stringify({ plugins: { a: entry } }), /empty\.mjs has no function 'validate'/],
    [JSON.stringify({ plugins: { a: { ...entry, implementation: 'none.mjs' } } }), /a: none\.mjs: ENOENT/],
    [
      JSON.stringify({ plugins: { a: { ...entry, implementation: '../outside.mjs' } } }),
      /not below --plugin_dir/,
    ],
    [JSON.stringify({ plugins: { a: { ...entry, implementation: 'link.mjs' } } }), /not below --plugin_dir/],
    [JSON.stringify({ plugins: { '../a': entry } }), /expected letters, digits/],
  ];
  for (const [text, message] of cases) {
    writeFileSync(conf, text);
    const error = await t.throwsAsync(loadPlugins(dir, conf), { message });
    t.is((error as { exitCode?: number } | undefined)?.exitCode, 102);
  }
  await t.throwsAsync(loadPlugins(dir, undefined), { message: /expected both/ });
  t.deepEqual((await loadPlugins(undefined, undefined)).all, []);
});

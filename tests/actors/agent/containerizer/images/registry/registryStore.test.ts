/** Images of registries over HTTP: pulled once, kept, verified, refused. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  RegistryStore,
  type RegistryStoreOptions,
} from '../../../../../../actors/agent/containerizer/images/registry/registryStore.ts';
import { scratch } from '../../../../../support/processes.ts';
import { clock } from '../../helpers.ts';
import { digestOf, imageOf, indexOf, layerOf, SmallRegistry } from './smallRegistry.ts';

function open(t: ExecutionContext, registry: SmallRegistry, more: Partial<RegistryStoreOptions> = {}) {
  const dir = scratch(t);
  const store = () =>
    new RegistryStore({ dir, url: registry.url, config: undefined, clock, stallMs: 20_000, ...more });
  return { dir, store, layers: () => fs.readdirSync(join(dir, 'layers')) };
}

const read = (folder: string | undefined, name: string) => fs.readFileSync(join(folder ?? '', name), 'utf8');

test('an image is pulled once for all who ask, and not again after a restart; layers are shared', async (t) => {
  const registry = await SmallRegistry.open(t);
  const base = layerOf(t, { 'etc/base': 'base' });
  const one = imageOf([base, layerOf(t, { one: 'one' })], { Env: ['A=b'] });
  const two = imageOf([base, layerOf(t, { two: 'two' })]);
  registry.add('team/one', 'latest', one);
  registry.add('team/two', 'v2', two);
  const { dir, store, layers } = open(t, registry);
  const first = store();
  const [pulled, again, other] = await Promise.all([
    first.get('team/one', true),
    first.get('team/one:latest', true),
    first.get('team/two:v2', true),
  ]);
  t.is(again, pulled);
  t.deepEqual(pulled.config, { Env: ['A=b'] });
  t.is(read(pulled.layers[0], 'etc/base'), 'base');
  t.is(read(pulled.layers[1], 'one'), 'one');
  t.is(pulled.layers[0], other.layers[0]);
  t.is(registry.count(digestOf(base)), 1);
  t.is(layers().length, 3);
  t.deepEqual(fs.readdirSync(join(dir, 'staging')), []);

  const asked = registry.asked.length;
  const second = store();
  t.deepEqual(await second.get('team/one', true), { layers: pulled.layers, config: pulled.config });
  t.is(registry.asked.length, asked);
  const newer = imageOf([base, layerOf(t, { one: 'newer' })]);
  registry.add('team/one', 'latest', newer);
  t.is(read((await second.get('team/one', false)).layers[1], 'one'), 'newer');
  t.is(read((await second.get('team/one', true)).layers[1], 'one'), 'newer');
  const old = await second.get(`team/one@${digestOf(one.manifest)}`, true);
  t.is(read(old.layers[1], 'one'), 'one');
  t.is(registry.count(digestOf(base)), 1);
});

test('of a list of manifests that for this machine is taken; a registry may be named, and hand on to another place', async (t) => {
  const [registry, elsewhere] = [await SmallRegistry.open(t), await SmallRegistry.open(t)];
  const image = imageOf([layerOf(t, { mine: 'mine' })]);
  registry.add('any', 'hidden', image);
  registry.manifests.set('any:latest', indexOf(image.manifest, Buffer.from('{}')));
  registry.manifests.set('any:none', indexOf(Buffer.from('{}'), Buffer.from('{}')).subarray());
  elsewhere.add('any', 'hidden', image);
  registry.intercept = ({ url = '' }, answer) => {
    if (!url.includes('/blobs/')) return false;
    answer.writeHead(307, { location: elsewhere.url + url }).end();
    return true;
  };
  const config = { auths: { [registry.host]: { username: 'me', password: 'secret' } } };
  const { store } = open(t, elsewhere, { config });
  t.is(read((await store().get(`${registry.host}/any`, true)).layers[0], 'mine'), 'mine');
  t.true(elsewhere.asked.every((path) => path.includes('/blobs/')));
  t.deepEqual([...new Set(elsewhere.shown)], [undefined]);
});

test('what a layer deletes of those below is deleted whatever else has that layer', async (t) => {
  if (process.getuid?.() !== 0) {
    t.pass('devices that say so are made by root alone');
    return;
  }
  const registry = await SmallRegistry.open(t);
  const hides = layerOf(t, { 'data/.wh..wh..opq': '', 'data/above': 'above' });
  registry.add('a', 'latest', imageOf([layerOf(t, { 'data/one': '1' }), hides]));
  registry.add('b', 'latest', imageOf([layerOf(t, { 'data/two': '2' }), hides]));
  const { store } = open(t, registry);
  const images = store();
  for (const [name, gone] of [
    ['a', 'one'],
    ['b', 'two'],
  ] as const) {
    const { layers } = await images.get(name, true);
    t.deepEqual(fs.readdirSync(join(layers[1] ?? '', 'data')).sort(), ['above', gone].sort());
    t.true(fs.statSync(join(layers[1] ?? '', 'data', gone)).isCharacterDevice());
  }
});

test('a registry that asks who one is: by name and password, or by the word of another', async (t) => {
  const registry = await SmallRegistry.open(t);
  registry.add('private', 'latest', imageOf([layerOf(t, { file: 'private' })]));
  const basic = `Basic ${Buffer.from('me:pass:word').toString('base64')}`;
  const tokens = await SmallRegistry.open(t);
  tokens.intercept = ({ url = '', headers }, answer) => {
    const said = new URL(url, tokens.url).searchParams;
    const isKnown = headers.authorization === basic && said.get('scope') === 'repository:private:pull';
    if (isKnown && said.get('service') === 'here') answer.end(JSON.stringify({ token: 'word' }));
    else answer.writeHead(403).end(JSON.stringify({ errors: [{ message: 'who are you' }] }));
    return true;
  };
  const asks = (challenge: string, wants: string) => {
    registry.intercept = ({ headers }, answer) => {
      if (headers.authorization === wants) return false;
      answer.writeHead(401, { 'www-authenticate': challenge }).end();
      return true;
    };
  };
  const auth = Buffer.from('me:pass:word').toString('base64');
  const config = { auths: { [`https://${registry.host}/v2/`]: { auth } } };
  const bearer = `Bearer realm="${tokens.url}/token",service="here",scope="repository:private:pull"`;
  for (const [challenge, wants] of [
    ['Basic realm="r"', basic],
    [bearer, 'Bearer word'],
  ] as const) {
    asks(challenge, wants);
    const { store } = open(t, registry, { config });
    t.is(read((await store().get('private', true)).layers[0], 'file'), 'private');
    // Brought along by the image itself.
    const secretly = open(t, registry).store();
    t.is(read((await secretly.get('private', true, config)).layers[0], 'file'), 'private');
    const unknown = open(t, registry).store();
    const { message = '' } = (await t.throwsAsync(unknown.get('private', true))) ?? {};
    t.regex(
      message,
      /^image 'private:latest' cannot be pulled: .*(wants a name and a password|answered 403: who are you)/,
    );
    t.notRegex(message, /pass:word/);
  }
});

test('what is not what it says, too much, cut off or silent is refused in a line, and nothing of it is kept', async (t) => {
  const registry = await SmallRegistry.open(t);
  const image = imageOf([layerOf(t, { file: 'content of a layer' })]);
  const [layer = ''] = image.layers;
  registry.add('image', 'latest', image);
  const bytes = image.blobs.get(layer) ?? Buffer.alloc(0);
  const changed = Buffer.from(bytes);
  changed[20] = (changed[20] ?? 0) ^ 1;
  const manifest = (change: object) =>
    Buffer.from(JSON.stringify({ ...JSON.parse(image.manifest.toString()), ...change }));
  type Row = [what: string, message: RegExp, arrange: () => void];
  const blob = (answer: (response: import('node:http').ServerResponse) => void) => () => {
    registry.intercept = ({ url = '' }, response) => {
      if (!url.endsWith(layer)) return false;
      answer(response);
      return true;
    };
  };
  const served = (content: Buffer) => () => void registry.manifests.set('image:latest', content);
  const rows: Row[] = [
    ['other content', /has another content than it says$/, blob((response) => response.end(changed))],
    [
      'more',
      /has more than the \d+ bytes that were announced$/,
      blob((response) => response.end(Buffer.alloc(1e6))),
    ],
    ['less', /has another content than it says$/, blob((response) => response.end(bytes.subarray(0, 50)))],
    [
      'cut off',
      /broke|aborted|socket/,
      blob((response) => {
        response.writeHead(200, { 'content-length': bytes.length });
        response.write(bytes.subarray(0, 50), () => response.destroy());
      }),
    ],
    ['silence', /nothing came for 0\.3 s$/, blob((response) => void response.writeHead(200).write('x'))],
    ['refusal', /answered 500$/, blob((response) => response.writeHead(500).end('oops'))],
    [
      'an endless way',
      /more than 10 redirects$/,
      blob((response) => response.writeHead(302, { location: '' }).end()),
    ],
    ['no JSON', /the manifest is no JSON$/, served(Buffer.from('{'))],
    ['schema 1', /not of schema version 2$/, served(manifest({ schemaVersion: 1 }))],
    ['no layers', /names no layers$/, served(manifest({ layers: undefined }))],
    ['too many layers', /more than 100 layers$/, served(manifest({ layers: Array(101).fill({}) }))],
    ['a weak digest', /no digest of sha256$/, served(manifest({ config: { digest: 'md5:1', size: 1 } }))],
    [
      'a layer elsewhere',
      /no registry holds$/,
      served(manifest({ layers: [{ mediaType: 'x.foreign.y', digest: layer, size: 1 }] })),
    ],
    ['no such image', /: there is no such thing$/, () => registry.manifests.clear()],
  ];
  for (const [what, message, arrange] of rows) {
    registry.intercept = () => false;
    registry.add('image', 'latest', image);
    arrange();
    const { dir, store, layers } = open(t, registry, what === 'silence' ? { stallMs: 300 } : {});
    const error = await t.throwsAsync(store().get('image', true), { message }, what);
    t.regex(error?.message ?? '', /^image 'image:latest' cannot be pulled: [^\n]+$/, what);
    t.deepEqual(
      [...layers(), ...fs.readdirSync(join(dir, 'staging')), ...fs.readdirSync(join(dir, 'images'))],
      [],
      what,
    );
    registry.intercept = () => false;
    registry.add('image', 'latest', image);
    t.is(read((await store().get('image', true)).layers[0], 'file'), 'content of a layer', what);
  }
});

test('names of images', async (t) => {
  const registry = await SmallRegistry.open(t);
  const { store } = open(t, registry);
  const images = store();
  for (const name of [
    '',
    'UPPER',
    '../up',
    'a:b:c',
    'a@sha256:short',
    'a b',
    'host:99999999/x/',
    '-x',
    'a//b',
    `x${'y'.repeat(300)}`,
  ])
    await t.throwsAsync(images.get(name, true), { message: `'${name}' is no name of an image` }, name);
  t.deepEqual(registry.asked, []);
});

test('images that nobody uses go, with those of their layers that no other has', async (t) => {
  const registry = await SmallRegistry.open(t);
  const base = layerOf(t, { base: 'base' });
  for (const name of ['one', 'two', 'three'])
    registry.add(name, 'latest', imageOf([base, layerOf(t, { name })]));
  const { dir, store, layers } = open(t, registry);
  const images = store();
  const used = await images.get('one', true);
  for (const name of ['two', 'three']) await images.get(name, true);
  t.is(layers().length, 4);
  await images.prune(new Set(['two', 'what is none']), new Set(used.layers));
  t.is(layers().length, 3);
  t.is(fs.readdirSync(join(dir, 'images')).length, 2);
  await images.prune(new Set(), new Set());
  t.deepEqual(
    [...layers(), ...fs.readdirSync(join(dir, 'images')), ...fs.readdirSync(join(dir, 'staging'))],
    [],
  );
  t.is(read((await images.get('one', true)).layers[0], 'base'), 'base');
});

/** Images of a real registry (Debian: docker-registry) that speaks TLS by a certificate of nobody's list and wants to know who asks. */
import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import * as fs from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { trustedAuthorities } from '../../../../../../actors/agent/containerizer/images/registry/authorities.ts';
import { RegistryStore } from '../../../../../../actors/agent/containerizer/images/registry/registryStore.ts';
import { type Authority, authority, type Issued } from '../../../../../support/certificates.ts';
import { hasRegistry, REGISTRY_USER, startRegistry } from '../../../../../support/dockerRegistry.ts';
import { scratch } from '../../../../../support/processes.ts';
import { clock } from '../../helpers.ts';
import { DOCKER_TYPE, imageOf, layerOf, type MadeImage } from './smallRegistry.ts';

/** Pushes as `docker push` does. */
async function push(url: string, repository: string, { manifest, blobs }: MadeImage): Promise<void> {
  for (const [digest, bytes] of blobs) {
    const upload = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
    const place = new URL(upload.headers.get('location') ?? '', url);
    place.searchParams.set('digest', digest);
    await fetch(place, { method: 'PUT', body: new Uint8Array(bytes) });
  }
  const headers = { 'content-type': DOCKER_TYPE };
  const body = new Uint8Array(manifest);
  await fetch(`${url}/v2/${repository}/manifests/latest`, { method: 'PUT', headers, body });
}

/** Of a registry that is no more: `team/app`, which holds a file. @returns the folder of its images */
async function filledFolder(t: ExecutionContext): Promise<string> {
  const images = scratch(t);
  const open = await startRegistry({ images });
  await push(`http://${open.address}`, 'team/app', imageOf([layerOf(t, { file: 'of the image' })]));
  await open.stop();
  return images;
}

function storeOf(t: ExecutionContext, address: string, trust: string | undefined, config?: unknown) {
  const url = `https://${address}`;
  const authorities = () => trustedAuthorities({ NODE_EXTRA_CA_CERTS: trust });
  return new RegistryStore({ dir: scratch(t), url, config, clock, stallMs: 60_000, authorities });
}

async function fileOf(store: RegistryStore): Promise<string> {
  const { layers } = await store.get('team/app', true);
  return fs.readFileSync(join(layers[0] ?? '', 'file'), 'utf8');
}

/** Hands out tokens to `REGISTRY_USER`, in the form that the registry checks (JWT with its certificate). */
async function tokenServer(t: ExecutionContext, tls: Issued): Promise<string> {
  const key = createPrivateKey(tls.key);
  const x5c = [new X509Certificate(tls.cert).raw.toString('base64')];
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const known = `Basic ${Buffer.from(`${REGISTRY_USER.name}:${REGISTRY_USER.password}`).toString('base64')}`;
  const server = createServer({ cert: tls.cert, key: tls.key }, ({ url = '', headers }, answer) => {
    const { searchParams } = new URL(url, 'https://here');
    const [type, name, actions] = searchParams.get('scope')?.split(':') ?? [];
    if (headers.authorization !== known) {
      answer.writeHead(401).end(JSON.stringify({ errors: [{ message: 'nobody knows you' }] }));
      return;
    }
    const now = Math.floor(clock.now() / 1000);
    const claims = {
      ...{ iss: 'issuer', aud: searchParams.get('service'), sub: 'agent', jti: 'one' },
      ...{ nbf: now - 600, iat: now - 600, exp: now + 3600 },
      access: [{ type, name, actions: actions?.split(',') }],
    };
    const text = `${encoded({ typ: 'JWT', alg: 'ES256', x5c })}.${encoded(claims)}`;
    const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
    answer.end(JSON.stringify({ token: `${text}.${signature.toString('base64url')}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
}

async function privateRegistry(t: ExecutionContext, ca: Authority, kind: 'basic' | 'token') {
  const images = await filledFolder(t);
  const tls = { ...ca.issue('registry'), ca: ca.ca };
  const realm = kind === 'token' ? await tokenServer(t, ca.issue('tokens')) : '';
  const token = { realm, service: 'registry', issuer: 'issuer', rootcertbundle: ca.caFile };
  const registry = await startRegistry({
    ...{ images, tls },
    ...(kind === 'basic' ? { isPrivate: true } : { token }),
  });
  t.teardown(() => registry.stop());
  return registry;
}

test('the machine’s authorities are believed, and those of files that the environment names', (t) => {
  const ca = authority(t);
  t.notThrows(() => trustedAuthorities({}));
  t.notThrows(() => trustedAuthorities({ SSL_CERT_FILE: ca.caFile, NODE_EXTRA_CA_CERTS: ca.caFile }));
  t.throws(() => trustedAuthorities({ SSL_CERT_FILE: '/no/such/file' }), { message: /\/no\/such\/file/ });
});

for (const kind of ['basic', 'token'] as const) {
  test(`with docker-registry: an image comes over TLS, by ${kind}, to who is known and believes its certificate`, async (t) => {
    if (!hasRegistry) {
      t.pass('there is no docker-registry here');
      return;
    }
    const ca = authority(t);
    const { address, config } = await privateRegistry(t, ca, kind);
    t.is(await fileOf(storeOf(t, address, ca.caFile, config)), 'of the image');
    await t.throwsAsync(fileOf(storeOf(t, address, undefined, config)), {
      message: /^image 'team\/app:latest' cannot be pulled: .*(certificate|self.signed)/,
    });
    const unknown = kind === 'basic' ? /--docker_config has none/ : /nobody knows you/;
    await t.throwsAsync(fileOf(storeOf(t, address, ca.caFile)), { message: unknown });
  });
}

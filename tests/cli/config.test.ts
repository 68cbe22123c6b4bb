import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { masterUrl, readConfig } from '../../cli/config.ts';
import type { GlobalValues } from '../../cli/globals.ts';
import { Problem } from '../../cli/problem.ts';
import type { Environment } from '../../cli/terminal.ts';
import { scratch } from '../support/processes.ts';

const nothing: GlobalValues = {
  master: undefined,
  credential: undefined,
  ca: undefined,
  config: undefined,
  json: false,
  color: undefined,
  help: false,
};

function hostOf(given: GlobalValues, env: Environment): string | undefined {
  const { master } = readConfig(given, env);
  return master.kind === 'address' ? master.url.host : undefined;
}

test('the command line goes before the environment, that before the config file, that before the default', (t) => {
  const config = path.join(scratch(t), 'config.json');
  writeFileSync(config, '{"master":"file:1"}');
  const env = { MESOSTATE_CONFIG: config };
  const of = (given: Partial<GlobalValues>, more: Record<string, string> = {}) =>
    hostOf({ ...nothing, ...given }, { ...env, ...more });
  t.is(of({ master: 'line:3' }, { MESOSTATE_MASTER: 'env:2' }), 'line:3');
  t.is(of({}, { MESOSTATE_MASTER: 'env:2' }), 'env:2');
  t.is(of({}), 'file:1');
  t.is(hostOf(nothing, { HOME: '/nonexistent' }), '127.0.0.1:5050');
});

test('a master is named by host and port, or by an address', (t) => {
  t.is(masterUrl('10.0.0.1:5051').href, 'http://10.0.0.1:5051/');
  t.is(masterUrl('master.example').port, '5050');
  t.is(masterUrl('https://master.example:443').protocol, 'https:');
  t.is(masterUrl('[::1]:5050').host, '[::1]:5050');
  t.throws(() => masterUrl('a:1,b:2'), { instanceOf: Problem });
});

test('a master may be found by etcd: members, and who we are to them', (t) => {
  const folder = scratch(t);
  const config = path.join(folder, 'config.json');
  const written = (members: object): void => writeFileSync(config, JSON.stringify(members));
  const place = (env: Record<string, string> = {}) => readConfig({ ...nothing, config }, env).master;
  written({ master: 'etcd://10.0.0.1,10.0.0.2:2380/mesostate', etcd_credential: 'u:p', ca: config });
  t.like(place(), {
    kind: 'etcd',
    protocol: 'https:',
    location: { prefix: '/mesostate/', tls: false, members: [{ port: 2379 }, { port: 2380 }] },
    security: { etcd_credential: 'u:p' },
  });
  t.like(place({ MESOS_ETCD_CREDENTIAL: 'v:q' }), { security: { etcd_credential: 'v:q' } });
  t.like(place({ MESOSTATE_MASTER: 'etcds://e/x' }), { location: { tls: true } });
  t.throws(() => place({ MESOSTATE_MASTER: 'etcd://e' }), { instanceOf: Problem, message: /no path/ });
  written({ master: 'etcd://e/x', etcd_credential: 'hunter2' });
  const { message } = t.throws(() => place(), { instanceOf: Problem });
  t.regex(message, /--etcd_credential: expected USER:PASSWORD/);
  t.false(message.includes('hunter2'));
});

test('a broken config or credential file is named, and nothing of a secret repeated', (t) => {
  const folder = scratch(t);
  const file = (name: string, text: string): string => {
    writeFileSync(path.join(folder, name), text);
    return path.join(folder, name);
  };
  const message = (given: Partial<GlobalValues>): string =>
    t.throws(() => readConfig({ ...nothing, ...given }, {}), { instanceOf: Problem }).message;
  t.regex(message({ config: file('a', '{') }), /a: not JSON/);
  t.regex(
    message({ config: file('b', '{"mastr":"x"}') }),
    /unknown member 'mastr', expected master, credential, ca, etcd_ca_file/,
  );
  t.regex(message({ config: file('c', '{"master":1}') }), /master: expected a text/);
  t.regex(message({ config: path.join(folder, 'none') }), /cannot be read: ENOENT/);
  const secret = message({ credential: file('d', 'hunter2 correct horse') });
  t.regex(secret, /expected one line `principal secret`/);
  t.false(secret.includes('hunter2'));
});

test('credentials are read in both forms', (t) => {
  const folder = scratch(t);
  writeFileSync(path.join(folder, 'line'), 'me s3cret\n');
  writeFileSync(path.join(folder, 'json'), '{"principal":"me","secret":"s3cret"}');
  for (const name of ['line', 'json']) {
    const { credential } = readConfig({ ...nothing, credential: path.join(folder, name) }, { HOME: folder });
    t.deepEqual(credential, { principal: 'me', secret: 's3cret' });
  }
});

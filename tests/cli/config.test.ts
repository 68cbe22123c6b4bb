import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { masterUrl, readConfig } from '../../cli/config.ts';
import type { GlobalValues } from '../../cli/globals.ts';
import { Problem } from '../../cli/problem.ts';
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

test('the command line goes before the environment, that before the config file, that before the default', (t) => {
  const config = path.join(scratch(t), 'config.json');
  writeFileSync(config, '{"master":"file:1"}');
  const env = { MESOSTATE_CONFIG: config };
  const of = (given: Partial<GlobalValues>, more: Record<string, string> = {}): string =>
    readConfig({ ...nothing, ...given }, { ...env, ...more }).master.host;
  t.is(of({ master: 'line:3' }, { MESOSTATE_MASTER: 'env:2' }), 'line:3');
  t.is(of({}, { MESOSTATE_MASTER: 'env:2' }), 'env:2');
  t.is(of({}), 'file:1');
  t.is(readConfig(nothing, { HOME: '/nonexistent' }).master.host, '127.0.0.1:5050');
});

test('a master is named by host and port, or by an address', (t) => {
  t.is(masterUrl('10.0.0.1:5051').href, 'http://10.0.0.1:5051/');
  t.is(masterUrl('master.example').port, '5050');
  t.is(masterUrl('https://master.example:443').protocol, 'https:');
  t.is(masterUrl('[::1]:5050').host, '[::1]:5050');
  t.throws(() => masterUrl('a:1,b:2'), { instanceOf: Problem });
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
    /unknown member 'mastr', expected master, credential, ca/,
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

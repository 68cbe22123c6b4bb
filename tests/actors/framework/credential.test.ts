/** Who a framework is, by flags (marathon.md §30). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'ava';
import { authenticationOf, principalOf } from '../../../actors/framework/credential.ts';
import { frameworkFlags, frameworkRules } from '../../../actors/framework/flags.ts';
import { defineFlags, parseFlags } from '../../../runtime/flags/index.ts';

const table = defineFlags(frameworkFlags, frameworkRules);

function parsed(...argv: string[]) {
  return parseFlags(table, ['--framework=marathon', '--master=127.0.0.1:5050', ...argv], {});
}

function valuesOf(...argv: string[]) {
  const result = parsed(...argv);
  if (result.outcome !== 'values') throw new Error(JSON.stringify(result));
  return result.values;
}

test('without a credential nothing is proved; a principal is a name', (t) => {
  t.is(authenticationOf(valuesOf()), undefined);
  t.is(principalOf(valuesOf()), undefined);
  t.is(principalOf(valuesOf('--principal=ann')), 'ann');
  t.is(principalOf(valuesOf('--mesos_authentication_principal=bob')), 'bob');
});

test('--credential is who the framework is, as a document or a line', (t) => {
  for (const credential of ['{"principal": "ann", "secret": "s t"}', 'ann secret']) {
    const values = valuesOf(`--credential=${credential}`, '--authentication_timeout_min=1secs');
    t.is(principalOf(values), 'ann');
    t.like(authenticationOf(values), { credential: { principal: 'ann' }, authentication_timeout_min: 1000 });
  }
});

test('Marathon’s own flags: the secret in a file, its line end left out', (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'mesostate-credential-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'secret');
  writeFileSync(file, 'of marathon\n');
  const mine = ['--mesos_authentication', '--mesos_authentication_principal=marathon'];
  const expected = { credential: { principal: 'marathon', secret: 'of marathon' } };
  t.like(authenticationOf(valuesOf(...mine, `--mesos_authentication_secret_file=${file}`)), expected);
  t.like(authenticationOf(valuesOf(...mine, '--mesos_authentication_secret=of marathon')), expected);
  const missing = valuesOf(...mine, `--mesos_authentication_secret_file=${folder}/none`);
  t.throws(() => authenticationOf(missing), { message: /^--mesos_authentication_secret_file: ENOENT/ });
  t.is(authenticationOf(valuesOf('--mesos_authentication_principal=marathon')), undefined);
});

test('what does not fit is said before anything starts', (t) => {
  const wrong: [argv: string[], text: RegExp][] = [
    [['--mesos_authentication'], /needs --mesos_authentication_principal/],
    [
      ['--principal=bob', '--credential=ann secret'],
      /--principal: expected the one to authenticate as, 'ann'/,
    ],
    [['--authentication_timeout_min=2mins'], /expected at most --authentication_timeout_max/],
    [['--credential={"principal": "ann"}'], /--credential: expected an absolute path of a credential/],
  ];
  for (const [argv, text] of wrong) t.regex(JSON.stringify(parsed(...argv)), text);
  t.notRegex(JSON.stringify(parsed('--credential={"principal": 5, "secret": "hidden"}')), /hidden/);
});

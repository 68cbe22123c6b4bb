/** Masters and agents at an etcd that speaks TLS only, wants certificates, and asks who comes. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { authority } from '../support/certificates.ts';
import { bootEtcd, hasEtcd } from '../support/etcd.ts';
import { boot, freePort, scratch } from '../support/processes.ts';

if (hasEtcd) {
  test('etcd: over TLS with certificates, and by user and password', async (t) => {
    const folder = scratch(t);
    const ca = authority(t);
    const server = ca.issue('root');
    const etcd = await bootEtcd(t, 1, { caFile: ca.caFile, ...server });
    etcd.ctl('user', 'add', 'root:a password with: a colon');
    etcd.ctl('user', 'grant-role', 'root', 'root');
    etcd.ctl('auth', 'enable');
    const password = path.join(folder, 'password');
    writeFileSync(password, 'root:a password with: a colon\n');
    const own = ca.issue('somebody');
    const tls = [
      `--etcd_ca_file=${ca.caFile}`,
      `--etcd_cert_file=${own.certFile}`,
      `--etcd_key_file=${own.keyFile}`,
    ];
    const flags = ['--role=master', `--etcd=${etcd.url}`, '--etcd_session_timeout=2mins', ...tls];
    const refused = boot(t, [...flags, `--port=${await freePort()}`]);
    await refused.says(/etcd did not do what the election needs.*reason=/);
    t.is(await refused.end(), 0);
    const port = await freePort();
    const master = boot(t, [...flags, `--port=${port}`, `--etcd_credential=file://${password}`]);
    await master.says(/leading id=/);
    const agent = boot(t, [
      ...['--role=agent', `--master=${etcd.masterUrl}`, `--work_dir=${folder}/agent`, '--port=0', ...tls],
      ...[`--etcd_credential=file://${password}`, `--runtime_dir=${folder}/run`, '--resources=cpus:1;mem:64'],
    ]);
    await agent.says(/Registered with the master/);
    const flagsShown = await (await fetch(`http://127.0.0.1:${port}/flags`)).text();
    t.false(flagsShown.includes('a password'), 'no secret is shown');
    t.false((master.output() + agent.output()).includes('a password'));
  });
} else {
  test('etcd is not installed here: flags about TLS are checked all the same', async (t) => {
    const master = boot(t, ['--role=master', '--port=0', '--etcd=https://h:1/m', '--etcd_cert_file=x']);
    t.is(await master.exited, 64);
    t.regex(master.output(), /--etcd_cert_file and --etcd_key_file: expected both or none/);
  });
}

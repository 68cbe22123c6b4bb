/** Flags about security, libprocess' variables that set them, and what of them is never shown. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import * as flag from '../../../runtime/flags/index.ts';
import { libprocessVariables, withLibprocessVariables } from '../../../runtime/roles/libprocess.ts';
import { securityFlags, securityOf } from '../../../runtime/roles/security.ts';
import { authority } from '../../support/certificates.ts';
import { boot, scratch } from '../../support/processes.ts';

const table = flag.defineFlags(securityFlags);

function read(argv: readonly string[], env: Record<string, string> = {}) {
  const parsed = flag.parseFlags(table, argv, withLibprocessVariables(env));
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  return parsed.values;
}

test('libprocess variables set the flags where TLS is enabled by them; flags win', (t) => {
  const { caFile, ca, issue } = authority(t);
  const node = issue('node');
  const env = {
    LIBPROCESS_SSL_CERT_FILE: node.certFile,
    LIBPROCESS_SSL_KEY_FILE: node.keyFile,
    LIBPROCESS_SSL_CA_FILE: caFile,
    LIBPROCESS_SSL_REQUIRE_CERT: 'true',
    LIBPROCESS_SSL_VERIFY_CERT: 'false',
  };
  t.deepEqual(securityOf(read([], env)), {});
  const enabled = { ...env, LIBPROCESS_SSL_ENABLED: '1' };
  const tls = {
    ...{ cert: node.cert, key: node.key, ca, requireClientCert: true, verifyServerCert: false },
    ...{ verifyIpAddress: true, verifyDepth: 4, ecdhCurve: 'auto', allowPlain: false },
    versions: ['TLSv1.2', 'TLSv1.3'] as ['TLSv1.2', 'TLSv1.3'],
  };
  t.deepEqual(securityOf(read([], enabled)), { tls });
  t.deepEqual(securityOf(read(['--no-ssl_require_client_cert'], enabled)), {
    tls: { ...tls, requireClientCert: false },
  });
});

test("every one of libprocess' variables about TLS has its flag, and goes on to what a node starts as it came", (t) => {
  const { caFile, issue } = authority(t);
  const node = issue('node');
  const env = {
    LIBPROCESS_SSL_ENABLED: 'true',
    LIBPROCESS_SSL_CERT_FILE: node.certFile,
    LIBPROCESS_SSL_KEY_FILE: node.keyFile,
    LIBPROCESS_SSL_CA_DIR: path.dirname(caFile),
    LIBPROCESS_SSL_SUPPORT_DOWNGRADE: 'true',
    LIBPROCESS_SSL_VERIFY_DEPTH: '2',
    LIBPROCESS_SSL_VERIFY_IPADD: 'false',
    LIBPROCESS_SSL_CIPHERS: 'ECDHE-ECDSA-AES128-GCM-SHA256',
    LIBPROCESS_SSL_ECDH_CURVE: 'P-256',
    LIBPROCESS_SSL_ENABLE_TLS_V1_1: 'true',
    LIBPROCESS_SSL_ENABLE_TLS_V1_3: 'false',
  };
  const values = read([], env);
  t.like(securityOf(values).tls, {
    ...{ allowPlain: true, verifyDepth: 2, verifyIpAddress: false, ecdhCurve: 'P-256' },
    ...{ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', versions: ['TLSv1.1', 'TLSv1.2'] },
  });
  t.regex(securityOf(values).tls?.ca ?? '', /BEGIN CERTIFICATE/);
  t.like(libprocessVariables(values), env);
  t.deepEqual(securityOf(read([], libprocessVariables(values))), securityOf(values));
  t.deepEqual(libprocessVariables(read([])), {});
});

test('what does not fit together is one line that names the flag', (t) => {
  const { certFile, keyFile } = authority(t).issue('node');
  const cases: [string[], RegExp][] = [
    [[`--ssl_cert_file=${certFile}`], /^--ssl_cert_file: needs --ssl_key_file/],
    [[`--ssl_key_file=${keyFile}`], /^--ssl_key_file: needs --ssl_cert_file/],
    [['--ssl_require_client_cert'], /^--ssl_require_client_cert: needs --ssl_cert_file/],
    [
      [`--ssl_cert_file=${certFile}`, `--ssl_key_file=${keyFile}`, '--ssl_require_client_cert'],
      /needs --ssl_ca_file/,
    ],
    [
      [`--ssl_cert_file=${certFile}`, `--ssl_key_file=${keyFile}`, '--ssl_enable_tls_v1_0'],
      /^--ssl_enable_tls_v1_1: expected the enabled versions/,
    ],
    [['--ssl_support_downgrade'], /^--ssl_support_downgrade: needs --ssl_cert_file/],
    [
      [`--ssl_cert_file=${certFile}`, `--ssl_key_file=${keyFile}`, `--ssl_ca_dir=${certFile}`],
      /^--ssl_ca_dir: expected a readable folder/,
    ],
    [
      [`--ssl_cert_file=${certFile}.not`, `--ssl_key_file=${keyFile}`],
      /^--ssl_cert_file: expected a readable file/,
    ],
  ];
  for (const [argv, message] of cases) t.throws(() => securityOf(read(argv)), { message });
});

test('the rate of snapshots: two a second, another by the variable, none when it is empty', (t) => {
  t.deepEqual(read([]).metrics_snapshot_rate_limit, { permits: 2, intervalMs: 1000 });
  const variable = 'LIBPROCESS_METRICS_SNAPSHOT_ENDPOINT_RATE_LIMIT';
  t.deepEqual(read([], { [variable]: '5/2secs' }).metrics_snapshot_rate_limit, {
    permits: 5,
    intervalMs: 2000,
  });
  t.is(read([], { [variable]: '' }).metrics_snapshot_rate_limit, undefined);
});

test('senders are held to their addresses by the flag or libprocess variable', (t) => {
  const variable = 'LIBPROCESS_REQUIRE_PEER_ADDRESS_IP_MATCH';
  const held = { requirePeerAddressIpMatch: true };
  t.deepEqual(securityOf(read(['--require_peer_address_ip_match'])), held);
  t.deepEqual(securityOf(read([], { [variable]: 'true' })), held);
  t.deepEqual(securityOf(read([], { [variable]: 'false' })), {});
});

test('firewall rules are read from their document, and a wrong one is told', (t) => {
  const rules = '{"disabled_endpoints": {"paths": ["/master/state"]}}';
  t.deepEqual(securityOf(read([`--firewall_rules=${rules}`])), { disabledEndpoints: ['/master/state'] });
  for (const wrong of ['{}', '{"disabled_endpoints": {"paths": ["state"]}}', '[]', 'null', '{'])
    t.is(flag.parseFlags(table, [`--firewall_rules=${wrong}`], {}).outcome, 'errors', wrong);
});

test('the cluster secret comes from a file and is shown nowhere', async (t) => {
  const folder = scratch(t);
  const file = path.join(folder, 'secret');
  writeFileSync(file, 'correct horse battery staple\n');
  const values = read([`--cluster_secret=file://${file}`]);
  t.is(securityOf(values).clusterSecret, 'correct horse battery staple');
  t.is(flag.toStrings(table, values)['cluster_secret'], '<redacted>');

  const short = boot(t, ['--role=master', '--registry=in_memory', '--port=0', '--cluster_secret=swordfish']);
  t.is(await short.exited, 64);
  t.regex(short.output(), /--cluster_secret: expected a secret of at least 16 characters/);
  t.notRegex(short.output(), /swordfish/);

  const master = boot(t, [
    '--role=master',
    '--registry=in_memory',
    '--port=0',
    '--logging_level=TRACE',
    `--cluster_secret=file://${file}`,
  ]);
  // Loopback only, as no address was asked for.
  const [, host, port] = await master.says(/master listens on ([\d.]+):(\d+)/);
  t.is(host, '127.0.0.1');
  const flags = await (await fetch(`http://127.0.0.1:${port}/flags`)).text();
  await master.end();
  t.notRegex(flags + master.output(), /battery/);
});

test('no role listens beyond this machine unless it is told to', async (t) => {
  const folder = scratch(t);
  const agent = boot(t, [
    '--role=agent',
    '--master=127.0.0.1:1',
    '--port=0',
    `--work_dir=${folder}`,
    '--no-switch_user',
  ]);
  const [, host] = await agent.says(/agent listens on ([^:]+):\d+/);
  t.is(host, '127.0.0.1');
});

test('a role that listens on every address tells others one that can be called', async (t) => {
  const said = async (...flags: string[]) => {
    const master = boot(t, ['--role=master', '--registry=in_memory', '--port=0', '--ip=0.0.0.0', ...flags]);
    const [, line] = await master.says(/(master listens on \S+|--ip=0\.0\.0\.0: which address .*)/);
    await master.end();
    return line ?? '';
  };
  t.regex(await said('--advertise_ip=127.0.0.1'), /listens on 127\.0\.0\.1:/);
  // A machine whose name has no address is told what to do.
  t.regex(await said(), /listens on (?!0\.0\.0\.0)[\d.]+:|give --advertise_ip/);
});

test("where a role listens may be said by libprocess' variables, as far as upstream lets them", (t) => {
  const env = { LIBPROCESS_IP: '127.0.0.9', LIBPROCESS_PORT: '0', LIBPROCESS_ADVERTISE_IP: '10.0.0.9' };
  const of = (role: string) => {
    const { MESOS_IP, MESOS_PORT, MESOS_ADVERTISE_IP } = withLibprocessVariables(env, role);
    return [MESOS_IP, MESOS_PORT, MESOS_ADVERTISE_IP];
  };
  t.deepEqual(of('framework'), ['127.0.0.9', '0', '10.0.0.9']);
  t.deepEqual(of('agent'), ['127.0.0.9', undefined, '10.0.0.9']);
  t.deepEqual(of('executor'), [undefined, undefined, '10.0.0.9']);
  t.is(withLibprocessVariables({ ...env, MESOS_IP: '127.0.0.1' }, 'master')['MESOS_IP'], '127.0.0.1');
});

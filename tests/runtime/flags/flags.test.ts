import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'ava';
import * as flags from '../../../runtime/flags/index.ts';

const table = flags.defineFlags(
  {
    help: flags.boolean({ help: 'Print this text and exit' }),
    version: flags.boolean({ help: 'Print the version and exit' }),
    port: flags.port({ default: 5050, help: 'Port to listen on' }),
    work_dir: flags.path({ required: true, help: 'Where everything durable is kept' }),
    agent_ping_timeout: flags.duration({
      default: '15secs',
      min: '1secs',
      max: '15mins',
      aliases: ['slave_ping_timeout'],
      help: 'Interval of pings to agents',
    }),
    max_agent_ping_timeouts: flags.integer({ default: 5, min: 1, help: 'Missed pings' }),
    allocator_agent_recovery_factor: flags.number({ default: 0.8, min: 0, max: 1, help: 'Share of agents' }),
    agent_removal_rate_limit: flags.rate({ help: 'Rate of marking agents unreachable' }),
    fetcher_cache_size: flags.bytes({ default: '2GB', min: '1MB', help: 'Size of the cache' }),
    ip: flags.ip({ help: 'Address to bind' }),
    ip_discovery_command: flags.string({ help: 'Command that prints the address to bind' }),
    master: flags.hostport({ defaultPort: 5050, help: 'Where the master is' }),
    role_sorter: flags.choice({ values: ['drf', 'random'], default: 'drf', help: 'How roles are sorted' }),
    isolation: flags.list({ default: 'posix/cpu,posix/mem', help: 'Isolators' }),
    hostname_lookup: flags.boolean({ default: true, help: 'Whether to look the host name up' }),
    quiet: flags.boolean({ help: 'Log nothing to stderr', aliases: ['silent'] }),
    credential: flags.string({
      secret: true,
      help: 'Secret of this agent',
      expected: '4 characters or more',
      validate: longEnough,
    }),
    domain: flags.json({ help: 'Fault domain', validate: regionOf }),
    limit: flags.text({
      expected: 'a percentage such as 50%',
      parse: percentage,
      default: '100%',
      help: 'L',
    }),
  },
  [
    ({ ip, ip_discovery_command }) =>
      ip !== undefined && ip_discovery_command !== undefined
        ? '--ip, --ip_discovery_command: expected one of them, got both'
        : undefined,
  ],
);

function longEnough(text: string): void {
  if (text.length < 4) throw new Error(`expected 4 characters or more, got '${text}'`);
}

function regionOf(value: unknown): { region: string } {
  if (typeof value === 'object' && value !== null && 'region' in value && typeof value.region === 'string')
    return { region: value.region };
  throw new Error("expected a text in field 'region'");
}

function percentage(text: string): string {
  if (/^\d+%$/.test(text)) return text;
  throw new Error(`expected a percentage such as 50%, got '${text}'`);
}

function parse(argv: string[], env: flags.Environment = {}) {
  return flags.parseFlags(table, argv, env);
}

function valuesOf(argv: string[], env: flags.Environment = {}) {
  const parsed = parse(['--work_dir=/w', ...argv], env);
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  return parsed;
}

function errorsOf(argv: string[], env: flags.Environment = {}): readonly string[] {
  const parsed = parse(['--work_dir=/w', ...argv], env);
  return parsed.outcome === 'errors' ? parsed.errors : [];
}

test('defaults are values of their own types', (t) => {
  const { values, given, warnings } = valuesOf([]);
  // The annotations are the test: values need no casts.
  const port: number = values.port;
  const sorter: 'drf' | 'random' = values.role_sorter;
  const ip: string | undefined = values.ip;
  t.deepEqual([port, sorter, ip], [5050, 'drf', undefined]);
  t.deepEqual(values.isolation, ['posix/cpu', 'posix/mem']);
  t.is(values.agent_ping_timeout, 15_000);
  t.is(values.fetcher_cache_size, 2 * 1024 ** 3);
  t.true(values.hostname_lookup);
  t.false(values.quiet);
  t.deepEqual([...given], ['work_dir']);
  t.deepEqual(warnings, []);
});

test('values are read from the command line', (t) => {
  const { values } = valuesOf([
    '--port=0',
    '--agent_ping_timeout=2mins',
    '--agent_removal_rate_limit=1/10mins',
    '--ip=::1',
    '--master=[::1]:5052',
    '--role_sorter=random',
    '--isolation=posix/cpu, disk/du,',
    '--allocator_agent_recovery_factor=.5',
    '--domain={"region":"eu=west"}',
  ]);
  t.is(values.port, 0);
  t.is(values.agent_ping_timeout, 120_000);
  t.deepEqual(values.agent_removal_rate_limit, { permits: 1, intervalMs: 600_000 });
  t.is(values.ip, '::1');
  t.deepEqual(values.master, { host: '::1', port: 5052 });
  t.is(values.role_sorter, 'random');
  t.deepEqual(values.isolation, ['posix/cpu', 'disk/du']);
  t.is(values.allocator_agent_recovery_factor, 0.5);
  t.deepEqual(values.domain, { region: 'eu=west' });
});

test('booleans are switched on and off', (t) => {
  t.true(valuesOf(['--quiet']).values.quiet);
  t.true(valuesOf(['--quiet=true']).values.quiet);
  t.false(valuesOf(['--quiet=false']).values.quiet);
  t.false(valuesOf(['--no-hostname_lookup']).values.hostname_lookup);
  t.false(valuesOf([], { MESOS_HOSTNAME_LOOKUP: 'false' }).values.hostname_lookup);
});

test('the environment fills what the command line leaves open', (t) => {
  const env = { MESOS_PORT: '5060', MESOS_IP: '127.0.0.1', MESOS_NATIVE_LIBRARY: 'x', PORT: '1' };
  const { values, given } = valuesOf(['--port=5070'], env);
  t.is(values.port, 5070);
  t.is(values.ip, '127.0.0.1');
  t.deepEqual([...given].sort(), ['ip', 'port', 'work_dir']);
});

test('a wrong value in the environment is named by its variable', (t) => {
  t.deepEqual(errorsOf([], { MESOS_PORT: 'x' }), ["MESOS_PORT: expected a port number 0…65535, got 'x'"]);
});

test('former names work and warn', (t) => {
  const { values, warnings } = valuesOf(['--slave_ping_timeout=3secs'], { MESOS_SILENT: '1' });
  t.is(values.agent_ping_timeout, 3000);
  t.true(values.quiet);
  t.deepEqual(warnings, [
    '--slave_ping_timeout: deprecated name, use --agent_ping_timeout',
    'MESOS_SILENT: deprecated name, use --quiet',
  ]);
});

const refused: ReadonlyArray<readonly [argument: string, line: string]> = [
  ['--port=abc', "--port: expected a port number 0…65535, got 'abc'"],
  ['--port=65536', "--port: expected a port number 0…65535, got '65536'"],
  ['--port=', "--port: expected a port number 0…65535, got ''"],
  ['--port', '--port: expected --port=PORT, got no value'],
  ['--prot=1', '--prot: unknown flag, did you mean --port?'],
  ['--work-dir=/x', '--work-dir: unknown flag, did you mean --work_dir?'],
  ['--no-hostname-lookup', '--no-hostname-lookup: unknown flag, did you mean --no-hostname_lookup?'],
  ['--frobnicate', '--frobnicate: unknown flag'],
  ['--no-port', '--no-port: expected --port=PORT, which is no boolean flag'],
  ['--no-quiet=true', "--no-quiet: expected no value, got 'true'"],
  ['--quiet=yes', "--quiet: expected true or false, got 'yes'"],
  ['--agent_ping_timeout=500ms', "--agent_ping_timeout: expected a duration 1secs…15mins, got '500ms'"],
  [
    '--agent_ping_timeout=15',
    "--agent_ping_timeout: expected a duration such as 10secs (units: ns us ms secs mins hrs days weeks), got '15'",
  ],
  [
    '--max_agent_ping_timeouts=0',
    "--max_agent_ping_timeouts: expected a whole number of at least 1, got '0'",
  ],
  [
    '--max_agent_ping_timeouts=1.5',
    "--max_agent_ping_timeouts: expected a whole number of at least 1, got '1.5'",
  ],
  [
    '--allocator_agent_recovery_factor=2',
    "--allocator_agent_recovery_factor: expected a number 0…1, got '2'",
  ],
  ['--fetcher_cache_size=1KB', "--fetcher_cache_size: expected a number of bytes of at least 1MB, got '1KB'"],
  ['--ip=localhost', "--ip: expected an IPv4 or IPv6 address, got 'localhost'"],
  ['--master=a:b', "--master: expected host:port, got 'a:b'"],
  ['--master=a:0', "--master: expected host:port with a port 1…65535, got 'a:0'"],
  ['--role_sorter=DRF', "--role_sorter: expected one of drf, random, got 'DRF'"],
  ['--domain={"zone":1}', "--domain: expected a text in field 'region'"],
  ['--limit=1', "--limit: expected a percentage such as 50%, got '1'"],
  ['--credential=abc', '--credential: expected 4 characters or more (the value is not shown)'],
  ['-p', "'-p': expected flags of the form --name=value"],
  ['--', '--: unknown flag'],
];

for (const [argument, line] of refused)
  test(`${argument} is refused: ${line}`, (t) => t.deepEqual(errorsOf([argument]), [line]));

test('JSON that is none is refused with the reason', (t) => {
  t.regex(errorsOf(['--domain={'])[0] ?? '', /^--domain: expected a JSON document: .+/);
});

test('a value after a blank is refused with the right spelling', (t) => {
  t.deepEqual(errorsOf(['--port', '5051']), [
    '--port: expected --port=5051 (the value follows an equals sign)',
  ]);
});

test('a secret is not shown, however it is given', (t) => {
  t.deepEqual(errorsOf(['--credential', 'hush-hush']), [
    '--credential: expected --credential=TEXT (the value follows an equals sign)',
  ]);
});

test('a flag given twice is refused, under a former name too', (t) => {
  t.deepEqual(errorsOf(['--port=1', '--port=1']), ['--port: expected once, got twice']);
  t.deepEqual(errorsOf(['--quiet', '--silent']), [
    '--silent: expected once, got twice, the other as --quiet',
  ]);
});

test('every mistake is told at once, a missing flag too', (t) => {
  const parsed = parse(['--port=x', '--ip=y', '--zz=1']);
  t.deepEqual(parsed, {
    outcome: 'errors',
    errors: [
      '--zz: unknown flag',
      "--port: expected a port number 0…65535, got 'x'",
      '--work_dir: required, expected a path',
      "--ip: expected an IPv4 or IPv6 address, got 'y'",
    ],
    warnings: [],
  });
});

test('rules over several flags are asked when each is right', (t) => {
  t.deepEqual(errorsOf(['--ip=::1', '--ip_discovery_command=hostname -I']), [
    '--ip, --ip_discovery_command: expected one of them, got both',
  ]);
});

test('help and version win over everything else', (t) => {
  t.deepEqual(parse(['--help', '--port=x']), { outcome: 'help' });
  t.deepEqual(parse(['--version']), { outcome: 'version' });
  t.is(parse(['--help=false', '--work_dir=/w']).outcome, 'values');
});

test('the role can be looked up before the table is known', (t) => {
  t.is(flags.peekFlag('role', ['--x', '--role=agent'], { MESOS_ROLE: 'master' }), 'agent');
  t.is(flags.peekFlag('role', [], { MESOS_ROLE: 'master' }), 'master');
  t.is(flags.peekFlag('role', ['--roles=a'], {}), undefined);
});

test('values are read from files', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'flags-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = (name: string, content: string) => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };
  const domain = file('domain.json', '{"region":"eu"}\n');
  t.deepEqual(valuesOf([`--domain=file://${domain}`]).values.domain, { region: 'eu' });
  t.deepEqual(valuesOf([`--domain=${domain}`]).values.domain, { region: 'eu' });
  t.is(valuesOf([`--port=file://${file('port', '5055\n')}`]).values.port, 5055);
  t.is(valuesOf([], { MESOS_CREDENTIAL: `file://${file('secret', 'pass\n')}` }).values.credential, 'pass');
  t.is(valuesOf([`--credential=${domain}`]).values.credential, domain);

  const parsed = parse([`--work_dir=file://${folder}`]);
  t.is(parsed.outcome === 'values' && parsed.values.work_dir, folder);
  t.deepEqual(errorsOf([`--port=file://${folder}/none`]), [
    `--port: expected a readable file, got '${folder}/none': ENOENT: no such file or directory`,
  ]);
  t.deepEqual(errorsOf([`--domain=${folder}`]), [
    `--domain: expected a readable file, got '${folder}': not a plain file`,
  ]);
  t.deepEqual(errorsOf([`--domain=file://${file('huge', 'x'.repeat(4 * 1024 * 1024 + 1))}`]), [
    `--domain: expected a readable file, got '${folder}/huge': larger than 4194304 bytes`,
  ]);
});

test('values print as Mesos prints them, sorted, secrets veiled', (t) => {
  const { values } = valuesOf(['--credential=hush-hush', '--domain={"region": "eu"}', '--master=h']);
  const texts = flags.toStrings(table, values);
  t.deepEqual(texts, {
    agent_ping_timeout: '15secs',
    allocator_agent_recovery_factor: '0.8',
    credential: '<redacted>',
    domain: '{"region":"eu"}',
    fetcher_cache_size: '2GB',
    help: 'false',
    hostname_lookup: 'true',
    isolation: 'posix/cpu,posix/mem',
    limit: '100%',
    master: 'h:5050',
    max_agent_ping_timeouts: '5',
    port: '5050',
    quiet: 'false',
    role_sorter: 'drf',
    version: 'false',
    work_dir: '/w',
  });
  t.deepEqual(Object.keys(texts), Object.keys(texts).sort());
});

test('mistakes in a table are told when it is made', (t) => {
  const help = 'h';
  t.throws(() => flags.defineFlags({ 'work-dir': flags.path({ help }) }), {
    message: "flag table: 'work-dir' is not a flag name",
  });
  t.throws(() => flags.defineFlags({ a: flags.path({ help }), b: flags.path({ help, aliases: ['a'] }) }), {
    message: "flag table: 'a' is defined twice",
  });
  t.throws(() => flags.defineFlags({ a: flags.port({ help, default: 'x' }) }), {
    message: "flag table: default of 'a': expected a port number 0…65535, got 'x'",
  });
});

test('a flag of Mesos that means nothing here is passed over with a warning, or refused with what to do instead', (t) => {
  const own = flags.defineFlags({ port: flags.port({ default: 5050, help: 'Port' }) }, [], {
    zk: { instead: 'masters meet in etcd', harmless: false },
    quorum: { instead: 'etcd has one', harmless: true },
  });
  const warned = flags.parseFlags(own, ['--quorum=2'], {});
  t.is(warned.outcome, 'values');
  t.like(warned, { warnings: ['--quorum: has no effect here: etcd has one'] });
  const refused = flags.parseFlags(own, ['--port=1'], { MESOS_ZK: 'zk://a/b', MESOS_QUORUM: '1' });
  t.like(refused, {
    outcome: 'errors',
    errors: ['MESOS_ZK: a flag of Apache Mesos that is not known here: masters meet in etcd'],
    warnings: ['MESOS_QUORUM: has no effect here: etcd has one'],
  });
  t.throws(() => flags.defineFlags(own.flags, [], { port: { instead: '', harmless: true } }), {
    message: /'port' is defined, and foreign/,
  });
});

/** Networks of containers by real CNI plugins: a bridge, an address each. */
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type ContainerInfo, ContainerInfoType } from '../../../../../../proto/generated/types/v1.ts';
import { ownPort } from '../../../../../support/ports.ts';
import { until } from '../../../../../support/until.ts';
import { IsolatedBench } from '../../support.ts';
import { canUnshare, imageFlags, imageOf } from '../images.ts';
import { bridgedNetworks, canMapPorts, canNetwork } from './networks.ts';

const MESOS = { type: ContainerInfoType.MESOS };

const on = (name: string, more: Partial<ContainerInfo> = {}) => ({
  container: { ...MESOS, network_infos: [{ name }], ...more },
});

/** Serves its word at port 80 of all addresses, and at port 81 of its loopback. */
const SERVER = `exec "${process.execPath}" -e '
  const server = (port, host) => require("http").createServer((_, answer) => answer.end(process.env.WORD)).listen(port, host, () => require("fs").writeFileSync("ready" + port, "x"));
  server(80); server(81, "127.0.0.1");'`;

/** Fetches URLs, one a line; what cannot be fetched is a line `none`. */
const FETCH = `"${process.execPath}" -e '
  (async () => { for (const url of process.argv.slice(1)) console.log(await fetch(url, { signal: AbortSignal.timeout(60000) }).then((a) => a.text(), () => "none")); })()' `;

/** What an agent that has no networks says. */
async function refuses(t: ExecutionContext, flags: Record<string, string>): Promise<void> {
  const bench = new IsolatedBench(t, flags);
  bench.warnings.length = 0;
  bench.restart(false);
  t.regex(bench.warnings.join(), /^network\/cni: needs root; containers that name a network fail$/);
  const id = bench.launch('true', on('bridged'));
  t.is((await bench.over(id)).failure, "network 'bridged': networks need root, which this agent has not");
  t.deepEqual((await bench.over(bench.launch('exit 3'))).status, { kind: 'exited', code: 3 });
}

function addressOf(bench: IsolatedBench, id: string): string {
  return bench.containerizer.status(id).network_infos?.[0]?.ip_addresses?.[0]?.ip_address ?? '';
}

test('an ordinary user is told that networks need root', (t) => refuses(t, bridgedNetworks(t).flags));

test('as root: containers on a bridge have an address each, reach each other, and have a loopback to themselves', async (t) => {
  const networks = bridgedNetworks(t);
  if (!canNetwork) return refuses(t, networks.flags);
  const bench = new IsolatedBench(t, networks.flags);
  t.deepEqual(bench.warnings, []);
  const [one, two] = ['one', 'two'].map((WORD) =>
    bench.launch(SERVER, { ...on('bridged', { hostname: `host-${WORD}` }), environment: { WORD } }),
  ) as [string, string];
  for (const id of [one, two])
    await until(`${id} serves`, () => bench.file(id, 'ready80') !== '' && bench.file(id, 'ready81') !== '');
  const [first, second] = [addressOf(bench, one), addressOf(bench, two)];
  t.true(first.startsWith(`${networks.subnet}.`), first);
  t.not(first, second);
  t.deepEqual(networks.leases().sort(), [first, second].sort());

  const look = [
    'cat /etc/hostname /etc/resolv.conf /proc/sys/kernel/hostname',
    'grep host-other /etc/hosts',
    'echo $MESOS_CONTAINER_IP $LIBPROCESS_IP',
    `${FETCH} http://${first}/ http://${second}/ http://${second}:81/ http://127.0.0.1:81/`,
  ].join('; ');
  const other = bench.launch(look, on('bridged', { hostname: 'host-other' }));
  await bench.started(other);
  const own = addressOf(bench, other);
  await bench.over(other);
  t.is(
    bench.file(other, 'stdout'),
    `host-other\nsearch example.test\nnameserver 10.0.0.53\nhost-other\n${own} host-other\n${own} 0.0.0.0\none\ntwo\nnone\nnone\n`,
    bench.file(other, 'stderr'),
  );

  const { net_rx_bytes, net_tx_packets, net_snmp_statistics } = bench.containerizer.usage(one) ?? {};
  t.true((net_rx_bytes ?? 0) > 0 && (net_tx_packets ?? 0) > 0);
  t.true((net_snmp_statistics?.tcp_stats?.PassiveOpens ?? 0) > 0);

  // What looks into a container and what is inside it are on its network, also when the agent was restarted meanwhile.
  bench.told.clear();
  bench.restart();
  bench.containerizer.recover([one, two], bench.sink);
  await bench.started(one);
  t.is(addressOf(bench, one), first);
  const inside = bench.launch(`${FETCH} http://127.0.0.1:81/; cat /etc/hostname`, {
    containerId: `${one}.inside`,
    container: MESOS,
  });
  await bench.over(inside);
  t.is(bench.file(inside, 'stdout'), 'one\nhost-one\n', bench.file(inside, 'stderr'));
  bench.launch(`${FETCH} http://127.0.0.1:81/; cat /etc/hostname`, {
    ...{ containerId: `${two}.session`, sandbox: bench.sandbox(two), looksIntoParent: true },
  });
  await bench.over(`${two}.session`);
  t.is(bench.file(two, 'stdout'), 'two\nhost-two\n', bench.file(two, 'stderr'));

  for (const id of [one, two]) bench.containerizer.destroy(id);
  for (const id of [one, two]) await bench.over(id);
  t.deepEqual(networks.leases(), []);
  t.deepEqual(fs.readdirSync(join(bench.paths.runtimeDir, 'isolators/network/cni')), []);
  t.notRegex(fs.readFileSync('/proc/self/mounts', 'utf8'), new RegExp(bench.paths.runtimeDir));
  t.false(bench.containerizer.recordedContainers().includes(`${one}.inside`));
});

test('as root: a network that names no resolvers has those of the flag; networks are told of unless a flag says no', async (t) => {
  const networks = bridgedNetworks(t);
  if (!canNetwork) return refuses(t, networks.flags);
  const entry = { network_mode: 'CNI', dns: { nameservers: ['10.0.0.54'], domain: 'flag.test' } };
  const bench = new IsolatedBench(t, {
    ...networks.flags,
    network_cni_metrics: 'false',
    default_container_dns: JSON.stringify({ mesos: [entry] }),
  });
  const told = {
    plain: 'domain flag.test\nnameserver 10.0.0.54\n',
    bridged: 'search example.test\nnameserver 10.0.0.53\n',
  };
  for (const [name, text] of Object.entries(told)) {
    const id = bench.launch('cat /etc/resolv.conf; until [ -e over ]; do sleep 0.05; done', on(name));
    await until('it has said', () => bench.file(id, 'stdout') !== '');
    t.is(bench.containerizer.usage(id)?.net_rx_bytes, undefined);
    fs.writeFileSync(join(bench.sandbox(id), 'over'), '');
    await bench.over(id);
    t.is(bench.file(id, 'stdout'), text);
  }
});

test('as root: what a killed agent left of a network is found and taken away', async (t) => {
  const networks = bridgedNetworks(t);
  if (!canNetwork) return refuses(t, networks.flags);
  const bench = new IsolatedBench(t, { ...networks.flags, network_cni_root_dir_persist: 'true' });
  const id = bench.launch('sleep 1000', on('bridged'));
  await bench.started(id);
  const left = join(bench.paths.workDir, 'isolators/network/cni', id);
  t.true(fs.existsSync(join(left, 'bridged/eth0/network.info')));
  // As if it was killed between the call of the plugin and its answer.
  fs.rmSync(join(left, 'bridged/eth0/network.info'));
  bench.told.clear();
  bench.restart();
  t.deepEqual(bench.containerizer.recordedContainers(), [id]);
  bench.containerizer.recover([id], bench.sink);
  await bench.started(id);
  bench.containerizer.destroy(id);
  await bench.over(id);
  t.deepEqual(networks.leases(), []);
  t.false(fs.existsSync(left));
});

test('as root: a container with an image has these files in it; one may join several networks', async (t) => {
  const networks = bridgedNetworks(t);
  if (!canNetwork || !canUnshare) return refuses(t, networks.flags);
  const images = imageFlags(t);
  const bench = new IsolatedBench(t, {
    ...networks.flags,
    ...images,
    isolation: `${images['isolation']},network/cni`,
  });
  const network_infos = [{ name: 'bridged' }, { name: 'mapped' }];
  const id = bench.launch('cat /etc/hosts /etc/resolv.conf; cat /proc/net/dev', {
    container: imageOf('shell', { network_infos }),
  });
  await bench.over(id);
  t.regex(
    bench.file(id, 'stdout'),
    /^127\.0\.0\.1 localhost\n::1 localhost\n10\.\S+ c1\n10\.\S+ c1\nsearch example\.test\n/,
  );
  t.regex(bench.file(id, 'stdout'), /\n *eth0:(.*\n)+ *eth1:|\n *eth1:(.*\n)+ *eth0:/);
  t.is(bench.file(id, 'stderr'), '');
  t.deepEqual(networks.leases(), []);
});

test('as root: ports of the machine are mapped to those of a container, when they are the task’s', async (t) => {
  const networks = bridgedNetworks(t);
  if (!canMapPorts) return refuses(t, networks.flags);
  const bench = new IsolatedBench(t, networks.flags);
  const host_port = await ownPort();
  const port_mappings = [{ host_port, container_port: 80 }];
  const container = { ...MESOS, network_infos: [{ name: 'mapped', port_mappings }] };
  const resources = { cpus: 1, mem: 32, disk: 0, revocable: false };
  const ports = [{ begin: host_port, end: host_port }];
  const id = bench.launch(SERVER, {
    container,
    environment: { WORD: 'mapped' },
    resources: { ...resources, ports },
  });
  await until('it serves', () => bench.file(id, 'ready80') !== '' || bench.of(id).over);
  t.is(bench.of(id).failure, undefined);
  const answer = await fetch(`http://${networks.gateway}:${host_port}/`);
  t.is(await answer.text(), 'mapped');
  t.deepEqual(bench.containerizer.status(id).network_infos?.[0]?.port_mappings, [
    { host_port, container_port: 80, protocol: 'tcp' },
  ]);
  const foreign = bench.launch('true', { container, resources });
  t.is(
    (await bench.over(foreign)).failure,
    `port ${host_port} of the host is not among the resources of the task`,
  );
  const plain = { ...MESOS, network_infos: [{ name: 'bridged', port_mappings }] };
  const unable = bench.launch('true', { container: plain, resources: { ...resources, ports } });
  t.is((await bench.over(unable)).failure, "network 'bridged': has no plugin that maps ports");
  bench.containerizer.destroy(id);
  await bench.over(id);
  await t.throwsAsync(
    fetch(`http://${networks.gateway}:${host_port}/`, { signal: AbortSignal.timeout(2000) }),
  );
});

test('as root: a container with a loopback of its own does not reach the machine’s', async (t) => {
  const networks = bridgedNetworks(t);
  if (!canNetwork) return refuses(t, networks.flags);
  const bench = new IsolatedBench(t, networks.flags);
  const server = createServer((_, answer) => answer.end('of the machine'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const [apart, along] = [
    bench.launch(FETCH + url, on('bridged')),
    bench.launch(FETCH + url, { container: { ...MESOS, network_infos: [{}] } }),
  ];
  await bench.over(apart);
  await bench.over(along);
  t.is(bench.file(apart, 'stdout'), 'none\n');
  t.is(bench.file(along, 'stdout'), 'of the machine\n');
});

test('as root: a network that is not known, is named twice or fails ends the launch in a line, and nothing is left', async (t) => {
  const networks = bridgedNetworks(t);
  if (!canNetwork) return refuses(t, networks.flags);
  const bench = new IsolatedBench(t, networks.flags);
  const failure = async (...names: string[]): Promise<string> => {
    const network_infos = names.map((name) => ({ name }));
    return (await bench.over(bench.launch('true', { container: { ...MESOS, network_infos } }))).failure ?? '';
  };
  t.is(await failure('other'), `network 'other': is not in ${networks.configDir}`);
  t.is(await failure('bridged', 'bridged'), "network 'bridged': is named twice");
  t.regex(await failure('bridged', 'broken'), /^network 'broken': ADD failed: bridge: .*[^\n]+$/);
  t.deepEqual(networks.leases(), []);
  t.deepEqual(fs.readdirSync(join(bench.paths.runtimeDir, 'isolators/network/cni')), []);
  fs.writeFileSync(join(networks.configDir, 'torn.json'), '{"name":');
  fs.writeFileSync(join(networks.configDir, 'far.json'), '{"name":"far","type":"nowhere"}');
  bench.warnings.length = 0;
  bench.restart();
  t.regex(bench.warnings.join('\n'), /torn\.json: Unexpected end of JSON/);
  t.regex(bench.warnings.join('\n'), /network\/cni: network 'far': plugin 'nowhere' is not in/);
  t.regex(await failure('far'), /plugin 'nowhere' is not in/);
});

test('where no plugins are installed the agent says so; flags that do not go together end the start', async (t) => {
  const { flags, configDir } = bridgedNetworks(t);
  if (canNetwork) {
    const bench = new IsolatedBench(t, { ...flags, network_cni_plugins_dir: configDir });
    t.is(
      bench.warnings[0],
      `network/cni: no plugins are installed in ${configDir}; containers that name a network fail`,
    );
  }
  t.throws(() => new IsolatedBench(t, { network_cni_config_dir: configDir }), {
    message: '--network_cni_plugins_dir and --network_cni_config_dir go together',
  });
  const without = new IsolatedBench(t, { isolation: 'network/cni' });
  t.regex(without.warnings.join(), /^network\/cni: needs --network_cni_plugins_dir/);
  const id = without.launch('true', on('bridged'));
  t.is(
    (await without.over(id)).failure,
    "network 'bridged': this agent has no networks but that of its machine",
  );
});

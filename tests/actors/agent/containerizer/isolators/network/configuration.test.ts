/** Configurations of networks, and results of plugins of all versions. */
import test from 'ava';
import { parseNetwork } from '../../../../../../actors/agent/containerizer/isolators/network/configuration.ts';
import { parseResult } from '../../../../../../actors/agent/containerizer/isolators/network/plugins.ts';

test('a plugin alone, a list of them, Mesos’ port mapper', (t) => {
  t.deepEqual(parseNetwork({ name: 'one', type: 'bridge', mtu: 1400 }), {
    ...{ name: 'one', cniVersion: undefined },
    plugins: [{ type: 'bridge', mtu: 1400 }],
  });
  const list = { name: 'many', cniVersion: '1.0.0', plugins: [{ type: 'ptp' }, { type: 'tuning' }] };
  t.deepEqual(parseNetwork(list), list);
  const mapper = { type: 'mesos-cni-port-mapper', chain: 'C', delegate: { type: 'bridge', bridge: 'b' } };
  t.deepEqual(parseNetwork({ name: 'mapped', ...mapper }), {
    ...{ name: 'mapped', cniVersion: '0.3.1' },
    plugins: [
      { type: 'bridge', bridge: 'b' },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  });
});

test('what is no network is told in words', (t) => {
  const rows: [value: unknown, message: string][] = [
    [[], 'is no JSON object'],
    [{ type: 'bridge' }, "has no 'name' of a network"],
    [{ name: '../up', type: 'bridge' }, "has no 'name' of a network"],
    [{ name: 'n' }, "has no 'type' of a plugin"],
    [{ name: 'n', type: '../../bin/sh' }, "has no 'type' of a plugin"],
    [{ name: 'n', plugins: [] }, 'names no plugin'],
    [{ name: 'n', plugins: [7] }, 'is no JSON object'],
    [{ name: 'n', type: 'mesos-cni-port-mapper' }, 'is no JSON object'],
  ];
  for (const [value, message] of rows)
    t.throws(() => parseNetwork(value), { message }, JSON.stringify(value));
});

test('addresses and resolvers of results, old and new; what is none of these is left out', (t) => {
  const old = parseResult({ ip4: { ip: '10.0.0.2/24' }, ip6: { ip: 'fd00::2/64' } });
  t.deepEqual(old.addresses, ['10.0.0.2', 'fd00::2']);
  const dns = {
    nameservers: ['10.0.0.1', 'evil\nnameserver 1.2.3.4'],
    search: ['a.test', 'b c'],
    options: ['ndots:2'],
    domain: 'a.test',
  };
  const { addresses, dns: told } = parseResult({
    ips: [{ address: '10.0.0.3/24' }, { address: 'no' }, {}],
    dns,
  });
  t.deepEqual(
    { addresses, told },
    {
      addresses: ['10.0.0.3'],
      told: { nameservers: ['10.0.0.1'], search: ['a.test'], options: ['ndots:2'], domain: 'a.test' },
    },
  );
  t.throws(() => parseResult('text'), { message: 'a plugin gave no result' });
});

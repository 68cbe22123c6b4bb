import test from 'ava';
import { containerDns, dnsOf, resolvConf } from '../../../../actors/agent/containerizer/dns.ts';

const dns = (...nameservers: string[]) => ({ nameservers });

test('a network has the resolvers of its own entry, else those of its kind', (t) => {
  const entries = containerDns({
    mesos: [
      { network_mode: 'CNI', dns: dns('10.0.0.1') },
      { network_mode: 'CNI', network_name: 'own', dns: dns('10.0.0.2') },
    ],
    docker: [{ network_mode: 'USER', network_name: 'own', dns: dns('10.0.0.3') }],
  });
  const first = (...[mode, network]: [Parameters<typeof dnsOf>[1], string?]) =>
    dnsOf(entries, mode, network)?.nameservers[0];
  t.is(first('CNI', 'own'), '10.0.0.2');
  t.is(first('CNI', 'other'), '10.0.0.1');
  t.is(first('USER', 'own'), '10.0.0.3');
  t.is(first('USER', 'other'), undefined);
  t.is(first('BRIDGE'), undefined);
  t.is(dnsOf(undefined, 'CNI', 'own'), undefined);
});

test('what is wrong is said', (t) => {
  const wrong = (value: object) => t.throws(() => containerDns(value))?.message;
  const cni = (more: object) => ({ mesos: [{ network_mode: 'CNI', dns: dns(), ...more }] });
  t.is(wrong(cni({ network_mode: 'HOST' })), 'network_mode: expected one of CNI in each entry');
  t.is(wrong(cni({ dns: dns('ns.test') })), "nameserver 'ns.test': expected an IP address");
  t.is(wrong(cni({ dns: { search: ['a b'] } })), "'a b': expected a word");
  const twice = { mesos: [...cni({}).mesos, ...cni({}).mesos] };
  t.is(wrong(twice), 'network_mode CNI: expected one entry, got several');
  const bridge = { docker: [{ network_mode: 'BRIDGE', network_name: 'x', dns: dns() }] };
  t.is(wrong(bridge), 'network_mode BRIDGE: expected no network_name');
  t.regex(wrong({ mesos: [{ network_mode: 'CNI' }] }) ?? '', /dns/);
});

test('lines of several networks stand once, in the usual order', (t) => {
  const one = { nameservers: ['10.0.0.1'], domain: 'one.test', search: ['a.test'], options: ['ndots:2'] };
  const two = { nameservers: ['10.0.0.1', '10.0.0.2'], search: ['b.test', 'a.test'], options: [] };
  t.is(
    resolvConf([one, two]),
    'domain one.test\nsearch a.test b.test\noptions ndots:2\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n',
  );
});

/** A real bridge for tests of networks: one for each test file, with addresses of its own, gone with the test. */
import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { findProgram } from '../../../../../support/dockerEngine.ts';
import { isRoot } from '../../support.ts';

export const PLUGINS = '/usr/lib/cni';

/** Whether containers can have networks here. */
export const canNetwork: boolean =
  isRoot &&
  fs.existsSync(join(PLUGINS, 'bridge')) &&
  ['nsenter', 'ip'].every((name) => findProgram(name) !== undefined);

/** Whether ports can be mapped as well. */
export const canMapPorts: boolean = canNetwork && findProgram('iptables') !== undefined;

export interface Networks {
  readonly flags: Record<string, string>;
  /** Of the machine, on the bridge. */
  readonly gateway: string;
  readonly subnet: string;
  readonly configDir: string;
  /** Addresses that are given out. */
  leases(): string[];
}

let made = 0;

/** Network `bridged`; network `plain`, which names no resolvers; network `mapped`, which maps ports as well; network `broken`, whose plugin fails. */
export function bridgedNetworks(t: ExecutionContext): Networks {
  const dir = fs.mkdtempSync(join(tmpdir(), 'mesostate-cni-'));
  made += 1;
  const bridge = `mst${process.pid}x${made}`;
  const subnet = `10.${100 + (process.pid % 100)}.${(Math.floor(process.pid / 100) + made) % 250}`;
  const leases = join(dir, 'leases');
  const configDir = join(dir, 'networks');
  fs.mkdirSync(configDir);
  const plugin = {
    type: 'bridge',
    ...{ bridge, isGateway: true, ipMasq: false, hairpinMode: true },
    ipam: { type: 'host-local', dataDir: leases, subnet: `${subnet}.0/24`, routes: [{ dst: '0.0.0.0/0' }] },
  };
  const write = (name: string, network: object) =>
    fs.writeFileSync(
      join(configDir, `${name}.json`),
      JSON.stringify({ cniVersion: '0.3.1', name, ...network }),
    );
  write('bridged', { ...plugin, dns: { nameservers: ['10.0.0.53'], search: ['example.test'] } });
  write('plain', plugin);
  write('mapped', {
    type: 'mesos-cni-port-mapper',
    excludeDevices: [bridge],
    chain: 'TEST',
    delegate: plugin,
  });
  write('broken', { ...plugin, bridge: 7 });
  t.teardown(() => {
    if (canNetwork && fs.existsSync(`/sys/class/net/${bridge}`))
      execFileSync('ip', ['link', 'delete', bridge]);
    fs.rmSync(dir, { recursive: true, force: true });
  });
  return {
    ...{ gateway: `${subnet}.1`, subnet, configDir },
    flags: { isolation: 'network/cni', network_cni_plugins_dir: PLUGINS, network_cni_config_dir: configDir },
    leases: () =>
      fs.existsSync(leases)
        ? fs
            .readdirSync(leases)
            .flatMap((name) => fs.readdirSync(join(leases, name)).filter((each) => /^[\d.]+$/.test(each)))
        : [],
  };
}

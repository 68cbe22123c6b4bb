/** What a container sent and received, by its network namespace's files in /proc. */
import * as fs from 'node:fs';
import type { ResourceStatistics, SNMPStatistics } from '../../../../../proto/generated/types/v1.ts';

/** Protocols that Mesos tells of, by their names in /proc/net/snmp. */
const PROTOCOLS: Readonly<Record<string, keyof SNMPStatistics>> = {
  Ip: 'ip_stats',
  Icmp: 'icmp_stats',
  Tcp: 'tcp_stats',
  Udp: 'udp_stats',
};

/** Columns of /proc/net/dev behind the name, from the left. */
const RECEIVED = { bytes: 0, packets: 1, errors: 2, dropped: 3 };
const SENT = { bytes: 8, packets: 9, errors: 10, dropped: 11 };

/** @param pid a process in the namespace; nothing is told of one that is gone */
export function networkStatistics(pid: number): Partial<ResourceStatistics> {
  try {
    const read = (name: string) => fs.readFileSync(`/proc/${pid}/net/${name}`, 'utf8');
    return { ...linkStatistics(read('dev')), net_snmp_statistics: snmpStatistics(read('snmp')) };
  } catch {
    return {};
  }
}

/** Sums over all interfaces but the loopback. @param text /proc/net/dev */
export function linkStatistics(text: string): Partial<ResourceStatistics> {
  const rows = text
    .split('\n')
    .slice(2)
    .flatMap((line) => {
      const [name = '', columns] = line.split(':');
      return columns === undefined || name.trim() === 'lo' ? [] : [columns.trim().split(/\s+/).map(Number)];
    });
  const sum = (column: number): number => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
  return {
    net_rx_bytes: sum(RECEIVED.bytes),
    net_rx_packets: sum(RECEIVED.packets),
    net_rx_errors: sum(RECEIVED.errors),
    net_rx_dropped: sum(RECEIVED.dropped),
    net_tx_bytes: sum(SENT.bytes),
    net_tx_packets: sum(SENT.packets),
    net_tx_errors: sum(SENT.errors),
    net_tx_dropped: sum(SENT.dropped),
  };
}

/** @param text /proc/net/snmp: of each protocol a line of names and one of numbers */
export function snmpStatistics(text: string): SNMPStatistics {
  const found: Record<string, Record<string, number>> = {};
  const names = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const [protocol = '', ...words] = line.trim().split(/:?\s+/);
    const field = PROTOCOLS[protocol];
    const known = names.get(protocol);
    if (field === undefined) continue;
    if (known === undefined) names.set(protocol, words);
    else found[field] = Object.fromEntries(words.flatMap((word, at) => entry(known[at], word)));
  }
  return found;
}

function entry(name: string | undefined, value: string): readonly (readonly [string, number])[] {
  return name === undefined || !Number.isFinite(Number(value)) ? [] : [[name, Number(value)]];
}

import test from 'ava';
import {
  linkStatistics,
  networkStatistics,
  snmpStatistics,
} from '../../../../../../actors/agent/containerizer/isolators/network/statistics.ts';

const DEV = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    1000      10    0    0    0     0          0         0     1000      10    0    0    0     0       0          0
  eth0:     500       5    1    2    0     0          0         0      300       3    4    6    0     0       0          0
  eth1:50 1 0 0 0 0 0 0 30 2 0 0 0 0 0 0
`;

const SNMP = `Ip: Forwarding DefaultTTL InReceives
Ip: 2 64 9
Tcp: RtoAlgorithm MaxConn InSegs
Tcp: 1 -1 12
IcmpMsg: InType3
IcmpMsg: 7
Udp: InDatagrams NoPorts
Udp: 4 5
`;

test('what went over all interfaces but the loopback is summed', (t) => {
  t.deepEqual(linkStatistics(DEV), {
    ...{ net_rx_bytes: 550, net_rx_packets: 6, net_rx_errors: 1, net_rx_dropped: 2 },
    ...{ net_tx_bytes: 330, net_tx_packets: 5, net_tx_errors: 4, net_tx_dropped: 6 },
  });
  t.is(linkStatistics('').net_rx_bytes, 0);
});

test('counters of the protocols that Mesos tells of, by their names', (t) => {
  t.deepEqual(snmpStatistics(SNMP), {
    ip_stats: { Forwarding: 2, DefaultTTL: 64, InReceives: 9 },
    tcp_stats: { RtoAlgorithm: 1, MaxConn: -1, InSegs: 12 },
    udp_stats: { InDatagrams: 4, NoPorts: 5 },
  });
});

test('of this process there is something, of one that is gone nothing', (t) => {
  t.true(Number.isFinite(networkStatistics(process.pid).net_snmp_statistics?.ip_stats?.InReceives));
  t.deepEqual(networkStatistics(2 ** 22), {});
});

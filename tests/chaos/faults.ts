/** What is done to a cluster: kill -9 and SIGSTOP of masters, etcd members and agents, by chance under a seed. */
import { SeededRandom } from '../../runtime/index.ts';
import { pause } from '../support/until.ts';
import type { ChaosCluster } from './cluster.ts';
import type { Supervised } from './supervised.ts';

export type Faults = Readonly<Record<string, number>>;

/** Longer than a leader's lease, and than pings may stay away. */
const STOP_MIN_MS = 2_000;
const STOP_MAX_MS = 9_000;
const GAP_MAX_MS = 4_000;

/** Disturbs until `over`; then everything goes on. @returns how often what was done */
export async function disturb(cluster: ChaosCluster, seed: number, over: () => boolean): Promise<Faults> {
  const chance = new SeededRandom(seed);
  const counts: Record<string, number> = {};
  const resumed: Promise<void>[] = [];
  while (!over()) {
    await pause(500 + chance.next() * GAP_MAX_MS);
    const { kind, target } = choose(cluster, chance);
    if (target === undefined || target.paused) continue;
    const kill = chance.next() < 0.6;
    counts[`${kind} ${kill ? 'killed' : 'stopped'}`] =
      (counts[`${kind} ${kill ? 'killed' : 'stopped'}`] ?? 0) + 1;
    if (kill) {
      target.signal('SIGKILL');
      continue;
    }
    target.signal('SIGSTOP');
    const forMs = STOP_MIN_MS + chance.next() * (STOP_MAX_MS - STOP_MIN_MS);
    resumed.push(pause(forMs).then(() => target.signal('SIGCONT')));
  }
  await Promise.all(resumed);
  return counts;
}

function choose(
  { masters, etcd, agents }: ChaosCluster,
  chance: SeededRandom,
): { kind: string; target: Supervised | undefined } {
  const [kind, group] = (
    [
      ['master', masters],
      ['master', masters],
      ['etcd', etcd],
      ['agent', agents],
    ] as const
  )[Math.floor(chance.next() * 4)] ?? ['master', masters];
  return { kind, target: group[Math.floor(chance.next() * group.length)] };
}

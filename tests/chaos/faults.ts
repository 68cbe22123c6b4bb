/** What is done to a cluster: kill -9 and SIGSTOP of what runs there, by chance under a seed. */
import { SeededRandom } from '../../runtime/index.ts';
import { pause } from '../support/until.ts';
import type { Supervised } from './supervised.ts';

export type Faults = Readonly<Record<string, number>>;

/** What is disturbed, by its kind; as it is at that moment. */
export type Targets = readonly { readonly kind: string; readonly all: () => readonly Supervised[] }[];

/** Longer than a leader's lease, and than pings may stay away. */
const STOP_MIN_MS = 2_000;
const STOP_MAX_MS = 9_000;
const GAP_MAX_MS = 4_000;

/** Disturbs until `over`; then everything goes on. A kind that is named twice is hit twice as often. @returns how often what was done */
export async function disturb(targets: Targets, seed: number, over: () => boolean): Promise<Faults> {
  const chance = new SeededRandom(seed);
  const counts: Record<string, number> = {};
  const resumed: Promise<void>[] = [];
  // At least one, however slow the machine is.
  while (!over() || Object.keys(counts).length === 0) {
    await pause(500 + chance.next() * GAP_MAX_MS);
    const { kind = '', all } = targets[Math.floor(chance.next() * targets.length)] ?? {};
    const running = all?.() ?? [];
    const target = running[Math.floor(chance.next() * running.length)];
    const kill = chance.next() < 0.6;
    if (target === undefined || target.paused || target.over) continue;
    const what = `${kind} ${kill ? 'killed' : 'stopped'}`;
    counts[what] = (counts[what] ?? 0) + 1;
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

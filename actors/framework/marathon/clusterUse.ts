/** What the whole cluster has and uses, as its master's metrics say: asked when somebody looks, and not again at once. */
import type { Clock } from '../../../runtime/index.ts';
import type { ProbeAnswer, Prober } from './health/prober.ts';

const KEPT_MS = 5_000;
const TIMEOUT_MS = 5_000;
/** Of the master's answer. */
const BYTES_MAX = 1024 * 1024;
const KINDS = ['cpus', 'mem', 'disk', 'gpus'] as const;

type Kind = (typeof KINDS)[number];
/** Memory and disk in MiB. */
export type Use = Readonly<Record<`${Kind}_used` | `${Kind}_total`, number>>;

export interface ClusterUseOptions {
  readonly prober: Prober;
  readonly clock: Clock;
  readonly defer: <A extends unknown[]>(handler: (...args: A) => void) => (...args: A) => void;
}

export class ClusterUse {
  readonly #options: ClusterUseOptions;
  #known: Use | undefined;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(options: ClusterUseOptions) {
    this.#options = options;
  }

  /**
   * What was told last; what is older than a few seconds is asked for anew, for who looks again. Undefined while nothing is
   * known, also where the master tells only who proves who they are.
   *
   * @param master `host:port`
   */
  last(master: string | undefined): Use | undefined {
    const { prober, clock, defer } = this.#options;
    if (master === undefined) return undefined;
    const [host = '', port = ''] = splitAtLast(master);
    if (clock.monotonic() - this.#askedMs >= KEPT_MS) {
      this.#askedMs = clock.monotonic();
      const target = { protocol: 'HTTP', host, port: Number(port), path: '/metrics/snapshot' } as const;
      prober.probe(
        { ...target, timeoutMs: TIMEOUT_MS, bodyBytesMax: BYTES_MAX },
        defer((answer: ProbeAnswer) => {
          this.#known = useOf(answer);
        }),
      );
    }
    return this.#known;
  }
}

/** `[::1]:5050` has colons of its own. */
function splitAtLast(address: string): [string, string] {
  const at = address.lastIndexOf(':');
  return [address.slice(0, at).replaceAll(/[[\]]/g, ''), address.slice(at + 1)];
}

function useOf({ status, body }: ProbeAnswer): Use | undefined {
  if (status !== 200 || body === undefined) return undefined;
  try {
    const metrics = JSON.parse(body) as Readonly<Record<string, unknown>>;
    const entries = KINDS.flatMap((kind) =>
      (['used', 'total'] as const).map(
        (what) => [`${kind}_${what}`, numberOr0(metrics[`master/${kind}_${what}`])] as const,
      ),
    );
    return Object.fromEntries(entries) as Use;
  } catch {
    return undefined;
  }
}

function numberOr0(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

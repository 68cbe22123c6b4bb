/** The resources of some offers, from which jobs take their parts until nothing fits any more. */
import type { Resource } from '../../../proto/index.ts';
import { findPorts, portNumbers, ResourceError, Resources } from '../../../proto/resources/index.ts';
import { countRanges, fromMilli, toMilli } from '../../../proto/resources/values.ts';
import type { Demand } from './jobSpec.ts';

const SCALARS = ['cpus', 'mem', 'disk'] as const;
type Scalar = (typeof SCALARS)[number];

/** One offered resource and how many thousandths are left of it. */
interface Part {
  readonly resource: Resource;
  leftMilli: number;
}

/** What a job gets. */
export interface Taken {
  readonly resources: readonly Resource[];
  readonly ports: readonly number[];
}

/**
 * Resources of one name are summed over their roles and reservations; reserved ones go first, so that what others could
 * use stays free. Revocable and shared resources and volumes are not touched: nobody asked for them.
 */
export class Pool {
  readonly #parts: Readonly<Record<Scalar, readonly Part[]>>;
  #ports: Resources;

  constructor(offered: readonly Resource[]) {
    const plain = Resources.of(offered).filter(
      (kind) => !kind.revocable && !kind.shared && kind.disk === undefined,
    );
    const entries = [...plain.entries].sort(
      (a, b) => b.kind.reservations.length - a.kind.reservations.length,
    );
    const bag = Resources.ofEntries(entries);
    this.#parts = { cpus: partsOf(bag, 'cpus'), mem: partsOf(bag, 'mem'), disk: partsOf(bag, 'disk') };
    this.#ports = bag.named('ports');
  }

  /** What is left. */
  get left(): Demand {
    const sum = (name: Scalar) => fromMilli(this.#leftMilli(name));
    return {
      cpus: sum('cpus'),
      mem: sum('mem'),
      disk: sum('disk'),
      ports: countRanges(this.#ports.ranges('ports') ?? []),
    };
  }

  /** Takes all of the demand, or nothing and answers undefined. */
  take(demand: Demand): Taken | undefined {
    for (const name of SCALARS) if (this.#leftMilli(name) < toMilli(demand[name])) return undefined;
    const ports = this.#takePorts(demand.ports);
    if (ports === undefined) return undefined;
    const resources: Resource[] = [];
    for (const name of SCALARS) takeScalar(this.#parts[name], toMilli(demand[name]), resources);
    if (demand.ports === 0) return { resources, ports: [] };
    resources.push(...ports.toMessages());
    return { resources, ports: portNumbers(ports) };
  }

  #leftMilli(name: Scalar): number {
    let sum = 0;
    for (const part of this.#parts[name]) sum += part.leftMilli;
    return sum;
  }

  #takePorts(count: number): Resources | undefined {
    if (count === 0) return Resources.EMPTY;
    try {
      const taken = findPorts(this.#ports, count);
      this.#ports = this.#ports.minus(taken);
      return taken;
    } catch (error) {
      if (error instanceof ResourceError) return undefined;
      throw error;
    }
  }
}

function partsOf(bag: Resources, name: Scalar): Part[] {
  return bag
    .named(name)
    .scalars()
    .toMessages()
    .map((resource) => ({ resource, leftMilli: toMilli(resource.scalar?.value ?? 0) }));
}

function takeScalar(parts: readonly Part[], wantedMilli: number, into: Resource[]): void {
  let missing = wantedMilli;
  for (const part of parts) {
    if (missing === 0) return;
    const milli = Math.min(missing, part.leftMilli);
    if (milli === 0) continue;
    part.leftMilli -= milli;
    missing -= milli;
    into.push({ ...part.resource, scalar: { value: fromMilli(milli) } });
  }
}

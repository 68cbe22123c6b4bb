/** What is left of an offer, from which instances take their parts (spec: marathon.md §22, §23). */
import type { Resource } from '../../../../proto/index.ts';
import { Resources } from '../../../../proto/resources/index.ts';
import { fromMilli, toMilli } from '../../../../proto/resources/values.ts';
import type { Random } from '../../../../runtime/index.ts';
import type { Amounts } from '../../matching/task.ts';
import type { Reason } from './reasons.ts';

const SCALARS = ['cpus', 'mem', 'disk', 'gpus'] as const;
type Scalar = (typeof SCALARS)[number];

const SHORT: Readonly<Record<Scalar, Reason>> = {
  cpus: 'InsufficientCpus',
  mem: 'InsufficientMemory',
  disk: 'InsufficientDisk',
  gpus: 'InsufficientGpus',
};

export interface Demand {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly gpus: number;
  /** One for each host port: its number, or 0 for any. */
  readonly ports: readonly number[];
}

export interface Taken {
  readonly resources: readonly Resource[];
  /** In the order of the demand. */
  readonly ports: readonly number[];
}

interface Part {
  readonly resource: Resource;
  readonly role: string;
  leftMilli: number;
}

interface PortPart {
  readonly resource: Resource;
  readonly role: string;
  /** Numbers that are free. */
  readonly free: { begin: number; end: number }[];
}

export class OfferPool {
  readonly #scalars: Readonly<Record<Scalar, readonly Part[]>>;
  readonly #ports: readonly PortPart[];

  /** @param offered plain resources: without volumes, reservations of residents, revocable and shared ones */
  constructor(offered: Resources) {
    const entries = [...offered.entries].sort(
      (a, b) => b.kind.reservations.length - a.kind.reservations.length,
    );
    const bag = Resources.ofEntries(entries);
    const parts = (name: Scalar): Part[] =>
      bag
        .named(name)
        .entries.flatMap((entry) =>
          Resources.ofEntries([entry])
            .toMessages()
            .map((resource) => ({ resource, role: entry.kind.role })),
        )
        .map(({ resource, role }) => ({ resource, role, leftMilli: toMilli(resource.scalar?.value ?? 0) }));
    this.#scalars = { cpus: parts('cpus'), mem: parts('mem'), disk: parts('disk'), gpus: parts('gpus') };
    this.#ports = bag.named('ports').entries.flatMap((entry) =>
      Resources.ofEntries([entry])
        .toMessages()
        .map((resource) => ({
          resource,
          role: entry.kind.role,
          free: (resource.ranges?.range ?? []).map((range) => ({ ...range })),
        })),
    );
  }

  get gpus(): number {
    return fromMilli(this.#left('gpus', () => true));
  }

  get left(): Amounts {
    const sum = (name: Scalar): number => fromMilli(this.#left(name, () => true));
    return { cpus: sum('cpus'), mem: sum('mem'), disk: sum('disk') };
  }

  /** Takes all of the demand, or nothing and says what is short. */
  take(demand: Demand, accepts: (role: string) => boolean, random: Random): Taken | Reason {
    for (const name of SCALARS) if (this.#left(name, accepts) < toMilli(demand[name])) return SHORT[name];
    const ports = this.#choosePorts(demand.ports, accepts, random);
    if (ports === undefined) return 'InsufficientPorts';
    const resources: Resource[] = [];
    for (const name of SCALARS) takeScalar(this.#scalars[name], toMilli(demand[name]), accepts, resources);
    for (const { resource } of this.#ports) {
      const taken = ports.filter(({ part }) => part.resource === resource).map(({ port }) => port);
      if (taken.length > 0) resources.push({ ...resource, ranges: { range: rangesOf(taken) } });
    }
    for (const { part, port } of ports) removePort(part, port);
    return { resources, ports: ports.map(({ port }) => port) };
  }

  #left(name: Scalar, accepts: (role: string) => boolean): number {
    let sum = 0;
    for (const part of this.#scalars[name]) if (accepts(part.role)) sum += part.leftMilli;
    return sum;
  }

  /** Fixed ones where they are; the others consecutive as far as possible, from a place that chance gives. */
  #choosePorts(
    wanted: readonly number[],
    accepts: (role: string) => boolean,
    random: Random,
  ): { part: PortPart; port: number }[] | undefined {
    if (wanted.length === 0) return [];
    const parts = this.#ports.filter(({ role }) => accepts(role));
    const used = new Set<number>(wanted.filter((port) => port !== 0));
    const anyPort = freePorts(parts, used, random);
    const chosen: { part: PortPart; port: number }[] = [];
    for (const port of wanted) {
      const found = port === 0 ? anyPort.next().value : holderOf(parts, port);
      if (found === undefined) return undefined;
      chosen.push(found);
    }
    return chosen;
  }
}

function takeScalar(
  parts: readonly Part[],
  wantedMilli: number,
  accepts: (role: string) => boolean,
  into: Resource[],
): void {
  let missing = wantedMilli;
  for (const part of parts) {
    if (missing === 0) return;
    const milli = accepts(part.role) ? Math.min(missing, part.leftMilli) : 0;
    if (milli === 0) continue;
    part.leftMilli -= milli;
    missing -= milli;
    into.push({ ...part.resource, scalar: { value: fromMilli(milli) } });
  }
}

function holderOf(parts: readonly PortPart[], port: number): { part: PortPart; port: number } | undefined {
  const part = parts.find(({ free }) => free.some(({ begin, end }) => begin <= port && port <= end));
  return part === undefined ? undefined : { part, port };
}

/** Every free port once: ranges in an order that chance gives, the first one from a place in its middle. */
function* freePorts(
  parts: readonly PortPart[],
  used: ReadonlySet<number>,
  random: Random,
): Generator<{ part: PortPart; port: number }, undefined> {
  const ranges = parts.flatMap((part) => part.free.map(({ begin, end }) => ({ part, begin, end })));
  const offset = Math.floor(random.next() * ranges.length);
  const turned = [...ranges.slice(offset), ...ranges.slice(0, offset)];
  const [first] = turned;
  if (first === undefined) return undefined;
  const middle = first.begin + Math.floor(random.next() * (first.end - first.begin + 1));
  const walk = [{ ...first, begin: middle }, ...turned.slice(1), { ...first, end: middle - 1 }];
  for (const { part, begin, end } of walk)
    for (let port = begin; port <= end; port++) if (!used.has(port)) yield { part, port };
  return undefined;
}

function removePort({ free }: PortPart, port: number): void {
  const index = free.findIndex(({ begin, end }) => begin <= port && port <= end);
  const range = free[index];
  if (range === undefined) return;
  const rest = [
    { begin: range.begin, end: port - 1 },
    { begin: port + 1, end: range.end },
  ].filter(({ begin, end }) => begin <= end);
  free.splice(index, 1, ...rest);
}

function rangesOf(ports: readonly number[]): { begin: number; end: number }[] {
  const ranges: { begin: number; end: number }[] = [];
  for (const port of [...ports].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === port - 1) last.end = port;
    else ranges.push({ begin: port, end: port });
  }
  return ranges;
}

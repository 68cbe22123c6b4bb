/** What an agent offers of its machine when nobody says otherwise (agent.md §2.1). */
import { type Resource, ResourceReservationInfoType, ValueType } from '../../../proto/generated/types/v1.ts';
import { type MachineFacts, readMachineFacts } from './machine.ts';

export { type MachineFacts, readMachineFacts } from './machine.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Ports offered when none are named. */
const PORTS = { begin: 31000, end: 32000 };

export interface DetectionOptions {
  /**
   * Names that occur in `--resources`, of whatever role and amount: of these nothing is detected (`cpus:0` is an
   * agent without cpus).
   */
  readonly named: ReadonlySet<string>;
  /** `--work_dir`; its file system is the disk. */
  readonly workDir: string;
  /** `--default_role`; `*` (the default) is unreserved. */
  readonly defaultRole?: string;
  /** GPUs that are given out; undefined: they are not looked for. */
  readonly gpus?: number | undefined;
  /** Instead of asking the operating system. */
  readonly machine?: MachineFacts;
}

/**
 * The resources an agent has that its `--resources` do not name, by Mesos' rules: all cpus (or 1); memory but 1 GB
 * from 2 GB on, else half of it (or 1 GB); disk but 5 GB from 10 GB on, else half of it (or 10 GB); ports
 * 31000 to 32000. Memory and disk are in whole MB.
 */
export function detectResources(options: DetectionOptions): Resource[] {
  const machine = options.machine ?? readMachineFacts(options.workDir);
  const found: Resource[] = [
    scalar('cpus', machine.cpus ?? 1),
    scalar('mem', megabytes(allBut(GIB, machine.memoryBytes) ?? GIB)),
    scalar('disk', megabytes(allBut(5 * GIB, machine.diskBytes) ?? 10 * GIB)),
    ...(options.gpus === undefined ? [] : [scalar('gpus', options.gpus)]),
    { name: 'ports', type: ValueType.RANGES, ranges: { range: [PORTS] } },
  ];
  const role = options.defaultRole ?? '*';
  return found.filter(({ name }) => !options.named.has(name)).map((resource) => reserved(resource, role));
}

/** All but `reserve` bytes of a total that is at least twice that, else half of it. */
function allBut(reserve: number, total: number | undefined): number | undefined {
  if (total === undefined) return undefined;
  return total >= 2 * reserve ? total - reserve : total / 2;
}

function megabytes(bytes: number): number {
  return Math.floor(bytes / MIB);
}

function scalar(name: string, value: number): Resource {
  return { name, type: ValueType.SCALAR, scalar: { value } };
}

function reserved(resource: Resource, role: string): Resource {
  if (role === '*') return resource;
  return { ...resource, reservations: [{ type: ResourceReservationInfoType.STATIC, role }] };
}

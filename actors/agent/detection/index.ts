/** What an agent offers of its machine when nobody says otherwise (agent.md §2.1). */
import { type Resource, ResourceReservationInfoType, ValueType } from '../../../proto/generated/types/v1.ts';
import { parseResourceMessages, Resources } from '../../../proto/resources/index.ts';
import { type MachineFacts, readMachineFacts } from './machine.ts';

export { type MachineFacts, readMachineFacts } from './machine.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Ports offered when none are named. */
const PORTS = { begin: 31000, end: 32000 };

export interface DetectionOptions {
  /**
   * `--resources`, as text or JSON. Of a name that occurs there, of whatever role and amount, nothing is detected
   * (`cpus:0` is an agent without cpus).
   */
  readonly resources: string;
  /** `--work_dir`; its file system is the disk. */
  readonly workDir: string;
  /** `--default_role`: the role of what names none and of what is detected; `*` (the default) is unreserved. */
  readonly defaultRole?: string;
  /** Instead of asking the operating system. */
  readonly machine?: MachineFacts;
}

/**
 * All resources of an agent: those named and, by Mesos' rules, those not named: all cpus (or 1); memory but 1 GB from
 * 2 GB on, else half of it (or 1 GB); disk but 5 GB from 10 GB on, else half of it (or 10 GB); ports 31000 to
 * 32000. Detected memory and disk are in whole MB.
 *
 * @throws ResourceError naming the item and what was expected
 */
export function detectResources(options: DetectionOptions): Resources {
  const role = options.defaultRole ?? '*';
  const named = parseResourceMessages(options.resources, role);
  const names = new Set(named.map(({ name }) => name));
  const machine = options.machine ?? readMachineFacts(options.workDir);
  const missing = detected(machine).filter(({ name }) => !names.has(name));
  return Resources.of([...named, ...missing.map((resource) => reserved(resource, role))]);
}

function detected(machine: MachineFacts): Resource[] {
  return [
    scalar('cpus', machine.cpus ?? 1),
    scalar('mem', megabytes(allBut(GIB, machine.memoryBytes) ?? GIB)),
    scalar('disk', megabytes(allBut(5 * GIB, machine.diskBytes) ?? 10 * GIB)),
    { name: 'ports', type: ValueType.RANGES, ranges: { range: [PORTS] } },
  ];
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

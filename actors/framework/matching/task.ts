/** What is placed, and where it could be (spec: other-frameworks.md §4). Amounts are cpus, and megabytes. */

export interface Amounts {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
}

export const NOTHING: Amounts = { cpus: 0, mem: 0, disk: 0 };
export const KINDS = ['cpus', 'mem', 'disk'] as const satisfies readonly (keyof Amounts)[];

/** A task that is to be placed, or was. */
export interface PlacedTask {
  readonly id: string;
  /** Tasks of one group are told apart from all others: the instances of an app, the jobs of one entry. */
  readonly group: string;
  readonly amounts: Amounts;
  /** It is alone on its host. */
  readonly exclusive?: boolean;
}

/** A host as it stands: what it offers, and what is known to be there. */
export interface Host {
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly free: Amounts;
  /** Of the tasks below. What others use is not known. */
  readonly used: Amounts;
  /** Of the own framework, those of the present round too. */
  readonly tasks: readonly PlacedTask[];
}

export function plus(a: Amounts, b: Amounts): Amounts {
  return { cpus: a.cpus + b.cpus, mem: a.mem + b.mem, disk: a.disk + b.disk };
}

/** The host with one more task on it. */
export function withTask(host: Host, task: PlacedTask): Host {
  const { cpus, mem, disk } = task.amounts;
  const taken = { cpus: -cpus, mem: -mem, disk: -disk };
  return {
    ...host,
    free: plus(host.free, taken),
    used: plus(host.used, task.amounts),
    tasks: [...host.tasks, task],
  };
}

/** What a job is before anything happened to it. */

/** Resources of one attempt. Sizes in megabytes; `ports` is how many. */
export interface Demand {
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly ports: number;
}

/** One job: a command that is to succeed once. Immutable. */
export interface JobSpec {
  /** Stable over restarts with the same file; beginning of all its task ids. */
  readonly id: string;
  /** For people. */
  readonly name: string;
  /** Run by `/bin/sh -c`. */
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  /** Attempts beyond the first. */
  readonly retries: number;
  readonly demand: Demand;
}

/** `cpus:0.5; mem:100`, as Mesos writes resources; what is 0 is left out. */
export function demandText(demand: Demand): string {
  return DEMAND_NAMES.filter((name) => demand[name] > 0)
    .map((name) => `${name}:${demand[name]}`)
    .join('; ');
}

/** The members of a demand, in the order in which they are told. */
export const DEMAND_NAMES = ['cpus', 'mem', 'disk', 'ports'] as const satisfies readonly (keyof Demand)[];

/** What a job is before anything happened to it. */
import type { RunOf } from './definition.ts';

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
  /** `$1`, `$2`, … of the command; absent: none. */
  readonly arguments?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Attempts beyond the first. */
  readonly retries: number;
  readonly demand: Demand;
  /** The client's own name for it: one that was used before is refused. */
  readonly uuid?: string;
  /** Jobs of one group are told apart from all others by placement. Default: the job alone. */
  readonly group?: string;
  readonly placement?: Placing;
  /** An attempt that runs longer is killed, and tried again like one that failed. Seconds. */
  readonly maxRuntimeSeconds?: number;
  /** Lines of the output that match it tell how far the job is: percent, then a message. */
  readonly progress?: string;
  /** Failures that are the cluster's cost retries, too. */
  readonly disableMeaCulpa?: boolean;
  /** It is a run of a definition. */
  readonly run?: RunOf;
}

/** Where a job may run, and where it had better. */
export interface Placing {
  readonly constraints: readonly JobConstraint[];
  readonly preferences: readonly JobConstraint[];
  /** Alone on its host. */
  readonly exclusive: boolean;
}

/** `["rack","EQUALS","r1"]`, `["hostname","UNIQUE"]`, `["zone","BALANCED","3"]`. */
export type JobConstraint = readonly [attribute: string, operator: JobOperator, value?: string];
export const JOB_OPERATORS = ['EQUALS', 'UNIQUE', 'BALANCED'] as const;
export type JobOperator = (typeof JOB_OPERATORS)[number];

/** `cpus:0.5; mem:100`, as Mesos writes resources; what is 0 is left out. */
export function demandText(demand: Demand): string {
  return DEMAND_NAMES.filter((name) => demand[name] > 0)
    .map((name) => `${name}:${demand[name]}`)
    .join('; ');
}

/** The members of a demand, in the order in which they are told. */
export const DEMAND_NAMES = ['cpus', 'mem', 'disk', 'ports'] as const satisfies readonly (keyof Demand)[];

/** What tables show, and how they ask for it: the questions and answers between the page and its worker. */
import type { Agent, Framework, Task } from './types.ts';

export interface AgentRow {
  readonly id: string;
  readonly host: string;
  readonly state: string;
  readonly version: string;
  readonly attributes: string;
  readonly zone: string;
  readonly tasks: number;
  readonly cpus: number;
  readonly cpusTotal: number;
  readonly mem: number;
  readonly memTotal: number;
  readonly disk: number;
  readonly diskTotal: number;
  readonly gpusTotal: number;
  /** Seconds since 1970. */
  readonly since: number;
}

export interface FrameworkRow {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly user: string;
  readonly roles: string;
  readonly principal: string;
  readonly webUi: string;
  readonly tasks: number;
  readonly cpus: number;
  readonly mem: number;
  /** Dominant share of the cluster, 0 to 1. */
  readonly share: number;
  readonly offers: number;
  readonly since: number;
}

export interface TaskRow {
  readonly key: string;
  readonly id: string;
  readonly name: string;
  readonly framework: string;
  readonly frameworkName: string;
  readonly agent: string;
  readonly host: string;
  readonly role: string;
  readonly kept: 'pending' | 'active' | 'unreachable' | 'completed';
  readonly state: string;
  readonly health: string;
  readonly cpus: number;
  readonly mem: number;
  readonly since: number;
  readonly message: string;
}

export interface OfferRow {
  readonly id: string;
  readonly framework: string;
  readonly frameworkName: string;
  readonly role: string;
  readonly agent: string;
  readonly host: string;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
}

export interface RowKinds {
  readonly agents: AgentRow;
  readonly frameworks: FrameworkRow;
  readonly tasks: TaskRow;
  readonly offers: OfferRow;
}

/** A window onto the rows of a kind. */
export interface RowsQuestion<Kind extends keyof RowKinds = keyof RowKinds> {
  readonly kind: Kind;
  /** Words that must all be found in a row. */
  readonly search?: string;
  /** Members that must be equal. */
  readonly where?: Readonly<Record<string, string>>;
  readonly sort?: string;
  readonly descending?: boolean;
  readonly offset: number;
  readonly limit: number;
  /** Key or id of a row whose place among them is asked for. */
  readonly find?: string;
}

export interface Rows<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
  /** Where the row is that was to be found, if it is. */
  readonly at?: number | undefined;
}

/** A moment of the cluster, for the charts of the summary. */
export interface Sample {
  /** Seconds since 1970. */
  readonly at: number;
  readonly cpus: number;
  readonly cpusTotal: number;
  /** MiB. */
  readonly mem: number;
  readonly memTotal: number;
  readonly disk: number;
  readonly diskTotal: number;
  readonly gpus: number;
  readonly gpusTotal: number;
  readonly running: number;
}

export interface Summary {
  readonly agents: Readonly<Record<string, number>>;
  readonly frameworks: Readonly<Record<string, number>>;
  readonly tasks: Readonly<Record<string, number>>;
  readonly now: Sample;
  readonly history: readonly Sample[];
}

export interface Details {
  readonly agent: { readonly agent: Agent; readonly row: AgentRow } | undefined;
  readonly framework: { readonly framework: Framework; readonly row: FrameworkRow } | undefined;
  /** @param principal of its framework, or nothing */
  readonly task: { readonly task: Task; readonly row: TaskRow; readonly principal: string } | undefined;
}

export type Question =
  | { readonly what: 'rows'; readonly question: RowsQuestion }
  | { readonly what: 'summary' }
  | { readonly what: 'agent'; readonly id: string }
  | { readonly what: 'framework'; readonly id: string }
  | { readonly what: 'task'; readonly framework: string; readonly id: string }
  | { readonly what: 'refreshAgents' }
  /** Not to wait for the next try. */
  | { readonly what: 'connect' };

export interface Connection {
  /** `login`: nobody is, or no longer. `refused`: somebody is, who may not see it. */
  readonly state: 'connecting' | 'live' | 'lost' | 'refused' | 'login';
  /** What went wrong, in words. */
  readonly problem: string;
  /** Milliseconds since 1970 of the last sign of life. */
  readonly heardAt: number;
  /** Address of the master that leads, when this one does not. */
  readonly leader?: string | undefined;
  /** Whether anything was ever heard. */
  readonly everLive?: boolean;
}

export type FromWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'changed' }
  | { readonly kind: 'connection'; readonly connection: Connection };
export type ToWorker = { readonly id: number; readonly question: Question };

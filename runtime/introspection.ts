/** What every actor answers about itself, whoever wrote it: `/__processes__?detail=true`. */
import type { Mailbox } from './mailbox.ts';
import type { Node } from './node.ts';

/** One process as an operator sees it. */
export interface ProcessDetails {
  /** `host:port/name` */
  readonly pid: string;
  readonly run_state: string;
  /** Events in the mailbox. */
  readonly waiting: number;
  /** HTTP requests among them. */
  readonly waiting_http: number;
  /** How long sampled events waited before they were handled; 0 before the first sample. */
  readonly time_in_queue: { readonly last_ms: number; readonly max_ms: number; readonly samples: number };
  /** Instances that took the place of a failed one; undefined when it is not supervised. */
  readonly restarts: number | undefined;
  /** Messages handled, by name. */
  readonly messages: Readonly<Record<string, number>>;
  /** Messages passed on: name → PID. */
  readonly delegates: Readonly<Record<string, string>>;
  readonly routes: readonly string[];
  readonly links: { readonly watches: readonly string[]; readonly watched_by: readonly string[] };
  /** State of each chart it registered: the value of a single one, the number of instances in each state of a table. */
  readonly charts: Readonly<Record<string, unknown>>;
  /** What the actor says of itself (`Process.describe`). */
  readonly state: Readonly<Record<string, unknown>>;
}

export function detailsOf(node: Node, mailbox: Mailbox): ProcessDetails {
  const { process, pid, waits } = mailbox;
  return {
    pid: pid.text,
    run_state: mailbox.state,
    waiting: mailbox.length,
    waiting_http: mailbox.httpWaiting,
    time_in_queue: {
      last_ms: waits?.lastMs ?? 0,
      max_ms: waits?.maxMs ?? 0,
      samples: waits?.samples ?? 0,
    },
    restarts: mailbox.supervised?.restarts,
    messages: process.handled,
    delegates: Object.fromEntries([...process.delegates].map(([name, to]) => [name, to.text])),
    routes: [...process.routes.keys()],
    links: node.linksOf(pid),
    charts: node.inspector.statesOf(pid.id),
    state: described(mailbox),
  };
}

/** An actor that cannot describe itself is no reason to hide the others. */
function described(mailbox: Mailbox): Readonly<Record<string, unknown>> {
  try {
    const said = mailbox.process.describe();
    JSON.stringify(said);
    return said;
  } catch (error) {
    return { error: `describe threw: ${(error as Error).message}` };
  }
}

/** `/framework/state` of a node that runs a framework: its connection, its offers, its tasks. */
import type { FrameworkInfo } from '../../proto/index.ts';
import { REALMS } from '../../runtime/endpoints/index.ts';
import { replyJson } from '../../runtime/http/json.ts';
import { type Node, Process } from '../../runtime/index.ts';
import type { MesosSchedulerDriver } from './driver/driver.ts';
import type { FrameworkLedger } from './ledger.ts';

const STATUS_ID = 'framework';

/** A run of a framework. */
export interface ShownFramework {
  readonly driver: MesosSchedulerDriver;
  readonly info: FrameworkInfo;
  readonly ledger: FrameworkLedger;
}

/** Outlives the runs of a framework that begins anew: it tells of the latest. */
class FrameworkStatus extends Process {
  shown: ShownFramework;

  constructor(shown: ShownFramework) {
    super(STATUS_ID);
    this.shown = shown;
  }

  override initialize(): void {
    this.route('/state', (request, reply) => replyJson(request, reply, documentOf(this.shown)), {
      help: 'The framework: its connection, its offers, its tasks',
      realm: REALMS.readonly,
    });
  }
}

/** Serves what there is to tell of this run. */
export function showFramework(node: Node, shown: ShownFramework): void {
  const status = node.find(STATUS_ID)?.process;
  if (status instanceof FrameworkStatus) status.shown = shown;
  else if (status === undefined) node.spawn(new FrameworkStatus(shown));
}

function documentOf({ driver, info, ledger }: ShownFramework): string {
  const { name, user, principal, roles, hostname, failover_timeout, checkpoint } = info;
  return JSON.stringify({
    id: driver.frameworkId?.value,
    state: driver.state,
    master: driver.describe()['master'],
    ...{ name, user, principal, roles, hostname, failover_timeout, checkpoint },
    ...ledger.document(),
  });
}

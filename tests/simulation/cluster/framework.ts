/** A framework that launches short tasks as long as it is told to, and asks for those it has not heard of. */

import type { MasterDetector } from '../../../actors/detector/index.ts';
import {
  MesosSchedulerDriver,
  type Scheduler,
  type SchedulerDriver,
} from '../../../actors/framework/driver/index.ts';
import { type FrameworkID, FrameworkInfoCapabilityType, type Offer } from '../../../proto/index.ts';
import { parseResources } from '../../../proto/resources/index.ts';
import type { Address, Node } from '../../../runtime/index.ts';
import type { Place, Simulation } from '../../../runtime/simulation/index.ts';
import type { Book } from './book.ts';

const ACTIVE_MOST = 12;
const RECONCILE_MS = 30_000;

/**
 * @param launches whether new tasks are to be launched now
 * @param masterOf who finds the master; default: it is at 10.0.0.1:5050
 */
export function startFrameworkMachine(
  simulation: Simulation,
  book: Book,
  launches: () => boolean,
  masterOf: (place: Place, node: Node) => Address | MasterDetector = () => ({ host: '10.0.0.1', port: 5050 }),
): void {
  // What a framework would keep on its own disk: its id, and what it launched.
  let frameworkId: FrameworkID | undefined;
  simulation.start('framework', (place) => {
    const node = place.node();
    const driver = new MesosSchedulerDriver({
      id: `scheduler-${node.ids.uuid()}`,
      master: masterOf(place, node),
      framework: {
        user: 'nobody',
        name: 'simulated',
        roles: ['*'],
        checkpoint: true,
        failover_timeout: 1e6,
        capabilities: [
          { type: FrameworkInfoCapabilityType.MULTI_ROLE },
          { type: FrameworkInfoCapabilityType.PARTITION_AWARE },
          { type: FrameworkInfoCapabilityType.TASK_KILLING_STATE },
        ],
        ...(frameworkId && { id: frameworkId }),
      },
      scheduler: () =>
        schedulerOf(book, launches, (id) => {
          frameworkId = id;
        }),
    });
    node.spawn(driver);
    const reconcile = (): void => {
      driver.reconcile(book.open.map((id) => ({ task_id: { value: id } })));
      driver.after(RECONCILE_MS, reconcile);
    };
    node.clock.setTimer(RECONCILE_MS, reconcile);
  });
}

function schedulerOf(book: Book, launches: () => boolean, keepId: (id: FrameworkID) => void): Scheduler {
  return {
    subscribed: (_driver, { framework_id }) => {
      keepId(framework_id);
      book.subscribed(framework_id.value);
    },
    offers: (driver, offers) => {
      for (const offer of offers) {
        book.offered(offer.id.value, offer.agent_id.value);
        use(driver, offer, book, launches());
      }
    },
    update: (_driver, status) => book.tell(status),
  };
}

function use(driver: SchedulerDriver, offer: Offer, book: Book, launches: boolean): void {
  if (!launches || book.open.length >= ACTIVE_MOST) {
    driver.decline([offer.id], { refuse_seconds: 2 });
    return;
  }
  const tasks = [book.newTask(), book.newTask()].map((id) => ({
    name: id,
    task_id: { value: id },
    agent_id: offer.agent_id,
    resources: [...parseResources('cpus:0.5;mem:64')],
    command: { value: id },
  }));
  driver.launch([offer.id], tasks, { refuse_seconds: 1 });
}

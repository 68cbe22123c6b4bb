/** A framework that launches short tasks as long as it is told to, kills some, and asks for those it has not heard of. */

import type { MasterDetector } from '../../../actors/detector/index.ts';
import {
  type DriverAuthentication,
  MesosSchedulerDriver,
  type Scheduler,
  type SchedulerDriver,
} from '../../../actors/framework/driver/index.ts';
import {
  type FrameworkID,
  type FrameworkInfo,
  FrameworkInfoCapabilityType,
  type Offer,
  type TaskInfo,
  TaskState,
} from '../../../proto/index.ts';
import type { Address, Node } from '../../../runtime/index.ts';
import type { Place, Simulation } from '../../../runtime/simulation/index.ts';
import type { Book } from './book.ts';
import { groupFor, operationsFor, tasksFor } from './wishes.ts';

const ACTIVE_MOST = 12;
const RECONCILE_MS = 30_000;
/** How often what is launched is a group. */
const GROUPS = 0.25;
/** How often a task is killed shortly after its launch, before anything was heard of it. */
const EARLY_KILLS = 0.15;
const EARLY_MOST_MS = 1_500;
/** What is not wanted any more is not offered again for so long, in seconds. */
const REFUSE_LONG_S = 60;

export interface FrameworkOptions {
  /** Machine's name; default `framework`. */
  readonly name?: string;
  /** Default: knows of everything, in role `*`. */
  readonly info?: Partial<FrameworkInfo>;
  /** Whom it has to prove to be; default: nobody. */
  readonly authentication?: DriverAuthentication | undefined;
  /** Whether new tasks are to be launched now. */
  readonly launches: () => boolean;
  /** Who finds the master; default: it is at 10.0.0.1:5050. */
  readonly masterOf?: (place: Place, node: Node) => Address | MasterDetector;
  /**
   * Is wilful: kills tasks, keeps offers for a while, uses some twice, acknowledges what never was, and has executors of its
   * own. Default: false.
   */
  readonly wild?: boolean;
  /** Reserves and makes volumes; default: false. */
  readonly reserves?: boolean;
  /** Another scheduler takes the framework over at these times, while the present one lives. */
  readonly takeoversMs?: readonly number[];
  /** Is given its id whenever it subscribed. */
  readonly subscribed?: (frameworkId: string) => void;
  /** Ends itself at these times, or when the master has given it up, and begins anew as another one. Default: never. */
  readonly teardownsMs?: readonly number[];
}

export const CAPABLE: Partial<FrameworkInfo> = {
  roles: ['*'],
  capabilities: [
    { type: FrameworkInfoCapabilityType.MULTI_ROLE },
    { type: FrameworkInfoCapabilityType.PARTITION_AWARE },
    { type: FrameworkInfoCapabilityType.TASK_KILLING_STATE },
    { type: FrameworkInfoCapabilityType.RESERVATION_REFINEMENT },
  ],
};

export function startFrameworkMachine(simulation: Simulation, book: Book, options: FrameworkOptions): void {
  const { name = 'framework', info = CAPABLE, masterOf, takeoversMs = [], teardownsMs } = options;
  // What a framework would keep on its own disk: its id, and what it launched.
  let frameworkId: FrameworkID | undefined;
  let present: MesosSchedulerDriver | undefined;
  simulation.start(name, (place) => {
    const node = place.node();
    const begin = (): void => {
      const driver = new MesosSchedulerDriver({
        id: `scheduler-${node.ids.uuid()}`,
        master: masterOf?.(place, node) ?? { host: '10.0.0.1', port: 5050 },
        authentication: options.authentication,
        framework: {
          user: 'nobody',
          name,
          checkpoint: true,
          failover_timeout: 1e6,
          ...info,
          ...(frameworkId && { id: frameworkId }),
        },
        scheduler: () =>
          schedulerOf(simulation, book, options, {
            keepId: (id) => {
              frameworkId = id;
              options.subscribed?.(id.value);
            },
            refused: anew,
            present: () => present ?? driver,
          }),
      });
      present = driver;
      node.spawn(driver);
    };
    /** With the id of a framework that has ended somebody comes again; where he is let in he ends it. */
    const haunt = (id: FrameworkID): void => {
      const ghost = new MesosSchedulerDriver({
        id: `ghost-${node.ids.uuid()}`,
        master: masterOf?.(place, node) ?? { host: '10.0.0.1', port: 5050 },
        authentication: options.authentication,
        framework: { user: 'nobody', name: `${name} again`, ...info, id },
        scheduler: () => ({
          subscribed: (driver) => driver.teardown(),
          offers: () => undefined,
          update: () => undefined,
        }),
      });
      node.spawn(ghost);
    };
    const anew = (): void => {
      if (teardownsMs === undefined) return;
      book.tornDown();
      if (frameworkId !== undefined) haunt(frameworkId);
      frameworkId = undefined;
      begin();
    };
    begin();
    const reconcile = (): void => {
      present?.reconcile(book.questions);
      node.clock.setTimer(RECONCILE_MS, reconcile);
    };
    node.clock.setTimer(RECONCILE_MS, reconcile);
    const whileUp = (atMs: number, run: () => void): void =>
      simulation.at(Math.max(0, atMs - simulation.elapsedMs), () => {
        if (present?.state === 'subscribed' && place.machine.up && place.machine.node === node) run();
      });
    for (const atMs of takeoversMs) whileUp(atMs, begin);
    for (const atMs of teardownsMs ?? [])
      whileUp(atMs, () => {
        present?.stop();
        anew();
      });
  });
}

/** What outlives a scheduler. */
interface Keeper {
  keepId(id: FrameworkID): void;
  refused(): void;
  /** Who has the framework now. */
  present(): SchedulerDriver;
}

function schedulerOf(
  simulation: Simulation,
  book: Book,
  options: FrameworkOptions,
  { keepId, refused, present }: Keeper,
): Scheduler {
  const chance = (): number => simulation.chance.next();
  const { wild = false } = options;
  return {
    subscribed: (_driver, { framework_id }) => {
      keepId(framework_id);
      book.subscribed(framework_id.value);
    },
    offers: (driver, offers) => {
      for (const offer of offers) {
        book.offered(offer.id.value, offer.agent_id.value);
        // Some are kept until they may be worth nothing.
        if (wild && chance() < 0.1)
          later(driver, chance() * 20_000, () => use(present(), offer, book, options, chance));
        else use(driver, offer, book, options, chance);
      }
    },
    inverseOffers: (driver, inverseOffers) => {
      for (const { id } of inverseOffers) {
        const filters = { refuse_seconds: 5 };
        if (chance() < 0.5) driver.acceptInverseOffers([id], filters);
        else if (chance() < 0.8) driver.declineInverseOffers([id], filters);
      }
    },
    error: refused,
    update: (driver, status) => {
      book.tell(status);
      if (!wild) return;
      if (status.state === TaskState.TASK_RUNNING && chance() < 0.2)
        later(driver, chance() * 10_000, () => driver.kill(status.task_id, status.agent_id));
      if (chance() < 0.1) driver.acknowledge({ ...status, uuid: new Uint8Array(16).fill(chance() * 256) });
    },
  };
}

function later(driver: SchedulerDriver, ms: number, run: () => void): void {
  (driver as MesosSchedulerDriver).after(ms, run);
}

function use(
  driver: SchedulerDriver,
  offer: Offer,
  book: Book,
  { launches, wild = false, reserves = false }: FrameworkOptions,
  chance: () => number,
): void {
  if (!launches()) {
    driver.decline([offer.id], { refuse_seconds: REFUSE_LONG_S });
    return;
  }
  if (book.open.length >= ACTIVE_MOST) {
    driver.decline([offer.id], { refuse_seconds: 2 });
    return;
  }
  const wishes = reserves ? operationsFor(offer, chance) : [];
  if (wishes.length > 0) driver.accept([offer.id], wishes, { refuse_seconds: 1 });
  else if (wild && driver.frameworkId !== undefined && chance() < GROUPS) {
    const group = groupFor(offer, book, driver.frameworkId);
    driver.accept([offer.id], [group], { refuse_seconds: 1 });
    killSoon(driver, group.launch_group?.task_group.tasks ?? [], chance);
  } else {
    const tasks = tasksFor(offer, book, wild ? chance : undefined);
    driver.launch([offer.id], tasks, { refuse_seconds: 1 });
    if (wild) killSoon(driver, tasks, chance);
  }
  if (!wild || chance() > 0.1) return;
  // Once more: it must not count.
  driver.launch([offer.id], tasksFor(offer, book, chance), { refuse_seconds: 1 });
}

/** One of them may be killed while it is on its way. */
function killSoon(driver: SchedulerDriver, tasks: readonly TaskInfo[], chance: () => number): void {
  if (chance() > EARLY_KILLS) return;
  const task = tasks[Math.floor(chance() * tasks.length)];
  // Short pauses are as frequent as long ones of each order of magnitude.
  if (task !== undefined)
    later(driver, EARLY_MOST_MS ** chance(), () => driver.kill(task.task_id, task.agent_id));
}

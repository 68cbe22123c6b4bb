/** A framework over HTTP that reserves and makes volumes by operations with ids, and wants to know what became of each. */
import type { SchedulerConnection } from '../../../actors/framework/driver/connection.ts';
import { MesosSchedulerDriver, type Scheduler } from '../../../actors/framework/driver/index.ts';
import {
  type FrameworkID,
  type Offer,
  type OfferOperation,
  OfferOperationType,
  type OperationStatus,
  SchedulerCallType,
} from '../../../proto/index.ts';
import type { Node } from '../../../runtime/index.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import type { Book } from './book.ts';
import { CAPABLE, type FrameworkOptions } from './framework.ts';
import { HttpSchedulerConnection } from './httpConnection.ts';
import type { OperationBook } from './operationBook.ts';
import { operationsFor, tasksFor } from './wishes.ts';

const NAME = 'modern';
const ACTIVE_MOST = 6;
const RECONCILE_MS = 30_000;
const REFUSE_LONG_S = 60;
/** Operations that cannot be, acknowledgements that are forgotten once, and acknowledgements of what never was. */
const ABSURD = 0.1;
const FORGOTTEN = 0.2;
const FOREIGN = 0.1;

export interface ModernBooks {
  readonly tasks: Book;
  readonly operations: OperationBook;
}

type Options = Pick<FrameworkOptions, 'launches' | 'masterOf' | 'authentication' | 'subscribed'>;

export function startModernMachine(simulation: Simulation, books: ModernBooks, options: Options): void {
  let frameworkId: FrameworkID | undefined;
  simulation.start(NAME, (place) => {
    const node = place.node();
    const player = new Player(simulation, books, options, (id) => {
      frameworkId = id;
    });
    const driver = new MesosSchedulerDriver({
      id: `scheduler-${node.ids.uuid()}`,
      master: options.masterOf?.(place, node) ?? { host: '10.0.0.1', port: 5050 },
      authentication: options.authentication,
      framework: {
        user: 'nobody',
        name: NAME,
        checkpoint: true,
        failover_timeout: 1e6,
        ...CAPABLE,
        roles: [NAME],
        ...(frameworkId && { id: frameworkId }),
      },
      scheduler: () => player.scheduler,
      connect: (host, events) => {
        const connection = new HttpSchedulerConnection(node, host, events);
        player.connection = connection;
        return connection;
      },
      observer: {
        event: ({ update_operation_status }) => {
          if (update_operation_status !== undefined) player.heard(update_operation_status.status);
        },
        call: () => undefined,
      },
    });
    player.driver = driver;
    node.spawn(driver);
    player.reconcileAlways(node);
  });
}

class Player {
  driver: MesosSchedulerDriver | undefined;
  connection: SchedulerConnection | undefined;
  private readonly books: ModernBooks;
  private readonly options: Options;
  private readonly keepId: (id: FrameworkID) => void;
  private readonly chance: () => number;
  /** Operations whose end was heard: an acknowledgement is forgotten at most once, or it would take longer than is played. */
  private readonly ended = new Set<string>();

  constructor(
    simulation: Simulation,
    books: ModernBooks,
    options: Options,
    keepId: (id: FrameworkID) => void,
  ) {
    this.books = books;
    this.options = options;
    this.keepId = keepId;
    this.chance = () => simulation.chance.next();
  }

  get scheduler(): Scheduler {
    const { tasks } = this.books;
    return {
      subscribed: (_driver, { framework_id }) => {
        this.keepId(framework_id);
        tasks.subscribed(framework_id.value);
        this.options.subscribed?.(framework_id.value);
      },
      offers: (_driver, offers) => {
        for (const offer of offers) {
          tasks.offered(offer.id.value, offer.agent_id.value);
          this.use(offer);
        }
      },
      update: (_driver, status) => tasks.tell(status),
    };
  }

  /** What became of an operation. */
  heard(status: OperationStatus): void {
    const { operations } = this.books;
    const { operation_id, agent_id, uuid } = status;
    operations.tell(status);
    if (operation_id === undefined || agent_id === undefined) return;
    const acknowledge = (value: Uint8Array): void => {
      const acknowledge_operation_status = { agent_id, operation_id, uuid: value };
      const type = SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS;
      this.call({ type, acknowledge_operation_status });
    };
    if (this.chance() < FOREIGN) acknowledge(new Uint8Array(16).fill(this.chance() * 256));
    if (uuid === undefined) return;
    const isFirst = !this.ended.has(operation_id.value);
    this.ended.add(operation_id.value);
    if (isFirst && this.chance() < FORGOTTEN) return;
    operations.acknowledge(uuid.value);
    acknowledge(uuid.value);
  }

  reconcileAlways(node: Node): void {
    const ask = (): void => {
      const { tasks, operations } = this.books;
      node.clock.setTimer(RECONCILE_MS, ask);
      if (this.driver?.state !== 'subscribed') return;
      if (tasks.questions.length > 0) this.driver.reconcile(tasks.questions);
      const { questions } = operations;
      if (questions.length > 0)
        this.call({
          type: SchedulerCallType.RECONCILE_OPERATIONS,
          reconcile_operations: { operations: questions },
        });
    };
    node.clock.setTimer(RECONCILE_MS, ask);
  }

  private call(call: Parameters<SchedulerConnection['call']>[0]): void {
    const framework_id = this.driver?.frameworkId;
    if (framework_id !== undefined) this.connection?.call({ framework_id, ...call });
  }

  private use(offer: Offer): void {
    const { driver, books, chance } = this;
    if (driver === undefined) return;
    if (!this.options.launches()) {
      driver.decline([offer.id], { refuse_seconds: REFUSE_LONG_S });
      return;
    }
    const wishes = this.wishesFor(offer);
    if (wishes.length > 0) driver.accept([offer.id], wishes, { refuse_seconds: 1 });
    else if (books.tasks.open.length >= ACTIVE_MOST || chance() < 0.3)
      driver.decline([offer.id], { refuse_seconds: 2 });
    else driver.launch([offer.id], tasksFor(offer, books.tasks), { refuse_seconds: 1 });
  }

  private wishesFor(offer: Offer): OfferOperation[] {
    const { operations } = this.books;
    const named = (operation: OfferOperation): OfferOperation => ({
      ...operation,
      id: { value: operations.begin(offer.agent_id.value) },
    });
    if (this.chance() < ABSURD) {
      const resources = (offer.resources ?? []).filter(({ reservations = [] }) => reservations.length === 0);
      return [named({ type: OfferOperationType.UNRESERVE, unreserve: { resources } })];
    }
    return operationsFor(offer, this.chance).map(named);
  }
}

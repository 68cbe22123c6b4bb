/**
 * What a framework implements (`Scheduler`) and what it is given (`SchedulerDriver`). Both speak v1 objects, whatever wire
 * lies below.
 */
import type {
  AgentID,
  ExecutorID,
  Filters,
  FrameworkID,
  FrameworkInfo,
  InverseOffer,
  KillPolicy,
  MasterInfo,
  Offer,
  OfferID,
  OfferOperation,
  SchedulerCallReconcileTask,
  SchedulerEventFailure,
  SchedulerEventMessage,
  TaskID,
  TaskInfo,
  TaskStatus,
} from '../../../proto/index.ts';

/** The master took the framework in, for the first time or again. */
export interface Subscription {
  readonly framework_id: FrameworkID;
  /** Undefined when the master did not say. */
  readonly master_info: MasterInfo | undefined;
  /** Whether the framework was subscribed before: its tasks may have gone on, updates may have been missed. */
  readonly again: boolean;
}

/**
 * The callbacks of a framework. Each runs to its end before the next one; none may be `async`. Objects handed in belong to
 * their sender: read them, never change them.
 */
export interface Scheduler {
  /** First of all callbacks, and again after every lost connection. Reconcile here when `again` is set. */
  subscribed?(driver: SchedulerDriver, subscription: Subscription): void;
  /** Every offer is to be answered once: by `accept`, by `launch` or by `decline`. */
  offers(driver: SchedulerDriver, offers: readonly Offer[]): void;
  /** The offer is void; using it nevertheless makes its tasks TASK_DROPPED. */
  rescind?(driver: SchedulerDriver, offerId: OfferID): void;
  /**
   * The machines of these agents are going to be away (`unavailability`): what runs there is asked back. Answered by
   * `acceptInverseOffers` or `declineInverseOffers`, which says what an operator is shown and changes nothing.
   */
  inverseOffers?(driver: SchedulerDriver, inverseOffers: readonly InverseOffer[]): void;
  /** The plan has changed, or the agent is gone: there is nothing to answer any more. */
  rescindInverseOffer?(driver: SchedulerDriver, inverseOfferId: OfferID): void;
  /** The state of a task. Acknowledged when this returns, unless the driver was asked for explicit acknowledgements. */
  update(driver: SchedulerDriver, status: TaskStatus): void;
  /** Data from an executor. Unreliable: may be lost, never repeated. */
  frameworkMessage?(driver: SchedulerDriver, message: SchedulerEventMessage): void;
  /** An agent is gone (`agent_id` alone), or an executor ended (all three fields). Tasks are told of by `update`. */
  failure?(driver: SchedulerDriver, failure: SchedulerEventFailure): void;
  /** The connection to the master is lost; the driver is at getting it back. Offers held are void. */
  disconnected?(driver: SchedulerDriver): void;
  /** The master refuses this framework for good. The driver is aborted. */
  error?(driver: SchedulerDriver, message: string): void;
}

/** Calls to the master. All are fire and forget: what comes of them arrives in callbacks. */
export interface SchedulerDriver {
  /** Given by the master with the first subscription. */
  readonly frameworkId: FrameworkID | undefined;
  /** State of the driver's chart, such as `subscribed`. */
  readonly state: string;

  /**
   * Uses offers of one agent and one role together; what the operations leave over is declined with `filters`.
   * While there is no master every task in a LAUNCH is answered at once by a TASK_DROPPED of the driver's own.
   * @param filters absent: the rest is not offered again for 5 s
   */
  accept(offerIds: readonly OfferID[], operations: readonly OfferOperation[], filters?: Filters): void;
  /** `accept` with one LAUNCH. */
  launch(offerIds: readonly OfferID[], tasks: readonly TaskInfo[], filters?: Filters): void;
  decline(offerIds: readonly OfferID[], filters?: Filters): void;
  /** The framework will be gone from there in time. */
  acceptInverseOffers(inverseOfferIds: readonly OfferID[], filters?: Filters): void;
  /** The framework will not give up what it has there. @param filters for how long it is not to be asked again */
  declineInverseOffers(inverseOfferIds: readonly OfferID[], filters?: Filters): void;
  /** Ends all filters and a `suppress`, for these roles or for all. */
  revive(roles?: readonly string[]): void;
  /** No more offers until `revive`. */
  suppress(roles?: readonly string[]): void;
  /**
   * Tells the master what else the framework is now: its roles, above all. It does not outlive the connection, since the master may
   * refuse it, without a word: it is to be said again when the driver has subscribed.
   * @param suppressedRoles of all roles those that want no offers
   */
  updateFramework(changes: Partial<FrameworkInfo>, suppressedRoles?: readonly string[]): void;
  kill(taskId: TaskID, agentId?: AgentID, killPolicy?: KillPolicy): void;
  /** Asks for the state of these tasks; of all that the master knows when the list is empty. */
  reconcile(tasks: readonly SchedulerCallReconcileTask[]): void;
  /** For drivers with explicit acknowledgements. Statuses without a uuid are not to be acknowledged: nothing happens. */
  acknowledge(status: TaskStatus): void;
  /** Data for an executor. Unreliable. */
  message(agentId: AgentID, executorId: ExecutorID, data: Uint8Array): void;
  /** Ends an executor with all its tasks. */
  shutdownExecutor(agentId: AgentID, executorId: ExecutorID): void;

  /** Removes the framework from the cluster: all its tasks are killed. The driver is stopped. */
  teardown(): void;
  /**
   * Ends this driver. With `failover` the framework stays and another driver with its id may take over within its
   * failover timeout; otherwise it is torn down.
   */
  stop(failover?: boolean): void;
  /** Takes no more callbacks and asks the master for no more offers, but leaves the framework as it is. */
  abort(): void;
}

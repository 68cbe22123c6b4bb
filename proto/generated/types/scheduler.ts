// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * Master to scheduler, on the subscription stream.
 * `mesos.v1.scheduler.Event`.
 */
export interface SchedulerEvent {
  type?: SchedulerEventType | undefined;
  subscribed?: SchedulerEventSubscribed | undefined;
  offers?: SchedulerEventOffers | undefined;
  inverse_offers?: SchedulerEventInverseOffers | undefined;
  rescind?: SchedulerEventRescind | undefined;
  rescind_inverse_offer?: SchedulerEventRescindInverseOffer | undefined;
  update?: SchedulerEventUpdate | undefined;
  update_operation_status?: SchedulerEventUpdateOperationStatus | undefined;
  message?: SchedulerEventMessage | undefined;
  failure?: SchedulerEventFailure | undefined;
  error?: SchedulerEventError | undefined;
}

/** `mesos.v1.scheduler.Event.Type`. */
export const SchedulerEventType = {
  UNKNOWN: 0,
  SUBSCRIBED: 1,
  OFFERS: 2,
  INVERSE_OFFERS: 9,
  RESCIND: 3,
  RESCIND_INVERSE_OFFER: 10,
  UPDATE: 4,
  UPDATE_OPERATION_STATUS: 11,
  MESSAGE: 5,
  FAILURE: 6,
  ERROR: 7,
  HEARTBEAT: 8,
} as const;
export type SchedulerEventType = (typeof SchedulerEventType)[keyof typeof SchedulerEventType];

/**
 * First event of a subscription: the framework's id and how often heartbeats come.
 * `mesos.v1.scheduler.Event.Subscribed`.
 */
export interface SchedulerEventSubscribed {
  framework_id: v1.FrameworkID;
  /** Seconds between heartbeats; a stream silent for longer is dead. */
  heartbeat_interval_seconds?: number | undefined;
  master_info?: v1.MasterInfo | undefined;
}

/**
 * Offers of resources.
 * `mesos.v1.scheduler.Event.Offers`.
 */
export interface SchedulerEventOffers {
  offers?: v1.Offer[] | undefined;
}

/**
 * Requests to give resources back.
 * `mesos.v1.scheduler.Event.InverseOffers`.
 */
export interface SchedulerEventInverseOffers {
  inverse_offers?: v1.InverseOffer[] | undefined;
}

/**
 * An offer is no longer valid.
 * `mesos.v1.scheduler.Event.Rescind`.
 */
export interface SchedulerEventRescind {
  offer_id: v1.OfferID;
}

/**
 * An inverse offer is no longer valid.
 * `mesos.v1.scheduler.Event.RescindInverseOffer`.
 */
export interface SchedulerEventRescindInverseOffer {
  inverse_offer_id: v1.OfferID;
}

/**
 * A status update; to be acknowledged when it carries a uuid.
 * `mesos.v1.scheduler.Event.Update`.
 */
export interface SchedulerEventUpdate {
  status: v1.TaskStatus;
}

/**
 * An operation has reached a state; to be acknowledged when it carries a uuid.
 * `mesos.v1.scheduler.Event.UpdateOperationStatus`.
 */
export interface SchedulerEventUpdateOperationStatus {
  status: v1.OperationStatus;
}

/**
 * Bytes from an executor of the framework; may be lost.
 * `mesos.v1.scheduler.Event.Message`.
 */
export interface SchedulerEventMessage {
  agent_id: v1.AgentID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}

/**
 * An agent (no executor_id) or an executor is gone.
 * `mesos.v1.scheduler.Event.Failure`.
 */
export interface SchedulerEventFailure {
  agent_id?: v1.AgentID | undefined;
  executor_id?: v1.ExecutorID | undefined;
  status?: number | undefined;
}

/**
 * The subscription is refused or ended; the stream closes after it.
 * `mesos.v1.scheduler.Event.Error`.
 */
export interface SchedulerEventError {
  message: string;
}

/**
 * Master to scheduler, in answer to a call that has one.
 * `mesos.v1.scheduler.Response`.
 */
export interface SchedulerResponse {
  type?: SchedulerResponseType | undefined;
  /** @deprecated */
  reconcile_operations?: SchedulerResponseReconcileOperations | undefined;
}

/** `mesos.v1.scheduler.Response.Type`. */
export const SchedulerResponseType = {
  UNKNOWN: 0,
  RECONCILE_OPERATIONS: 1,
} as const;
export type SchedulerResponseType = (typeof SchedulerResponseType)[keyof typeof SchedulerResponseType];

/** `mesos.v1.scheduler.Response.ReconcileOperations`. */
export interface SchedulerResponseReconcileOperations {
  /** @deprecated */
  operation_statuses?: v1.OperationStatus[] | undefined;
}

/**
 * A condition on one attribute (or host name, region, zone) of an agent.
 * `mesos.v1.scheduler.AttributeConstraint`.
 */
export interface SchedulerAttributeConstraint {
  selector: SchedulerAttributeConstraintSelector;
  predicate: SchedulerAttributeConstraintPredicate;
}

/** `mesos.v1.scheduler.AttributeConstraint.Selector`. */
export interface SchedulerAttributeConstraintSelector {
  pseudoattribute_type?: SchedulerAttributeConstraintSelectorPseudoattributeType | undefined;
  attribute_name?: string | undefined;
}

/** `mesos.v1.scheduler.AttributeConstraint.Selector.PseudoattributeType`. */
export const SchedulerAttributeConstraintSelectorPseudoattributeType = {
  UNKNOWN: 0,
  HOSTNAME: 1,
  REGION: 2,
  ZONE: 3,
} as const;
export type SchedulerAttributeConstraintSelectorPseudoattributeType =
  (typeof SchedulerAttributeConstraintSelectorPseudoattributeType)[keyof typeof SchedulerAttributeConstraintSelectorPseudoattributeType];

/** `mesos.v1.scheduler.AttributeConstraint.Predicate`. */
export interface SchedulerAttributeConstraintPredicate {
  exists?: SchedulerAttributeConstraintPredicateExists | undefined;
  not_exists?: SchedulerAttributeConstraintPredicateNotExists | undefined;
  text_equals?: SchedulerAttributeConstraintPredicateTextEquals | undefined;
  text_not_equals?: SchedulerAttributeConstraintPredicateTextNotEquals | undefined;
  text_matches?: SchedulerAttributeConstraintPredicateTextMatches | undefined;
  text_not_matches?: SchedulerAttributeConstraintPredicateTextNotMatches | undefined;
}

/** `mesos.v1.scheduler.AttributeConstraint.Predicate.Exists`. */
export type SchedulerAttributeConstraintPredicateExists = Record<string, never>;

/** `mesos.v1.scheduler.AttributeConstraint.Predicate.NotExists`. */
export type SchedulerAttributeConstraintPredicateNotExists = Record<string, never>;

/** `mesos.v1.scheduler.AttributeConstraint.Predicate.TextEquals`. */
export interface SchedulerAttributeConstraintPredicateTextEquals {
  value: string;
}

/** `mesos.v1.scheduler.AttributeConstraint.Predicate.TextNotEquals`. */
export interface SchedulerAttributeConstraintPredicateTextNotEquals {
  value: string;
}

/** `mesos.v1.scheduler.AttributeConstraint.Predicate.TextMatches`. */
export interface SchedulerAttributeConstraintPredicateTextMatches {
  regex: string;
}

/** `mesos.v1.scheduler.AttributeConstraint.Predicate.TextNotMatches`. */
export interface SchedulerAttributeConstraintPredicateTextNotMatches {
  regex: string;
}

/**
 * For each role the agents whose offers the framework wants: groups of constraints, any one group of which
 * suffices.
 * `mesos.v1.scheduler.OfferConstraints`.
 */
export interface SchedulerOfferConstraints {
  role_constraints?: { [key: string]: SchedulerOfferConstraintsRoleConstraints } | undefined;
}

/** `mesos.v1.scheduler.OfferConstraints.RoleConstraints`. */
export interface SchedulerOfferConstraintsRoleConstraints {
  groups?: SchedulerOfferConstraintsRoleConstraintsGroup[] | undefined;
}

/** `mesos.v1.scheduler.OfferConstraints.RoleConstraints.Group`. */
export interface SchedulerOfferConstraintsRoleConstraintsGroup {
  attribute_constraints?: SchedulerAttributeConstraint[] | undefined;
}

/**
 * Scheduler to master.
 * `mesos.v1.scheduler.Call`.
 */
export interface SchedulerCall {
  framework_id?: v1.FrameworkID | undefined;
  type?: SchedulerCallType | undefined;
  subscribe?: SchedulerCallSubscribe | undefined;
  accept?: SchedulerCallAccept | undefined;
  decline?: SchedulerCallDecline | undefined;
  accept_inverse_offers?: SchedulerCallAcceptInverseOffers | undefined;
  decline_inverse_offers?: SchedulerCallDeclineInverseOffers | undefined;
  revive?: SchedulerCallRevive | undefined;
  kill?: SchedulerCallKill | undefined;
  shutdown?: SchedulerCallShutdown | undefined;
  acknowledge?: SchedulerCallAcknowledge | undefined;
  acknowledge_operation_status?: SchedulerCallAcknowledgeOperationStatus | undefined;
  reconcile?: SchedulerCallReconcile | undefined;
  reconcile_operations?: SchedulerCallReconcileOperations | undefined;
  message?: SchedulerCallMessage | undefined;
  request?: SchedulerCallRequest | undefined;
  suppress?: SchedulerCallSuppress | undefined;
  update_framework?: SchedulerCallUpdateFramework | undefined;
}

/** `mesos.v1.scheduler.Call.Type`. */
export const SchedulerCallType = {
  UNKNOWN: 0,
  SUBSCRIBE: 1,
  TEARDOWN: 2,
  ACCEPT: 3,
  DECLINE: 4,
  ACCEPT_INVERSE_OFFERS: 13,
  DECLINE_INVERSE_OFFERS: 14,
  REVIVE: 5,
  KILL: 6,
  SHUTDOWN: 7,
  ACKNOWLEDGE: 8,
  ACKNOWLEDGE_OPERATION_STATUS: 15,
  RECONCILE: 9,
  RECONCILE_OPERATIONS: 16,
  MESSAGE: 10,
  REQUEST: 11,
  SUPPRESS: 12,
  UPDATE_FRAMEWORK: 17,
} as const;
export type SchedulerCallType = (typeof SchedulerCallType)[keyof typeof SchedulerCallType];

/**
 * Opens the event stream, of a new framework or of one that has an id.
 * `mesos.v1.scheduler.Call.Subscribe`.
 */
export interface SchedulerCallSubscribe {
  framework_info: v1.FrameworkInfo;
  suppressed_roles?: string[] | undefined;
  offer_constraints?: SchedulerOfferConstraints | undefined;
}

/**
 * Uses offers of one agent for operations; what is left over is declined.
 * `mesos.v1.scheduler.Call.Accept`.
 */
export interface SchedulerCallAccept {
  offer_ids?: v1.OfferID[] | undefined;
  operations?: v1.OfferOperation[] | undefined;
  filters?: v1.Filters | undefined;
}

/**
 * Gives offers back.
 * `mesos.v1.scheduler.Call.Decline`.
 */
export interface SchedulerCallDecline {
  offer_ids?: v1.OfferID[] | undefined;
  filters?: v1.Filters | undefined;
}

/**
 * Agrees to give the resources back.
 * `mesos.v1.scheduler.Call.AcceptInverseOffers`.
 */
export interface SchedulerCallAcceptInverseOffers {
  inverse_offer_ids?: v1.OfferID[] | undefined;
  filters?: v1.Filters | undefined;
}

/**
 * Does not agree to give the resources back.
 * `mesos.v1.scheduler.Call.DeclineInverseOffers`.
 */
export interface SchedulerCallDeclineInverseOffers {
  inverse_offer_ids?: v1.OfferID[] | undefined;
  filters?: v1.Filters | undefined;
}

/**
 * Removes filters and suppression, for all roles or those named.
 * `mesos.v1.scheduler.Call.Revive`.
 */
export interface SchedulerCallRevive {
  roles?: string[] | undefined;
}

/**
 * Kills a task.
 * `mesos.v1.scheduler.Call.Kill`.
 */
export interface SchedulerCallKill {
  task_id: v1.TaskID;
  agent_id?: v1.AgentID | undefined;
  kill_policy?: v1.KillPolicy | undefined;
}

/**
 * Ends an executor with its tasks.
 * `mesos.v1.scheduler.Call.Shutdown`.
 */
export interface SchedulerCallShutdown {
  executor_id: v1.ExecutorID;
  agent_id: v1.AgentID;
}

/**
 * The framework has dealt with a status update.
 * `mesos.v1.scheduler.Call.Acknowledge`.
 */
export interface SchedulerCallAcknowledge {
  agent_id: v1.AgentID;
  task_id: v1.TaskID;
  uuid: Uint8Array;
}

/**
 * The framework has dealt with an operation status.
 * `mesos.v1.scheduler.Call.AcknowledgeOperationStatus`.
 */
export interface SchedulerCallAcknowledgeOperationStatus {
  agent_id?: v1.AgentID | undefined;
  resource_provider_id?: v1.ResourceProviderID | undefined;
  uuid: Uint8Array;
  operation_id: v1.OperationID;
}

/**
 * Asks for the states of tasks: those named, or all.
 * `mesos.v1.scheduler.Call.Reconcile`.
 */
export interface SchedulerCallReconcile {
  tasks?: SchedulerCallReconcileTask[] | undefined;
}

/** `mesos.v1.scheduler.Call.Reconcile.Task`. */
export interface SchedulerCallReconcileTask {
  task_id: v1.TaskID;
  agent_id?: v1.AgentID | undefined;
}

/**
 * Asks for the states of operations: those named, or all.
 * `mesos.v1.scheduler.Call.ReconcileOperations`.
 */
export interface SchedulerCallReconcileOperations {
  operations?: SchedulerCallReconcileOperationsOperation[] | undefined;
}

/** `mesos.v1.scheduler.Call.ReconcileOperations.Operation`. */
export interface SchedulerCallReconcileOperationsOperation {
  operation_id: v1.OperationID;
  agent_id?: v1.AgentID | undefined;
  resource_provider_id?: v1.ResourceProviderID | undefined;
}

/**
 * Bytes to an executor of the framework; may be lost.
 * `mesos.v1.scheduler.Call.Message`.
 */
export interface SchedulerCallMessage {
  agent_id: v1.AgentID;
  executor_id: v1.ExecutorID;
  data: Uint8Array;
}

/**
 * Resources the framework would like to be offered; a hint.
 * `mesos.v1.scheduler.Call.Request`.
 */
export interface SchedulerCallRequest {
  requests?: v1.Request[] | undefined;
}

/**
 * No more offers, for all roles or those named.
 * `mesos.v1.scheduler.Call.Suppress`.
 */
export interface SchedulerCallSuppress {
  roles?: string[] | undefined;
}

/**
 * Changes the framework's description while it is subscribed.
 * `mesos.v1.scheduler.Call.UpdateFramework`.
 */
export interface SchedulerCallUpdateFramework {
  framework_info: v1.FrameworkInfo;
  suppressed_roles?: string[] | undefined;
  offer_constraints?: SchedulerOfferConstraints | undefined;
}

/**
 * Outcome of a call that is answered with more than a status.
 * `mesos.v1.scheduler.APIResult`.
 */
export interface SchedulerAPIResult {
  status_code: number;
  response?: SchedulerResponse | undefined;
  error?: string | undefined;
}

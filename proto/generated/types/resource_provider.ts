// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * Agent to resource provider, on the subscription stream.
 * `mesos.v1.resource_provider.Event`.
 */
export interface ResourceProviderEvent {
  type?: ResourceProviderEventType | undefined;
  subscribed?: ResourceProviderEventSubscribed | undefined;
  apply_operation?: ResourceProviderEventApplyOperation | undefined;
  publish_resources?: ResourceProviderEventPublishResources | undefined;
  acknowledge_operation_status?: ResourceProviderEventAcknowledgeOperationStatus | undefined;
  reconcile_operations?: ResourceProviderEventReconcileOperations | undefined;
}

/** `mesos.v1.resource_provider.Event.Type`. */
export const ResourceProviderEventType = {
  UNKNOWN: 0,
  SUBSCRIBED: 1,
  APPLY_OPERATION: 2,
  PUBLISH_RESOURCES: 3,
  ACKNOWLEDGE_OPERATION_STATUS: 4,
  RECONCILE_OPERATIONS: 5,
  TEARDOWN: 6,
} as const;
export type ResourceProviderEventType =
  (typeof ResourceProviderEventType)[keyof typeof ResourceProviderEventType];

/** `mesos.v1.resource_provider.Event.Subscribed`. */
export interface ResourceProviderEventSubscribed {
  provider_id: v1.ResourceProviderID;
}

/** `mesos.v1.resource_provider.Event.ApplyOperation`. */
export interface ResourceProviderEventApplyOperation {
  framework_id?: v1.FrameworkID | undefined;
  info: v1.OfferOperation;
  operation_uuid: v1.UUID;
  resource_version_uuid: v1.UUID;
}

/** `mesos.v1.resource_provider.Event.PublishResources`. */
export interface ResourceProviderEventPublishResources {
  uuid: v1.UUID;
  resources?: v1.Resource[] | undefined;
}

/** `mesos.v1.resource_provider.Event.AcknowledgeOperationStatus`. */
export interface ResourceProviderEventAcknowledgeOperationStatus {
  status_uuid: v1.UUID;
  operation_uuid: v1.UUID;
}

/** `mesos.v1.resource_provider.Event.ReconcileOperations`. */
export interface ResourceProviderEventReconcileOperations {
  operation_uuids?: v1.UUID[] | undefined;
}

/**
 * Resource provider to agent.
 * `mesos.v1.resource_provider.Call`.
 */
export interface ResourceProviderCall {
  resource_provider_id?: v1.ResourceProviderID | undefined;
  type?: ResourceProviderCallType | undefined;
  subscribe?: ResourceProviderCallSubscribe | undefined;
  update_operation_status?: ResourceProviderCallUpdateOperationStatus | undefined;
  update_state?: ResourceProviderCallUpdateState | undefined;
  update_publish_resources_status?: ResourceProviderCallUpdatePublishResourcesStatus | undefined;
}

/** `mesos.v1.resource_provider.Call.Type`. */
export const ResourceProviderCallType = {
  UNKNOWN: 0,
  SUBSCRIBE: 1,
  UPDATE_OPERATION_STATUS: 2,
  UPDATE_STATE: 3,
  UPDATE_PUBLISH_RESOURCES_STATUS: 4,
} as const;
export type ResourceProviderCallType =
  (typeof ResourceProviderCallType)[keyof typeof ResourceProviderCallType];

/** `mesos.v1.resource_provider.Call.Subscribe`. */
export interface ResourceProviderCallSubscribe {
  resource_provider_info: v1.ResourceProviderInfo;
}

/** `mesos.v1.resource_provider.Call.UpdateOperationStatus`. */
export interface ResourceProviderCallUpdateOperationStatus {
  framework_id?: v1.FrameworkID | undefined;
  status: v1.OperationStatus;
  latest_status?: v1.OperationStatus | undefined;
  operation_uuid: v1.UUID;
}

/** `mesos.v1.resource_provider.Call.UpdateState`. */
export interface ResourceProviderCallUpdateState {
  operations?: v1.Operation[] | undefined;
  resources?: v1.Resource[] | undefined;
  resource_version_uuid: v1.UUID;
}

/** `mesos.v1.resource_provider.Call.UpdatePublishResourcesStatus`. */
export interface ResourceProviderCallUpdatePublishResourcesStatus {
  uuid: v1.UUID;
  status: ResourceProviderCallUpdatePublishResourcesStatusStatus;
}

/** `mesos.v1.resource_provider.Call.UpdatePublishResourcesStatus.Status`. */
export const ResourceProviderCallUpdatePublishResourcesStatusStatus = {
  UNKNOWN: 0,
  OK: 1,
  FAILED: 2,
} as const;
export type ResourceProviderCallUpdatePublishResourcesStatusStatus =
  (typeof ResourceProviderCallUpdatePublishResourcesStatusStatus)[keyof typeof ResourceProviderCallUpdatePublishResourcesStatusStatus];

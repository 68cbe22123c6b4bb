/** `/api/v1/resource_provider`: resource providers over HTTP (agent.md §15). The checks come in Mesos' order. */
import { answerTypeOf, readPosted } from '../../../proto/api/readCall.ts';
import { isUuid } from '../../../proto/ids.ts';
import {
  type ResourceProviderCall,
  ResourceProviderCallType,
  ResourceProviderCallUpdatePublishResourcesStatusStatus,
  type UUID,
} from '../../../proto/index.ts';
import { resourcesOfOperation, validateResources } from '../../../proto/resources/index.ts';
import { firstProblem } from '../../../proto/validation/problems.ts';
import { HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../../../runtime/index.ts';
import type { AgentView } from '../agent.ts';
import { ProviderConnection } from '../resourceProvider/connection.ts';
import type { ProviderEntry } from '../resourceProvider/entry.ts';

/** What a call is nothing without, by its type. */
const BODIES = new Map<ResourceProviderCallType, keyof ResourceProviderCall>([
  [ResourceProviderCallType.SUBSCRIBE, 'subscribe'],
  [ResourceProviderCallType.UPDATE_OPERATION_STATUS, 'update_operation_status'],
  [ResourceProviderCallType.UPDATE_STATE, 'update_state'],
  [ResourceProviderCallType.UPDATE_PUBLISH_RESOURCES_STATUS, 'update_publish_resources_status'],
]);

export function resourceProviderApi(agent: AgentView): HttpHandler {
  return refusable((request, reply) => {
    if (agent.host.agentId() === '') throw new HttpRefusal(503, 'This agent has no id yet');
    const call = readPosted('mesos.v1.resource_provider.Call', request);
    const problem = problemOf(call);
    if (problem !== undefined)
      throw new HttpRefusal(400, `Failed to validate resource_provider::Call: ${problem}`);
    if (call.type === ResourceProviderCallType.SUBSCRIBE) subscribe(agent, call, request, reply);
    else {
      perform(agent, call, callerOf(agent, call, request));
      reply.send(202);
    }
  });
}

function problemOf(call: ResourceProviderCall): string | undefined {
  const { type, resource_provider_id } = call;
  if (type === undefined) return "Expecting 'type' to be present";
  const body = BODIES.get(type);
  if (body === undefined) return undefined;
  if (type !== ResourceProviderCallType.SUBSCRIBE && resource_provider_id === undefined)
    return "Expecting 'resource_provider_id' to be present";
  return call[body] === undefined ? `Expecting '${body}' to be present` : undefined;
}

function subscribe(
  { host, providers }: AgentView,
  { subscribe: body }: ResourceProviderCall,
  request: HttpRequest,
  reply: HttpReply,
): void {
  const type = answerTypeOf(request);
  if (request.headers['mesos-stream-id'] !== undefined)
    throw new HttpRefusal(400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
  if (body === undefined) return;
  const info = body.resource_provider_info;
  if (info.id === undefined && providers.isFull)
    throw new HttpRefusal(503, 'This agent has given ids to as many resource providers as it can have');
  const streamId = host.ids.uuid();
  const stream = reply.stream(200, { 'Content-Type': type, 'Mesos-Stream-Id': streamId });
  const connection: ProviderConnection = new ProviderConnection(
    stream,
    type,
    streamId,
    host.defer(() => providers.lost(connection)),
  );
  providers.subscribe(info, connection);
}

/** The provider that calls, on the stream that it has. */
function callerOf({ providers }: AgentView, call: ResourceProviderCall, request: HttpRequest): ProviderEntry {
  const id = call.resource_provider_id?.value ?? '';
  const entry = providers.find(id);
  if (entry?.connection === undefined) {
    if (call.type === ResourceProviderCallType.UNKNOWN) throw unknownType();
    throw new HttpRefusal(400, 'Resource provider is not subscribed');
  }
  const problem = inconsistencyOf(call, id);
  if (problem !== undefined) throw new HttpRefusal(400, `Inconsistent call: ${problem}`);
  const streamId = request.headers['mesos-stream-id'];
  if (streamId === undefined)
    throw new HttpRefusal(400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header");
  if (streamId !== entry.connection.streamId)
    throw new HttpRefusal(
      400,
      `'Mesos-Stream-Id' is not that of the stream that resource provider ${id} has`,
    );
  return entry;
}

/** What it says must be of itself. */
function inconsistencyOf(
  { update_state, update_operation_status }: ResourceProviderCall,
  id: string,
): string | undefined {
  if (update_state !== undefined) {
    const { resources = [], operations = [] } = update_state;
    const all = [...resources, ...operations.flatMap(({ info }) => resourcesOfOperation(info))];
    if (all.some(({ provider_id }) => provider_id?.value !== id))
      return "Inconsistent resource provider ID in 'update_state'";
    const uuids = [update_state.resource_version_uuid, ...operations.map(({ uuid }) => uuid)];
    return validateResources(all) ?? firstProblem(uuids, uuidProblem);
  }
  if (update_operation_status === undefined) return undefined;
  const { status, latest_status, operation_uuid } = update_operation_status;
  const problem = firstProblem([operation_uuid, status.uuid ?? operation_uuid], uuidProblem);
  if (problem !== undefined) return problem;
  return firstProblem(
    [status, latest_status ?? status],
    ({ resource_provider_id, converted_resources = [] }) => {
      const isOwn = converted_resources.every(({ provider_id }) => provider_id?.value === id);
      return resource_provider_id?.value === id && isOwn
        ? validateResources(converted_resources)
        : "Inconsistent resource provider ID in 'update_operation_status'";
    },
  );
}

/** Frameworks repeat it when they acknowledge, and are held to it. */
function uuidProblem({ value }: UUID): string | undefined {
  return isUuid(value) ? undefined : 'A uuid is none of 16 bytes, of version 1 to 5';
}

function perform({ providers }: AgentView, call: ResourceProviderCall, entry: ProviderEntry): void {
  const { update_state, update_operation_status, update_publish_resources_status } = call;
  switch (call.type) {
    case ResourceProviderCallType.UPDATE_STATE:
      if (update_state !== undefined) providers.stateTold(entry, update_state);
      return;
    case ResourceProviderCallType.UPDATE_OPERATION_STATUS: {
      const problem = update_operation_status && providers.operations.update(entry, update_operation_status);
      if (problem !== undefined)
        throw new HttpRefusal(400, `The operation cannot have come to this: ${problem}`);
      return;
    }
    case ResourceProviderCallType.UPDATE_PUBLISH_RESOURCES_STATUS: {
      const { OK } = ResourceProviderCallUpdatePublishResourcesStatusStatus;
      const { uuid, status } = update_publish_resources_status ?? {};
      // An answer that nobody waits for (any more) changes nothing.
      if (uuid !== undefined) providers.publishTold(entry, uuid.value, status === OK);
      return;
    }
    default:
      throw unknownType();
  }
}

function unknownType(): HttpRefusal {
  return new HttpRefusal(501, 'Received a call of type UNKNOWN');
}

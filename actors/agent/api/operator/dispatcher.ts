/** `/api/v1` of the agent: which call it is, whether it can be read, and whose it is to answer (v1-operator-api.md §4.1). */
import { bodyNameOf, readBody } from '../../../../proto/api/readCall.ts';
import {
  type AgentCall,
  AgentCallType,
  enumName,
  RecordDecoder,
  RecordIoError,
} from '../../../../proto/index.ts';
import {
  answerTypeFor,
  JSON_TYPE,
  type MediaType,
  mediaTypeOf,
  PROTOBUF_TYPE,
  takes,
} from '../../../../proto/mediaTypes.ts';
import { expectMethod, HttpRefusal, refusable } from '../../../../runtime/http/refusal.ts';
import type { HttpHandler, HttpRequest } from '../../../../runtime/index.ts';
import { type Framing, type OperatorCalls, OperatorRequest, type ServedAgent } from './call.ts';

export const RECORDIO_TYPE = 'application/recordio';

const ALL_TYPES = `${JSON_TYPE} or ${PROTOBUF_TYPE} or ${RECORDIO_TYPE}`;

export function operatorApi(agent: ServedAgent, calls: OperatorCalls): HttpHandler {
  return refusable((request, reply) => {
    if (agent.registration.isRecovering) throw new HttpRefusal(503, 'Agent has not finished recovery');
    expectMethod(request.method, 'POST');
    const framed = requestTypes(request);
    const { answerType, framing } = answerTypes(request, framed.framed ? framed.type : undefined);
    const call = framed.framed
      ? firstRecord(request, framed.type)
      : readBody('mesos.v1.agent.Call', framed.type, request.body);
    const entry = entryOf(call, calls);
    expectFraming(framing, entry);
    if (entry === undefined)
      throw new HttpRefusal(501, `Calls of type ${enumName(AgentCallType, call.type)} are not served`);
    const parts = { call, answerType, http: request, reply, authorizer: agent.authorizer };
    entry.perform(new OperatorRequest(parts, framing), agent);
  });
}

/** In which encoding the call is, and whether it is the first record of a stream. */
function requestTypes({ headers }: HttpRequest): { type: MediaType; framed: boolean } {
  const contentType = headers['content-type'];
  const messageType = headers['message-content-type'];
  if (contentType === undefined) throw new HttpRefusal(400, "Expecting 'Content-Type' to be present");
  if (contentType === RECORDIO_TYPE) {
    if (messageType === undefined)
      throw new HttpRefusal(400, `Expecting 'Message-Content-Type' to be set for streaming requests`);
    const type = mediaTypeOf(messageType);
    if (type === undefined)
      throw new HttpRefusal(415, `Expecting 'Message-Content-Type' of ${JSON_TYPE} or ${PROTOBUF_TYPE}`);
    return { type, framed: true };
  }
  const type = mediaTypeOf(contentType);
  if (type === undefined) throw new HttpRefusal(415, `Expecting 'Content-Type' of ${ALL_TYPES}`);
  if (messageType !== undefined)
    throw new HttpRefusal(415, `Expecting 'Message-Content-Type' to be not set for non-streaming requests`);
  return { type, framed: false };
}

/** What the client reads: a message, or a stream of records. */
function answerTypes(
  { headers }: HttpRequest,
  request: MediaType | undefined,
): { answerType: MediaType; framing: Framing } {
  const plain = answerTypeFor(headers['accept']);
  const messageAccept = headers['message-accept'];
  if (plain === undefined && takes(headers['accept'], RECORDIO_TYPE)) {
    const answer = answerTypeFor(messageAccept);
    if (answer === undefined)
      throw new HttpRefusal(406, `Expecting 'Message-Accept' to allow ${JSON_TYPE} or ${PROTOBUF_TYPE}`);
    return { answerType: answer, framing: { request, answer } };
  }
  if (plain === undefined) throw new HttpRefusal(406, `Expecting 'Accept' to allow ${ALL_TYPES}`);
  if (messageAccept !== undefined)
    throw new HttpRefusal(406, "Expecting 'Message-Accept' to be not set for non-streaming responses");
  return { answerType: plain, framing: { request, answer: undefined } };
}

/** The call that begins a stream of records; what follows it is its handler's to read. */
function firstRecord({ body }: HttpRequest, type: MediaType): AgentCall {
  try {
    const [first] = new RecordDecoder().push(body);
    if (first !== undefined) return readBody('mesos.v1.agent.Call', type, first);
  } catch (error) {
    if (!(error instanceof RecordIoError)) throw error;
    throw new HttpRefusal(400, `Failed to read the first record: ${error.message}`);
  }
  throw new HttpRefusal(400, 'Expecting a record with the call');
}

function entryOf(call: AgentCall, calls: OperatorCalls): OperatorCalls['GET_HEALTH'] {
  if (call.type === undefined) throw invalid("Expecting 'type' to be present");
  const name = enumName(AgentCallType, call.type);
  const entry = calls[name as keyof typeof AgentCallType];
  const needs = entry === undefined ? bodyNameOf('mesos.v1.agent.Call', name) : entry.needs;
  if (needs !== undefined && call[needs as keyof AgentCall] === undefined)
    throw invalid(`Expecting '${needs}' to be present`);
  return entry;
}

function expectFraming({ request, answer }: Framing, entry: OperatorCalls['GET_HEALTH']): void {
  const takesRecords = entry?.takesRecords === true;
  if (request !== undefined && !takesRecords)
    throw new HttpRefusal(415, `Streaming 'Content-Type' ${RECORDIO_TYPE} is not supported for this call`);
  if (request === undefined && takesRecords)
    throw new HttpRefusal(415, `Expecting 'Content-Type' to be ${RECORDIO_TYPE} for this call`);
  if (answer !== undefined && entry?.givesRecords !== true)
    throw new HttpRefusal(406, `Streaming response of ${RECORDIO_TYPE} is not supported for this call`);
}

function invalid(problem: string): HttpRefusal {
  return new HttpRefusal(400, `Failed to validate agent::Call: ${problem}`);
}

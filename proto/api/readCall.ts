/** How the v1 APIs read a call: the checks before any meaning, in Mesos' order (v1-scheduler-api.md §2.2, v1-operator-api.md §2.1). */
import { expectMethod, HttpRefusal } from '../../runtime/http/refusal.ts';
import type { HttpRequest } from '../../runtime/index.ts';
import { DecodeError, JsonMappingError, type MessageTypes } from '../index.ts';
import {
  answerTypeFor,
  JSON_TYPE,
  type MediaType,
  mediaTypeOf,
  PROTOBUF_TYPE,
  readMessage,
} from '../mediaTypes.ts';
import { messageNamed } from '../schema.ts';

/**
 * The message that was posted.
 * @throws HttpRefusal 405 for another method than POST, 400 without a content type or for a body that is no such message, 415
 */
export function readPosted<Name extends keyof MessageTypes & string>(
  name: Name,
  { method, headers, body }: HttpRequest,
): MessageTypes[Name] {
  expectMethod(method, 'POST');
  const contentType = headers['content-type'];
  if (contentType === undefined) throw new HttpRefusal(400, "Expecting 'Content-Type' to be present");
  const type = mediaTypeOf(contentType);
  if (type === undefined)
    throw new HttpRefusal(415, `Expecting 'Content-Type' of ${JSON_TYPE} or ${PROTOBUF_TYPE}`);
  return readBody(name, type, body);
}

/** @throws HttpRefusal 400 saying what is wrong with the body, and where */
export function readBody<Name extends keyof MessageTypes & string>(
  name: Name,
  type: MediaType,
  body: Uint8Array,
): MessageTypes[Name] {
  try {
    return readMessage(name, type, body);
  } catch (error) {
    if (!(error instanceof JsonMappingError || error instanceof DecodeError)) throw error;
    throw new HttpRefusal(400, `Failed to parse the body as ${name}: ${error.message}`);
  }
}

/**
 * The encoding that the client reads.
 * @throws HttpRefusal 406 when it reads neither
 */
export function answerTypeOf({ headers }: HttpRequest): MediaType {
  const type = answerTypeFor(headers['accept']);
  if (type === undefined)
    throw new HttpRefusal(406, `Expecting 'Accept' to allow '${PROTOBUF_TYPE}' or '${JSON_TYPE}'`);
  return type;
}

/** The sub-message that belongs to a call: it has the call's name; undefined for a call that is nothing but its type. */
export function bodyNameOf(
  callType: 'mesos.v1.master.Call' | 'mesos.v1.agent.Call',
  name: string,
): string | undefined {
  const field = name.toLowerCase();
  return messageNamed(callType).fields.some((each) => each.name === field) ? field : undefined;
}

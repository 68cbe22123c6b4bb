/**
 * What a call of the operator API is to the dispatcher: an entry of a table, by name. A handler runs as an event of the master;
 * it answers at once through its request, or later, when the registry or a disk has answered.
 */
import { ApiRequest, type ApiRequestParts } from '../../../../proto/api/apiRequest.ts';
import type { MasterCall, MasterCallType } from '../../../../proto/index.ts';
import type { MasterParts } from '../../parts.ts';

/** One call as its handler sees it, and the ways to answer it. */
export class OperatorRequest extends ApiRequest<MasterCall, 'mesos.v1.master.Response'> {
  constructor(parts: ApiRequestParts<MasterCall>) {
    super('mesos.v1.master.Response', parts);
  }
}

export interface OperatorCall {
  /** The sub-message without which the call says nothing; 400 when it is missing. */
  readonly needs: keyof MasterCall | undefined;
  /** @throws HttpRefusal when it is not done */
  perform(request: OperatorRequest, parts: MasterParts): void;
}

/** Handlers by the name of their call. */
export type OperatorCalls = { readonly [Name in keyof typeof MasterCallType]?: OperatorCall };

/** A call that is nothing but its type. */
export function bare(perform: (request: OperatorRequest, parts: MasterParts) => void): OperatorCall {
  return { needs: undefined, perform };
}

/** A call whose sub-message must be there. */
export function withBody<Name extends Exclude<keyof MasterCall, 'type'>>(
  name: Name,
  perform: (body: NonNullable<MasterCall[Name]>, request: OperatorRequest, parts: MasterParts) => void,
): OperatorCall {
  return {
    needs: name,
    perform: (request, parts) => {
      const body = request.call[name];
      // The dispatcher has looked.
      if (body !== undefined) perform(body as NonNullable<MasterCall[Name]>, request, parts);
    },
  };
}

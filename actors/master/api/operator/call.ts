/**
 * What a call of the operator API is to the dispatcher: an entry of a table, by name. A handler runs as an event of the master;
 * it answers at once through its request, or later, when the registry or a disk has answered.
 */

import type { Action, Approver, Authorizer } from '../../../../proto/authorization/index.ts';
import type { MasterCall, MasterCallType, MasterResponse } from '../../../../proto/index.ts';
import { type MediaType, writeMessage } from '../../../../proto/mediaTypes.ts';
import { HttpRefusal } from '../../../../runtime/http/refusal.ts';
import type { HttpReply, HttpRequest, Principal } from '../../../../runtime/index.ts';
import type { MasterParts } from '../../parts.ts';

/** One call as its handler sees it, and the ways to answer it. Exactly one of the answers is given, once. */
export class OperatorRequest {
  readonly call: MasterCall;
  /** How the client reads answers. */
  readonly answerType: MediaType;
  /** Who asks; undefined when nobody was asked who they are. */
  readonly principal: Principal | undefined;
  readonly http: HttpRequest;
  readonly reply: HttpReply;
  private readonly authorizer: Authorizer;

  constructor(
    call: MasterCall,
    answerType: MediaType,
    http: HttpRequest,
    reply: HttpReply,
    authorizer: Authorizer,
  ) {
    this.authorizer = authorizer;
    this.call = call;
    this.answerType = answerType;
    this.principal = http.principal;
    this.http = http;
    this.reply = reply;
  }

  /** Of which objects (roles, users, principals: see master.md §14) the caller may do that. */
  approver(action: Action): Approver {
    return this.authorizer.approver(this.principal, action);
  }

  /**
   * @param object role, user or principal that it is done to; left out where an action has none
   * @throws HttpRefusal 403 when the caller may not
   */
  expectAllowed(action: Action, object?: string): void {
    if (this.approver(action)(object)) return;
    const whom = object === undefined ? '' : ` for '${object}'`;
    throw new HttpRefusal(403, `You may not ${action}${whom}`);
  }

  /** 200 with a message. */
  answer(response: MasterResponse): void {
    const body = writeMessage('mesos.v1.master.Response', this.answerType, response);
    this.reply.send(200, body, { 'Content-Type': this.answerType });
  }

  /** Done, or (202) taken and under way; there is nothing to tell. */
  done(status: 200 | 202 = 200): void {
    this.reply.send(status);
  }

  /** A line of text that says why not. Before anything was begun, throwing an HttpRefusal does the same. */
  refuse(status: number, text: string): void {
    this.reply.text(status, text);
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

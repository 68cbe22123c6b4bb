/** One call of an operator API as its handler sees it, and the ways to answer it: the same at master and agent. */
import { HttpRefusal } from '../../runtime/http/refusal.ts';
import type { HttpReply, HttpRequest, Principal } from '../../runtime/index.ts';
import type { Action, Approver, Authorizer } from '../authorization/index.ts';
import type { MessageTypes } from '../index.ts';
import { type MediaType, writeMessage } from '../mediaTypes.ts';

export interface ApiRequestParts<Call> {
  readonly call: Call;
  /** How the client reads answers. */
  readonly answerType: MediaType;
  readonly http: HttpRequest;
  readonly reply: HttpReply;
  readonly authorizer: Authorizer;
}

/** Exactly one of the answers is given, once: at once or later, when the registry, a container or a disk has answered. */
export abstract class ApiRequest<Call, Response extends keyof MessageTypes & string> {
  readonly call: Call;
  readonly answerType: MediaType;
  /** Who asks; undefined when nobody was asked who they are. */
  readonly principal: Principal | undefined;
  readonly http: HttpRequest;
  readonly reply: HttpReply;
  private readonly authorizer: Authorizer;
  private readonly responseName: Response;

  constructor(responseName: Response, parts: ApiRequestParts<Call>) {
    this.responseName = responseName;
    this.call = parts.call;
    this.answerType = parts.answerType;
    this.principal = parts.http.principal;
    this.http = parts.http;
    this.reply = parts.reply;
    this.authorizer = parts.authorizer;
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
  answer(response: MessageTypes[Response]): void {
    if (this.reply.closed) return;
    const body = writeMessage(this.responseName, this.answerType, response);
    this.reply.send(200, body, { 'Content-Type': this.answerType });
  }

  /** Done, or (202) taken and under way; there is nothing to tell. */
  done(status: 200 | 202 = 200): void {
    if (!this.reply.closed) this.reply.send(status);
  }

  /** A line of text that says why not. Before anything was begun, throwing an HttpRefusal does the same. */
  refuse(status: number, text: string): void {
    if (!this.reply.closed) this.reply.text(status, text);
  }

  /** Answers by what comes of a promise; a rejection that is no HttpRefusal is a 500 with its words. */
  answerBy(later: Promise<MessageTypes[Response]>): void {
    later.then(
      (response) => this.answer(response),
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        this.refuse(error instanceof HttpRefusal ? error.status : 500, message);
      },
    );
  }
}

/**
 * What a call of the agent's operator API is to the dispatcher: an entry of a table, by name. A handler runs as an event of the
 * agent; it answers at once through its request, or later.
 */
import { ApiRequest, type ApiRequestParts } from '../../../../proto/api/apiRequest.ts';
import type { AgentCall, AgentCallType } from '../../../../proto/index.ts';
import type { MediaType } from '../../../../proto/mediaTypes.ts';
import type { BuildFacts } from '../../../../runtime/endpoints/index.ts';
import type { Files } from '../../../../runtime/files/index.ts';
import type { AgentView } from '../../agent.ts';

/** The agent as its endpoints see it, with what is told of its program. */
export interface ServedAgent extends AgentView {
  readonly build: BuildFacts;
  /** Flags as text, secrets veiled. */
  readonly flags: Readonly<Record<string, string>>;
  readonly files: Files;
}

/** How the body of a request or of an answer is a stream of records: in which encoding each is; undefined for a single message. */
export interface Framing {
  readonly request: MediaType | undefined;
  readonly answer: MediaType | undefined;
}

export class OperatorRequest extends ApiRequest<AgentCall, 'mesos.v1.agent.Response'> {
  readonly framing: Framing;

  constructor(parts: ApiRequestParts<AgentCall>, framing: Framing) {
    super('mesos.v1.agent.Response', parts);
    this.framing = framing;
  }

  /**
   * Headers of an answer that is a stream of records: its content type says so where the client asked for that, else it is the
   * records' own (v1-operator-api.md §4.3).
   */
  get streamHeaders(): Record<string, string> {
    const { answer } = this.framing;
    return answer === undefined
      ? { 'Content-Type': this.answerType }
      : { 'Content-Type': 'application/recordio', 'Message-Content-Type': answer };
  }
}

export interface OperatorCall {
  /** The sub-message without which the call says nothing; 400 when it is missing. */
  readonly needs: keyof AgentCall | undefined;
  /** The request is a stream of records, of which this call is the first. */
  readonly takesRecords?: boolean;
  /** The answer is a stream of records. */
  readonly givesRecords?: boolean;
  /** @throws HttpRefusal when it is not done */
  perform(request: OperatorRequest, agent: ServedAgent): void;
}

/** Handlers by the name of their call. */
export type OperatorCalls = { readonly [Name in keyof typeof AgentCallType]?: OperatorCall };

/** A call that is nothing but its type. */
export function bare(perform: (request: OperatorRequest, agent: ServedAgent) => void): OperatorCall {
  return { needs: undefined, perform };
}

/** A call whose sub-message must be there. */
export function withBody<Name extends Exclude<keyof AgentCall, 'type'>>(
  name: Name,
  perform: (body: NonNullable<AgentCall[Name]>, request: OperatorRequest, agent: ServedAgent) => void,
  records: Pick<OperatorCall, 'takesRecords' | 'givesRecords'> = {},
): OperatorCall {
  return {
    needs: name,
    ...records,
    perform: (request, agent) => {
      const body = request.call[name];
      // The dispatcher has looked.
      if (body !== undefined) perform(body as NonNullable<AgentCall[Name]>, request, agent);
    },
  };
}

/** `/api/v1/executor`: executors over HTTP (v1-executor-api.md §1, §2). The checks come in Mesos' order. */
import { DecodeError, type ExecutorCall, ExecutorCallType, JsonMappingError } from '../../../proto/index.ts';
import {
  answerTypeFor,
  JSON_TYPE,
  mediaTypeOf,
  PROTOBUF_TYPE,
  readMessage,
} from '../../../proto/mediaTypes.ts';
import type { HttpReply, HttpRequest } from '../../../runtime/index.ts';
import type { AgentView } from '../agent.ts';
import { claimsOf } from '../executors/access.ts';
import { type ExecutorEntry, isBuiltIn } from '../tables/entries.ts';
import { validateExecutorCall } from './executorCall.ts';

/** Who may speak as an executor is asked by the authenticator of this realm, if there is one. */
export const EXECUTOR_REALM = 'mesos-agent-executor';

/** Why a request is not served. */
class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  constructor(status: number, text: string, headers: Record<string, string> = {}) {
    super(text);
    this.status = status;
    this.headers = headers;
  }
}

export class ExecutorApi {
  private readonly agent: AgentView;

  constructor(agent: AgentView) {
    this.agent = agent;
  }

  answer(request: HttpRequest, reply: HttpReply): void {
    try {
      this.serve(request, reply);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply.text(error.status, error.message, error.headers);
    }
  }

  private serve(request: HttpRequest, reply: HttpReply): void {
    const call = readCall(request);
    const { type = ExecutorCallType.UNKNOWN } = call;
    const isSubscribe = type === ExecutorCallType.SUBSCRIBE;
    const answerType = answerTypeFor(request.headers['accept']);
    if (isSubscribe && answerType === undefined)
      throw new Refusal(406, `Expecting 'Accept' to allow '${PROTOBUF_TYPE}' or '${JSON_TYPE}'`);
    if (type === ExecutorCallType.HEARTBEAT) {
      reply.send(202);
      return;
    }
    if (!isSubscribe && this.agent.registration.isRecovering)
      throw new Refusal(503, 'Agent has not finished recovery');
    const executor = this.callerOf(request, call);
    if (isSubscribe && answerType !== undefined) {
      const stream = reply.stream(200, { 'Content-Type': answerType });
      this.agent.subscriptions.subscribe(executor, call.subscribe ?? {}, stream, answerType);
      return;
    }
    if (this.agent.executors.isRegistering(executor)) throw new Refusal(403, 'Executor is not subscribed');
    this.perform(executor, call);
    reply.send(202);
  }

  /** The executor that calls. */
  private callerOf(request: HttpRequest, { framework_id, executor_id }: ExecutorCall): ExecutorEntry {
    const { tables } = this.agent.host;
    if (!tables.frameworks.has(framework_id.value)) throw new Refusal(400, 'Framework cannot be found');
    const executor = tables.executor(framework_id.value, executor_id.value);
    if (executor === undefined || isBuiltIn(executor)) throw new Refusal(400, 'Executor cannot be found');
    const problem = claimProblem(request, executor);
    if (problem !== undefined) throw new Refusal(403, problem);
    return executor;
  }

  private perform(executor: ExecutorEntry, { type, update, message }: ExecutorCall): void {
    const { subscriptions } = this.agent;
    if (type === ExecutorCallType.UPDATE && update !== undefined)
      subscriptions.update(executor, update.status);
    else if (type === ExecutorCallType.MESSAGE && message !== undefined)
      subscriptions.message(executor, message.data);
    else throw new Refusal(501, 'Received a call of type UNKNOWN');
  }
}

function readCall({ method, headers, body }: HttpRequest): ExecutorCall {
  if (method !== 'POST')
    throw new Refusal(405, `Expecting one of { 'POST' }, but received '${method}'`, { Allow: 'POST' });
  const contentType = headers['content-type'];
  if (contentType === undefined) throw new Refusal(400, "Expecting 'Content-Type' to be present");
  const type = mediaTypeOf(contentType);
  if (type === undefined)
    throw new Refusal(415, `Expecting 'Content-Type' of ${JSON_TYPE} or ${PROTOBUF_TYPE}`);
  let call: ExecutorCall;
  try {
    call = readMessage('mesos.v1.executor.Call', type, body);
  } catch (error) {
    if (!(error instanceof JsonMappingError || error instanceof DecodeError)) throw error;
    throw new Refusal(400, `Failed to read the body as an executor call: ${error.message}`);
  }
  const problem = validateExecutorCall(call);
  if (problem !== undefined) throw new Refusal(400, `Failed to validate the executor call: ${problem}`);
  return call;
}

/** A token is for one run of one executor of one framework. */
function claimProblem({ principal }: HttpRequest, executor: ExecutorEntry): string | undefined {
  if (principal === undefined) return undefined;
  for (const [name, value] of Object.entries(claimsOf(executor))) {
    if (principal.claims?.[name] !== value)
      return `The token is not this executor's: its claim '${name}' is not '${value}'`;
  }
  return undefined;
}

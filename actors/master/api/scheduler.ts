/** `/api/v1/scheduler`: schedulers over HTTP (v1-scheduler-api.md §2). The checks come in Mesos' order. */
import { answerTypeOf, readPosted } from '../../../proto/api/readCall.ts';
import {
  enumName,
  type SchedulerCall,
  type SchedulerCallSubscribe,
  SchedulerCallType,
} from '../../../proto/index.ts';
import { HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../../../runtime/index.ts';
import { HttpConnection } from '../frameworks/httpConnection.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { MasterParts } from '../parts.ts';
import { validateSchedulerCall } from '../validation/schedulerCall.ts';
import { expectLeading } from './leaderOnly.ts';

export const STREAM_ID_HEADER = 'Mesos-Stream-Id';

export class SchedulerApi {
  readonly answer: HttpHandler = refusable((request, reply) => this.serve(request, reply));
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  private serve(request: HttpRequest, reply: HttpReply): void {
    const principal = this.principalOf(request);
    const call = this.readCall(request);
    this.checkForm(call, principal);
    if (call.type === SchedulerCallType.SUBSCRIBE && call.subscribe !== undefined) {
      this.subscribe(request, reply, call.subscribe, principal);
      return;
    }
    if (call.type === SchedulerCallType.RECONCILE_OPERATIONS) answerTypeOf(request);
    const framework = this.callerOf(request, call, principal);
    if (call.type === SchedulerCallType.UNKNOWN)
      throw new HttpRefusal(501, 'Received a call of type UNKNOWN');
    this.perform(framework, call, reply);
  }

  /** Name of who asks, where the realm has an authenticator. */
  private principalOf({ principal }: HttpRequest): string | undefined {
    if (principal !== undefined && principal.value === undefined)
      throw new HttpRefusal(403, 'The authenticated principal has claims, but no value: schedulers need one');
    return principal?.value;
  }

  private readCall(request: HttpRequest): SchedulerCall {
    expectLeading(this.parts, request);
    return readPosted('mesos.v1.scheduler.Call', request);
  }

  private checkForm(call: SchedulerCall, principal: string | undefined): void {
    const problem = validateSchedulerCall(call, principal);
    if (problem === undefined) return;
    const { metrics } = this.parts;
    if (call.type === SchedulerCallType.ACKNOWLEDGE) metrics.invalidAcknowledgements.value++;
    else if (call.type === SchedulerCallType.ACKNOWLEDGE_OPERATION_STATUS)
      metrics.invalidOperationAcknowledgements.value++;
    else if (call.type === SchedulerCallType.MESSAGE) metrics.invalidFrameworkMessages.value++;
    throw new HttpRefusal(400, `Failed to validate the scheduler call: ${problem}`);
  }

  /** Everything that can go wrong after the 200 is said by an ERROR event. */
  private subscribe(
    request: HttpRequest,
    reply: HttpReply,
    call: SchedulerCallSubscribe,
    principal: string | undefined,
  ): void {
    const { actor, subscriptions, frameworks } = this.parts;
    const type = answerTypeOf(request);
    if (streamIdOf(request) !== undefined)
      throw new HttpRefusal(400, `Subscribe calls should not include the '${STREAM_ID_HEADER}' header`);
    const streamId = actor.ids.uuid();
    const stream = reply.stream(200, { 'Content-Type': type, [STREAM_ID_HEADER]: streamId });
    const connection: HttpConnection = new HttpConnection(stream, streamId, type, {
      delay: actor.delay,
      defer: actor.defer,
      lost: (frameworkId, reason) => frameworks.lost(frameworkId, connection, reason),
    });
    const { framework_info } = call;
    const named = { ...framework_info, principal: framework_info.principal ?? principal };
    subscriptions.subscribeOverHttp({ ...call, framework_info: named }, connection);
  }

  /** The framework that calls: known, the caller's own, connected by HTTP, and by the stream that is named. */
  private callerOf(
    request: HttpRequest,
    call: SchedulerCall,
    principal: string | undefined,
  ): FrameworkRecord {
    const { frameworks } = this.parts;
    const framework = frameworks.find(call.framework_id?.value ?? '');
    if (framework === undefined) throw new HttpRefusal(400, 'Framework cannot be found');
    const owner = framework.description.info.principal;
    if (principal !== undefined && principal !== owner)
      throw new HttpRefusal(
        400,
        `Authenticated principal '${principal}' is not the framework's '${owner ?? ''}'`,
      );
    if (!frameworks.isConnected(framework.id)) throw new HttpRefusal(403, 'Framework is not subscribed');
    const { connection } = framework;
    if (!(connection instanceof HttpConnection))
      throw new HttpRefusal(403, 'Framework is not connected via HTTP');
    const streamId = streamIdOf(request);
    if (streamId === undefined)
      throw new HttpRefusal(400, `All non-subscribe calls should include the '${STREAM_ID_HEADER}' header`);
    if (streamId !== connection.streamId)
      throw new HttpRefusal(400, `The stream of '${STREAM_ID_HEADER}' is not the framework's present one`);
    return framework;
  }

  /** 202 says that the call was taken, not what came of it; only UPDATE_FRAMEWORK answers that. */
  private perform(framework: FrameworkRecord, call: SchedulerCall, reply: HttpReply): void {
    const { calls, actor, metrics, subscriptions } = this.parts;
    if (call.type === SchedulerCallType.UPDATE_FRAMEWORK && call.update_framework !== undefined) {
      metrics.frameworks.callReceived(framework, call);
      const refusal = subscriptions.update(framework, call.update_framework);
      if (refusal !== undefined) throw new HttpRefusal(refusal.status, refusal.text);
      reply.send(200);
      return;
    }
    const problem = calls.perform(framework, call);
    if (problem !== undefined) {
      actor.log.warn('dropped a call', {
        call: enumName(SchedulerCallType, call.type),
        framework_id: framework.id,
        reason: problem,
      });
    }
    reply.send(202);
  }
}

function streamIdOf({ headers }: HttpRequest): string | undefined {
  return headers[STREAM_ID_HEADER.toLowerCase()];
}

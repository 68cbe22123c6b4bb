/** SUBSCRIBE and UPDATE_FRAMEWORK (master.md §6, v1-scheduler-api.md §5). */
import type {
  FrameworkInfo,
  SchedulerCallSubscribe,
  SchedulerCallUpdateFramework,
} from '../../../proto/index.ts';
import { SchedulerEventType } from '../../../proto/index.ts';
import type { Pid } from '../../../runtime/index.ts';
import { OfferConstraintError } from '../allocator/index.ts';
import type { MasterParts } from '../parts.ts';
import { sameMessage } from '../sameMessage.ts';
import { validateFrameworkInfo, validateOwnRoles, validatePolicy } from '../validation/framework.ts';
import { type FrameworkConnection, PidConnection, type Welcome } from './connection.ts';
import { HEARTBEAT_SECONDS, type HttpConnection } from './httpConnection.ts';
import { describeFramework, type FrameworkDescription, type FrameworkRecord, rolesOf } from './record.ts';

/** The v0 call has one field more: a scheduler takes the framework over from another one. */
type PidSubscribe = SchedulerCallSubscribe & { readonly force?: boolean | undefined };

/** What one step of a regular expression counts for, about as RE2 reckons. */
const REGEX_STEP_BYTES = 32;

/** What a scheduler asks to become of its framework. */
type Asked = SchedulerCallSubscribe | SchedulerCallUpdateFramework;

/** Why UPDATE_FRAMEWORK changes nothing, as it is answered over HTTP. */
export interface UpdateRefusal {
  readonly status: 400 | 403;
  readonly text: string;
}

export class Subscriptions {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /** SUBSCRIBE of a driver at a PID. */
  subscribe(asked: PidSubscribe, from: Pid): void {
    const { frameworks } = this.parts;
    const call = this.named(asked, from);
    const id = this.countedId(call);
    const problem = this.problemOf(call, from);
    if (problem !== undefined) {
      this.refuse(from, problem);
      return;
    }
    const known = id === '' ? frameworks.at(from) : frameworks.find(id);
    if (id === '' && known !== undefined && frameworks.isConnected(known.id)) {
      // The answer to the first try was lost, or is on its way; and so may be what was offered after it: nobody would answer that.
      this.parts.offers.rescindOf(known);
      this.welcome(known, 'registered');
      return;
    }
    if (id === '' || known === undefined) {
      this.begin(id, call, (newId) => this.pidConnection(from, newId));
      return;
    }
    const refusal = this.refusalOf(known, call, from);
    if (refusal !== undefined) {
      this.refuse(from, refusal);
      return;
    }
    this.resume(known, call, this.pidConnection(from, known.id), call.force === true);
  }

  /** SUBSCRIBE over HTTP: a new stream always takes the framework over, whoever had it. */
  subscribeOverHttp(call: SchedulerCallSubscribe, connection: HttpConnection): void {
    const id = this.countedId(call);
    const known = this.parts.frameworks.find(id);
    const problem = this.problemOf(call) ?? (known && principalProblem(known, call));
    if (problem !== undefined) {
      this.parts.actor.log.warn('refused the subscription of a framework', { reason: problem });
      connection.refuse(problem);
    } else if (known === undefined) this.begin(id, call, () => connection);
    else this.resume(known, call, connection, true);
  }

  /** A framework that does not name its principal has the one that it has proved to be. */
  private named(call: PidSubscribe, from: Pid): PidSubscribe {
    const { framework_info } = call;
    const principal = framework_info.principal ?? this.parts.authentication.principalOf(from);
    return principal === undefined ? call : { ...call, framework_info: { ...framework_info, principal } };
  }

  /** Id of the framework that subscribes, empty for a new one. */
  private countedId({ framework_info }: SchedulerCallSubscribe): string {
    const { messages } = this.parts.metrics;
    const id = framework_info.id?.value ?? '';
    if (id === '') messages.register_framework.value++;
    else messages.reregister_framework.value++;
    return id;
  }

  /**
   * UPDATE_FRAMEWORK: takes over what a framework says anew of itself.
   * @returns why it is refused; undefined when it is done
   */
  update(framework: FrameworkRecord, call: SchedulerCallUpdateFramework): UpdateRefusal | undefined {
    const { info } = framework.description;
    const next = call.framework_info;
    const invalid = this.validityProblem(call) ?? updateProblem(framework, next);
    if (invalid !== undefined) return { status: 400, text: `FrameworkInfo update is not valid: ${invalid}` };
    const denied = this.denialOf(next);
    if (denied !== undefined) return { status: 403, text: denied };
    this.redescribe(framework, call);
    if (!sameMessage(info, framework.description.info)) {
      this.parts.frameworks.describeToAll(framework);
      this.parts.changes.frameworkUpdated(framework);
    }
    return undefined;
  }

  /** @param from the driver; undefined where HTTP has said who asks */
  private problemOf(call: Asked, from?: Pid): string | undefined {
    return (
      this.validityProblem(call) ??
      (from && this.parts.authentication.frameworkProblem(call.framework_info.principal, from)) ??
      this.denialOf(call.framework_info)
    );
  }

  /** What is wrong with it, whoever says it. */
  private validityProblem(call: Asked): string | undefined {
    const { flags, frameworks } = this.parts;
    const info = call.framework_info;
    const problem =
      validateFrameworkInfo(info) ??
      validatePolicy(info, { roles: flags.roles, rootSubmissions: flags.root_submissions });
    if (problem !== undefined) return problem;
    if (frameworks.isCompleted(info.id?.value ?? '')) return 'Framework has been removed';
    return (
      validateOwnRoles(info, call.suppressed_roles, call.offer_constraints) ?? this.constraintProblem(call)
    );
  }

  /** By the principal that it names, which is the one it has proved to be where that is asked. */
  private denialOf(info: FrameworkInfo): string | undefined {
    const principal = info.principal === undefined ? undefined : { value: info.principal };
    const mayUse = this.parts.authorizer.approver(principal, 'REGISTER_FRAMEWORK');
    const denied = rolesOf(info).find((role) => !mayUse(role));
    return denied === undefined ? undefined : `Not authorized to use role '${denied}'`;
  }

  /** Why a known framework cannot be taken up again like this. */
  private refusalOf(known: FrameworkRecord, call: PidSubscribe, from: Pid): string | undefined {
    const problem = principalProblem(known, call);
    if (problem !== undefined) return problem;
    const elsewhere = known.connection !== undefined && !from.equals(known.connection.pid);
    return elsewhere && call.force !== true ? 'Framework failed over' : undefined;
  }

  /** A framework that this master does not know: a new one, or one of the time before. */
  private begin(id: string, call: PidSubscribe, connectionOf: (id: string) => FrameworkConnection): void {
    const { frameworks, actor } = this.parts;
    const newId = id === '' ? frameworks.newId() : id;
    const framework = frameworks.add(newId, this.describe(newId, call));
    frameworks.connect(framework, connectionOf(newId));
    frameworks.chart.step(newId, { type: 'SUBSCRIBED' });
    this.parts.changes.frameworkAdded(framework);
    actor.log.info('framework subscribed', {
      framework_id: newId,
      name: call.framework_info.name,
      pid: framework.connection?.pid?.text,
    });
    this.welcome(framework, id === '' || call.force === true ? 'registered' : 'reregistered');
  }

  /** A framework that is known subscribes again: repeated, after a disconnection, or from another scheduler. */
  private resume(
    framework: FrameworkRecord,
    call: PidSubscribe,
    connection: FrameworkConnection,
    failover: boolean,
  ): void {
    const { frameworks, offers, inverseOffers, actor, nowMs } = this.parts;
    const former = framework.connection;
    const moved = former !== undefined && (former.pid === undefined || !former.pid.equals(connection.pid));
    if (moved) {
      frameworks.tell(framework, {
        type: SchedulerEventType.ERROR,
        error: { message: 'Framework failed over' },
      });
      offers.loseFramework(framework.id);
      inverseOffers.loseFramework(framework.id);
      former.close();
    } else offers.rescindOf(framework);
    frameworks.connect(framework, connection);
    framework.reregisteredAtMs = nowMs;
    this.redescribe(framework, call);
    frameworks.chart.step(framework.id, { type: 'SUBSCRIBED' });
    this.parts.changes.frameworkUpdated(framework);
    actor.log.info('framework subscribed again', {
      framework_id: framework.id,
      pid: connection.pid?.text,
      failover,
    });
    this.welcome(framework, failover ? 'registered' : 'reregistered');
    frameworks.describeToAll(framework);
  }

  /** Takes over what may change; user, checkpoint and principal stay what they were. */
  private redescribe(framework: FrameworkRecord, call: Asked): void {
    const { allocation, offers, actor } = this.parts;
    const { user, checkpoint, principal } = framework.description.info;
    const next = call.framework_info;
    if (user !== next.user || (checkpoint ?? false) !== (next.checkpoint ?? false)) {
      actor.log.warn('a framework cannot change its user or checkpoint', { framework_id: framework.id });
    }
    const description = this.describe(framework.id, {
      ...call,
      framework_info: { ...next, user, checkpoint, principal },
    });
    framework.description = description;
    this.parts.metrics.frameworks.describe(framework);
    allocation.updateFramework(framework);
    offers.rescindOf(framework, (offer) => !description.roles.includes(offer.role));
  }

  /** @throws OfferConstraintError when the constraints cannot be compiled */
  private describe(id: string, call: Asked): FrameworkDescription {
    const { offer_constraints_re2_max_program_size, offer_constraints_re2_max_mem } = this.parts.flags;
    const stepsMax = Math.min(
      offer_constraints_re2_max_program_size,
      Math.floor(offer_constraints_re2_max_mem / REGEX_STEP_BYTES),
    );
    const { framework_info, suppressed_roles, offer_constraints } = call;
    return describeFramework(id, framework_info, suppressed_roles, offer_constraints, stepsMax);
  }

  private constraintProblem(call: Asked): string | undefined {
    try {
      this.describe('', call);
      return undefined;
    } catch (error) {
      if (error instanceof OfferConstraintError) return error.message;
      throw error;
    }
  }

  private welcome(framework: FrameworkRecord, how: Welcome): void {
    framework.connection?.welcome(
      {
        framework_id: { value: framework.id },
        heartbeat_interval_seconds: HEARTBEAT_SECONDS,
        master_info: this.parts.info,
      },
      how,
    );
  }

  private refuse(from: Pid, message: string): void {
    const { actor } = this.parts;
    actor.log.warn('refused the subscription of a framework', { pid: from.text, reason: message });
    actor.send(from, 'mesos.internal.FrameworkErrorMessage', { message });
  }

  private pidConnection(pid: Pid, frameworkId: string): PidConnection {
    const { actor, agents } = this.parts;
    return new PidConnection(pid, frameworkId, {
      send: actor.send,
      agentUpid: (agentId) => agents.find(agentId)?.pid.toUpid(),
    });
  }
}

function principalProblem(known: FrameworkRecord, { framework_info }: Asked): string | undefined {
  if (!differs(known.description.info, framework_info, 'principal')) return undefined;
  return "Changing framework's principal is not allowed";
}

/** What UPDATE_FRAMEWORK cannot change. */
function updateProblem({ id, description }: FrameworkRecord, next: FrameworkInfo): string | undefined {
  if (next.id?.value !== id) return `'FrameworkInfo.id' must be '${id}'`;
  const names = ['principal', 'user', 'checkpoint'] as const;
  const changed = names.find((name) => differs(description.info, next, name));
  return changed === undefined ? undefined : `'FrameworkInfo.${changed}' cannot be changed`;
}

function differs(
  left: FrameworkInfo,
  right: FrameworkInfo,
  name: 'principal' | 'user' | 'checkpoint',
): boolean {
  return name === 'checkpoint'
    ? (left.checkpoint ?? false) !== (right.checkpoint ?? false)
    : left[name] !== right[name];
}

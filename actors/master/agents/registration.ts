/** How agents join and come back: RegisterSlaveMessage (master.md §5.1) and ReregisterSlaveMessage (§5.2). */
import type {
  AgentInfo,
  RegisterSlaveMessage,
  ReregisterSlaveMessage,
  UnregisterSlaveMessage,
  UpdateSlaveMessage,
} from '../../../proto/index.ts';
import { Resources } from '../../../proto/resources/index.ts';
import type { Pid, Sealed } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';
import {
  admitSlave,
  markSlaveReachable,
  type RegistryOperation,
  updateSlave,
} from '../registrar/operations.ts';
import { sameMessage } from '../sameMessage.ts';
import { totalOf, validateAgent, validateAgentDomain, validateReturningAgent } from '../validation/agent.ts';
import { type AgentDescription, type AgentRecord, newAgent } from './record.ts';
import { ReturnQueue } from './returnQueue.ts';

const MACHINE_DOWN = 'Machine is `DOWN`';

export class AgentRegistration {
  private readonly parts: MasterParts;
  /** PIDs whose admission is on its way to the registry. */
  private readonly admissions = new Set<string>();
  private readonly returns: ReturnQueue;

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.returns = new ReturnQueue(parts.actor, (message, from) => this.takeUp(message, from));
  }

  register(message: RegisterSlaveMessage, from: Pid | undefined): void {
    const { agents, actor, metrics } = this.parts;
    metrics.messages.register_slave.value++;
    if (from === undefined || this.admissions.has(from.text)) return;
    const problem =
      message.slave.id === undefined
        ? (validateAgent(message.slave, message.version) ?? this.domainProblem(message.slave))
        : 'it has an id already, so it must re-register';
    if (!this.mayRegister(message.slave, from)) return;
    const total = problem ?? totalOf(message.slave, message.checkpointed_resources);
    if (typeof total === 'string') {
      actor.log.warn('refused the registration of an agent', { pid: from.text, reason: total });
      return;
    }
    if (this.parts.maintenance.isDown(message.slave.hostname, from)) {
      this.shutDown(from, MACHINE_DOWN);
      return;
    }
    const known = agents.at(from);
    if (known !== undefined && agents.isConnected(known.id)) {
      this.welcome(known);
      return;
    }
    if (known !== undefined) this.parts.losses.replace(known);
    this.admit(message, from, total);
  }

  /** After a change of leader all agents come at once: each waits its turn, and is taken up once however often it asks. */
  reregister(message: Sealed<ReregisterSlaveMessage>, from: Pid | undefined): void {
    this.parts.metrics.messages.reregister_slave.value++;
    if (from !== undefined) this.returns.add(message, from);
  }

  private takeUp(message: ReregisterSlaveMessage, from: Pid): void {
    const { agents, actor } = this.parts;
    const problem =
      validateReturningAgent(message.slave, message.version) ?? this.domainProblem(message.slave);
    if (problem !== undefined) {
      actor.log.warn('refused the re-registration of an agent', { pid: from.text, reason: problem });
      return;
    }
    if (!this.mayRegister(message.slave, from)) return;
    const id = message.slave.id?.value ?? '';
    if (agents.chart.hasTag(id, 'registryBusy')) return;
    const total = totalOf(message.slave, message.checkpointed_resources);
    const refusal = this.refusal(id, message, from) ?? (typeof total === 'string' ? total : undefined);
    if (refusal !== undefined || typeof total === 'string') {
      this.shutDown(from, refusal ?? '', id);
      return;
    }
    this.readmit(id, message, from, total);
  }

  /** By the principal that the agent has proved to be, if any. What it keeps for roles from the start it must be allowed to, too. */
  private mayRegister({ resources }: AgentInfo, from: Pid): boolean {
    const { authentication, authorizer, actor } = this.parts;
    if (!authentication.admitsAgent(from)) {
      actor.log.warn('refused an agent: it is not authenticated', { pid: from.text });
      return false;
    }
    const value = authentication.principalOf(from);
    const principal = value === undefined ? undefined : { value };
    const mayReserve = authorizer.approver(principal, 'RESERVE_RESOURCES');
    const roles = [...Resources.of(resources).reservations().keys()];
    const denied = roles.find((role) => !mayReserve(role));
    if (denied === undefined && authorizer.approver(principal, 'REGISTER_AGENT')()) return true;
    const what = denied === undefined ? 'do not let it register' : `do not let it reserve for '${denied}'`;
    actor.log.warn(`refused an agent: --acls ${what}`, { pid: from.text });
    return false;
  }

  /** An agent that ends for good says so (§5.5). */
  unregister(message: UnregisterSlaveMessage, from: Pid | undefined): void {
    const { agents, actor, metrics, losses } = this.parts;
    metrics.messages.unregister_slave.value++;
    const agent = agents.find(message.slave_id.value);
    if (from !== undefined) this.returns.forget(from);
    if (agent === undefined || !agent.pid.equals(from)) {
      actor.log.warn('ignored an unregistration that is not its agent’s', {
        agent_id: message.slave_id.value,
        pid: from?.text,
      });
      return;
    }
    losses.remove(agent, 'unregistered', 'Agent unregistered');
  }

  /** An agent's own word on what it has: what others may use for the time being (§5.1, step 9). */
  update({
    slave_id,
    update_oversubscribed_resources,
    oversubscribed_resources,
    resource_version_uuid,
    operations,
    resource_providers,
  }: UpdateSlaveMessage): void {
    const { agents, allocation, metrics } = this.parts;
    metrics.messages.update_slave.value++;
    const agent = agents.connected(slave_id.value);
    if (agent === undefined) return;
    agents.moments.changing(agent);
    const told = resource_providers === undefined ? undefined : (resource_providers.providers ?? []);
    const taken = told && this.parts.agentProviders.take(agent, told);
    if (resource_version_uuid !== undefined) {
      agent.description = { ...agent.description, resourceVersion: resource_version_uuid };
      const provided = (told ?? []).flatMap((provider) => provider.operations.operations ?? []);
      this.parts.operations.reconcile(agent, [...(operations?.operations ?? []), ...provided], taken);
      this.parts.drains.check(agent);
    }
    // Agents before 1.5 say nothing but oversubscribed resources, and not that they do.
    if (update_oversubscribed_resources === false) return;
    const total = agent.total.nonRevocable().plus(Resources.of(oversubscribed_resources).revocable());
    if (total.equals(agent.total)) return;
    agent.total = total;
    allocation.updateAgent(agent);
  }

  /** Tells a connected agent (again) that it is registered. */
  welcome(agent: AgentRecord): void {
    this.parts.actor.send(agent.pid, 'mesos.internal.SlaveRegisteredMessage', {
      slave_id: { value: agent.id },
      connection: this.connection,
    });
  }

  /** After how long a silence of the master an agent shall look for it again. */
  get connection(): { total_ping_timeout_seconds: number } {
    const { agent_ping_timeout, max_agent_ping_timeouts } = this.parts.flags;
    return { total_ping_timeout_seconds: (agent_ping_timeout * max_agent_ping_timeouts) / 1000 };
  }

  /** An agent that must not be a member ends; it would try for ever otherwise. */
  private shutDown(pid: Pid, message: string, id?: string): void {
    const { actor } = this.parts;
    actor.log.warn('told an agent to shut down', { agent_id: id, pid: pid.text, reason: message });
    actor.send(pid, 'mesos.internal.ShutdownMessage', { message });
  }

  private admit(message: RegisterSlaveMessage, from: Pid, total: Resources): void {
    const { agents, registrar, actor } = this.parts;
    const id = agents.newId();
    const description = describeAgent(message, id);
    agents.chart.start(id);
    agents.chart.step(id, { type: 'REGISTER_REQUESTED' });
    this.admissions.add(from.text);
    registrar.apply(admitSlave(id, description.info), (admitted) => {
      this.admissions.delete(from.text);
      if (!admitted) {
        actor.log.error('the registry refused an agent: its id is taken', { agent_id: id });
        agents.chart.step(id, { type: 'REFUSED' });
        agents.chart.stop(id);
        return;
      }
      const agent = newAgent(description, id, from, this.parts, total);
      agents.add(agent);
      agents.chart.step(id, { type: 'REGISTERED' });
      this.join(agent);
      this.parts.changes.agentAdded(agent);
      this.parts.metrics.slaveRegistrations.value++;
      actor.log.info('registered agent', {
        agent_id: id,
        pid: from.text,
        hostname: description.info.hostname,
        resources: agent.total.toString(),
      });
      this.welcome(agent);
    });
  }

  /** What follows for every agent that is connected from now on. */
  join(agent: AgentRecord): void {
    const { actor, allocation, pings } = this.parts;
    actor.link(agent.pid);
    pings.watch(agent);
    allocation.addAgent(agent);
  }

  private domainProblem(info: AgentInfo): string | undefined {
    const { domain, require_agent_domain } = this.parts.flags;
    return validateAgentDomain(info, domain, require_agent_domain);
  }

  /** Why an agent with this id must not come back. */
  private refusal(id: string, message: ReregisterSlaveMessage, from: Pid): string | undefined {
    const { agents, maintenance } = this.parts;
    if (agents.isGone(id)) return 'Agent has been marked gone';
    if (maintenance.isDown(message.slave.hostname, from)) return MACHINE_DOWN;
    const known = agents.find(id);
    if (known === undefined) return undefined;
    if (known.pid.host !== from.host || known.description.info.hostname !== message.slave.hostname) {
      return `Agent ${id} is registered from ${known.pid.address} (${known.description.info.hostname})`;
    }
    return undefined;
  }

  private readmit(id: string, message: ReregisterSlaveMessage, from: Pid, total: Resources): void {
    const { agents, registrar, agentReconciliation, actor } = this.parts;
    const description = describeAgent(message, id);
    const known = agents.find(id);
    const member = known !== undefined || agents.isAwaited(id);
    if (!agents.chart.has(id)) agents.chart.start(id);
    agents.chart.step(id, { type: 'REREGISTER_REQUESTED' });
    agentReconciliation.expect(id, { message, description, from, total });
    const finish = (applied: boolean) => {
      if (applied) {
        agents.chart.step(id, { type: 'REREGISTERED' });
        return;
      }
      actor.log.error('the registry refused the return of an agent', { agent_id: id });
      agentReconciliation.forget(id);
      agents.chart.stop(id);
    };
    // Nothing to write: a member that says the same as before is back at once.
    const written = known?.description.info ?? registrar.registry.slaves.get(id)?.info;
    if (member && sameMessage(written, description.info)) {
      finish(true);
      return;
    }
    const operation: RegistryOperation = member
      ? updateSlave(id, description.info)
      : markSlaveReachable(id, description.info);
    registrar.apply(operation, finish);
  }
}

function describeAgent(message: RegisterSlaveMessage, id: string): AgentDescription {
  return {
    info: { ...message.slave, id: { value: id } },
    version: message.version ?? '',
    capabilities: message.agent_capabilities ?? [],
    resourceVersion: message.resource_version_uuid,
  };
}

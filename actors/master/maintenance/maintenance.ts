/**
 * Maintenance of machines (master.md §12): one schedule, machines that drain by it and go down, and what that means for the
 * agents on them. What operators say is durable before it has an effect.
 */
import {
  enumName,
  type MachineID,
  MachineInfoMode,
  type MaintenanceClusterStatus,
  type MaintenanceSchedule,
  type Unavailability,
} from '../../../proto/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import type { Pid } from '../../../runtime/index.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { machineMachine } from '../../../statecharts/machine.ts';
import type { AgentRecord } from '../agents/record.ts';
import type { MasterParts } from '../parts.ts';
import type { Done } from '../policy/done.ts';
import {
  machineKey,
  SCHEDULE,
  startMaintenance,
  stopMaintenance,
  updateSchedule,
} from '../registrar/maintenanceOperations.ts';
import type { RegistryOperation } from '../registrar/operations.ts';
import { sameMessage } from '../sameMessage.ts';
import { validateMachines, validateSchedule } from '../validation/maintenance.ts';

const REMOVAL = "Operator initiated 'Machine DOWN'";

export class Maintenance {
  /** Machines that are not up, by `machineKey`. */
  readonly chart: ChartTable<typeof machineMachine>;
  private readonly parts: MasterParts;
  /** The window that frameworks were told of each machine. */
  private readonly windows = new Map<string, Unavailability | undefined>();
  /** Agents by machine, while a change is followed. */
  private agents: Map<string, AgentRecord[]> | undefined;

  constructor(parts: MasterParts) {
    this.parts = parts;
    this.chart = new ChartTable(machineMachine, {
      ...parts.chartReports,
      actions: {
        changeWindow: ({ id }) => this.changeWindow(id),
        removeAgents: ({ id }) => this.removeAgents(id),
      },
    });
  }

  get schedule(): MaintenanceSchedule {
    return this.parts.registrar.registry.schedules.get(SCHEDULE) ?? {};
  }

  /** How far it has got: what frameworks answered where machines drain, and which machines are down. */
  status(): MaintenanceClusterStatus {
    const { registrar, inverseOffers } = this.parts;
    const machines = [...registrar.registry.machines];
    const agentsOn = this.agentsByMachine();
    return {
      draining_machines: machines
        .filter(([, { info }]) => info.mode === MachineInfoMode.DRAINING)
        .map(([key, { info }]) => ({
          id: info.id,
          statuses: (agentsOn.get(key) ?? []).flatMap(({ id }) => inverseOffers.statuses(id)),
        })),
      down_machines: machines
        .filter(([, { info }]) => info.mode === MachineInfoMode.DOWN)
        .map(([, { info }]) => info.id),
    };
  }

  /** When the machine of the agent will be away; undefined when no maintenance is planned. */
  unavailabilityOf(agent: AgentRecord): Unavailability | undefined {
    const { machines } = this.parts.registrar.registry;
    if (machines.size === 0) return undefined;
    return machines.get(keyOf(agent.description.info.hostname, agent.pid))?.info.unavailability;
  }

  /** Whether an agent at this address must not be a member now. */
  isDown(hostname: string, pid: Pid): boolean {
    return this.chart.hasTag(keyOf(hostname, pid), 'down');
  }

  /** @throws HttpRefusal 400 when the schedule cannot be */
  update(schedule: MaintenanceSchedule, done: Done): void {
    const { machines } = this.parts.registrar.registry;
    const down = [...machines.keys()].filter((key) => this.chart.hasTag(key, 'down'));
    refuse(validateSchedule(schedule, down));
    this.apply(updateSchedule(schedule), done);
  }

  /** Machines go down: their agents are removed. @throws HttpRefusal 400 unless all of them drain */
  start(ids: readonly MachineID[], done: Done): void {
    refuse(validateMachines(ids) ?? this.modeProblem(ids, MachineInfoMode.DRAINING));
    this.apply(startMaintenance(ids), done);
  }

  /** Machines are up again. @throws HttpRefusal 400 unless all of them are down */
  stop(ids: readonly MachineID[], done: Done): void {
    refuse(validateMachines(ids) ?? this.modeProblem(ids, MachineInfoMode.DOWN));
    this.apply(stopMaintenance(ids), done);
  }

  /** A new leader: machines are as the registry says. */
  recover(): void {
    for (const [key, { info }] of this.parts.registrar.registry.machines) {
      this.chart.start(key);
      this.chart.step(key, { type: info.mode === MachineInfoMode.DOWN ? 'FOUND_DOWN' : 'FOUND_DRAINING' });
      this.windows.set(key, info.unavailability);
    }
  }

  private apply(operation: RegistryOperation, done: Done): void {
    this.parts.registrar.apply(operation, (applied) => {
      if (!applied) {
        done(new HttpRefusal(409, 'Machines changed their mode meanwhile; try again'));
        return;
      }
      this.parts.actor.log.info('maintenance changed', { operation: operation.name });
      this.follow();
      done();
    });
  }

  /** Tells every machine what the registry says of it by now. */
  private follow(): void {
    const { machines } = this.parts.registrar.registry;
    for (const [key, { info }] of machines) {
      const known = this.chart.has(key);
      if (!known) this.chart.start(key);
      const former = this.windows.get(key);
      this.windows.set(key, info.unavailability);
      if (!known || !sameMessage(former, info.unavailability)) this.chart.step(key, { type: 'SCHEDULED' });
      const wentDown = info.mode === MachineInfoMode.DOWN && !this.chart.hasTag(key, 'down');
      if (wentDown) this.chart.step(key, { type: 'WENT_DOWN' });
    }
    for (const key of [...this.windows.keys()]) {
      if (machines.has(key)) continue;
      this.chart.step(key, { type: this.chart.hasTag(key, 'down') ? 'CAME_UP' : 'UNSCHEDULED' });
      this.chart.stop(key);
      this.windows.delete(key);
    }
    this.agents = undefined;
  }

  /** Offers of before say nothing of the window, or something else. */
  private changeWindow(key: string): void {
    const { allocation, offers, inverseOffers } = this.parts;
    for (const agent of this.agentsOn(key)) {
      offers.rescindOn(agent);
      inverseOffers.rescindOn(agent.id);
      allocation.updateUnavailability(agent);
    }
  }

  private removeAgents(key: string): void {
    const { actor, losses } = this.parts;
    for (const agent of this.agentsOn(key)) {
      actor.send(agent.pid, 'mesos.internal.ShutdownMessage', { message: REMOVAL });
      losses.remove(agent, 'machine down', REMOVAL);
    }
  }

  private modeProblem(ids: readonly MachineID[], mode: MachineInfoMode): string | undefined {
    const { machines } = this.parts.registrar.registry;
    for (const key of ids.map(machineKey)) {
      const info = machines.get(key)?.info;
      if (info === undefined) return `Machine '${key}' is not part of a maintenance schedule`;
      if (info.mode !== mode) {
        const [is, should] = [info.mode, mode].map((one) => enumName(MachineInfoMode, one));
        return `Machine '${key}' is ${is}, expected ${should}`;
      }
    }
    return undefined;
  }

  private agentsOn(key: string): readonly AgentRecord[] {
    this.agents ??= this.agentsByMachine();
    return this.agents.get(key) ?? [];
  }

  private agentsByMachine(): Map<string, AgentRecord[]> {
    const byMachine = new Map<string, AgentRecord[]>();
    for (const agent of this.parts.agents.all()) {
      const key = keyOf(agent.description.info.hostname, agent.pid);
      const there = byMachine.get(key);
      if (there === undefined) byMachine.set(key, [agent]);
      else there.push(agent);
    }
    return byMachine;
  }
}

function keyOf(hostname: string, { host }: Pid): string {
  return machineKey({ hostname, ip: host });
}

function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw new HttpRefusal(400, problem);
}

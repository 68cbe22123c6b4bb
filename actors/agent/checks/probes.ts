/** Starts what a check wants to know: a command in the task's container, or a look at one of its ports. */
import { join } from 'node:path';
import type { CommandInfo } from '../../../proto/generated/types/v1.ts';
import type { ExitStatus } from '../containerizer/index.ts';
import { containerCommand } from '../executors/containerLaunch.ts';
import { literals } from '../executors/environment.ts';
import type { AgentHost } from '../host.ts';
import type { NestedContainers } from '../nestedContainers/nestedContainers.ts';
import type { NestedRecord } from '../nestedContainers/record.ts';
import type { RunPlace, TaskRun } from '../taskRuns/taskRun.ts';
import type { Abort, ProbeDefinition, ProbeResult } from './definition.ts';
import type { NetworkProbes } from './networkProbes.ts';

/** While it is in the sandbox of a task, its health checks wait. */
export const SNOOZE_FILE = '.healthchecksnooze';

export class Probes {
  private readonly host: AgentHost;
  private readonly network: NetworkProbes;
  private readonly containers: NestedContainers;
  private readonly placeOf: (run: TaskRun) => RunPlace;

  constructor(host: AgentHost, containers: NestedContainers, placeOf: (run: TaskRun) => RunPlace) {
    this.host = host;
    this.network = host.probes;
    this.containers = containers;
    this.placeOf = placeOf;
  }

  /** Whether a file in the task's sandbox says that its health is nobody's business for now (Aurora's way to look into a task that is ill). */
  isSnoozed(run: TaskRun): boolean {
    return this.host.sandboxes.has(join(this.placeOf(run).sandbox, SNOOZE_FILE));
  }

  /** @param done called once, when nothing of the probe is left */
  start(run: TaskRun, probe: ProbeDefinition, done: (result: ProbeResult) => void): Abort {
    const namespace = this.namespaceOf(run, probe);
    const address = namespace === undefined ? this.addressOf(run) : undefined;
    if (probe.kind === 'http')
      return this.network.http(urlAt(address, probe.url), namespace, (statusCode) =>
        done(statusCode === undefined ? {} : { statusCode }),
      );
    if (probe.kind === 'tcp')
      return this.network.tcp(address ?? probe.host, probe.port, namespace, (connected) =>
        done({ connected }),
      );
    return this.runCommand(run, probe.command, done);
  }

  /** Undefined where the machine has nothing to look around there with: then the container's address is asked. */
  private namespaceOf(run: TaskRun, { kind }: ProbeDefinition): string | undefined {
    if (kind === 'command' || !this.network.canEnter(kind)) return undefined;
    return this.host.containers.networkOf?.(run.containerId);
  }

  /** Where a task is that has a network of its own which is not to be entered; its loopback is not this machine's. */
  private addressOf({ executor }: TaskRun): string | undefined {
    const { network_infos } = this.host.containers.status(executor.containerId);
    return network_infos?.flatMap(({ ip_addresses }) => ip_addresses ?? [])[0]?.ip_address;
  }

  /** As a container inside the task's, with the task's environment and its sandbox. */
  private runCommand(run: TaskRun, command: CommandInfo, done: (result: ProbeResult) => void): Abort {
    const containerId = `${run.containerId}.${this.host.ids.uuid()}`;
    const { sandbox, environment, user } = this.placeOf(run);
    let exit: ExitStatus | undefined;
    const over = (record: NestedRecord): void => {
      this.containers.remove(record);
      done(exit?.kind === 'exited' ? { exitCode: exit.code } : {});
    };
    try {
      this.containers.launch({
        executor: run.executor,
        isDebug: true,
        listener: {
          started: () => undefined,
          exited: (_, status) => {
            exit = status;
          },
          failed: over,
          ended: over,
        },
        launch: {
          containerId,
          sandbox,
          command: containerCommand(command),
          environment: { ...environment, ...literals(command.environment) },
          ...(user === undefined ? {} : { user }),
        },
      });
    } catch (error) {
      this.host.log.warn('A check could not be started', { message: (error as Error).message });
      done({});
      return () => undefined;
    }
    return () => this.containers.destroy(containerId);
  }
}

function urlAt(address: string | undefined, url: string): string {
  if (address === undefined || !URL.canParse(url)) return url;
  const moved = new URL(url);
  moved.hostname = address.includes(':') ? `[${address}]` : address;
  return moved.href;
}

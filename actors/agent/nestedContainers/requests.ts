/** Containers that executors and operators ask for (v1-operator-api.md §4.3): inside others, sessions, standalone ones. */
import type { CommandInfo, ContainerInfo } from '../../../proto/generated/types/v1.ts';
import type { ContainerLaunch, ContainerResources } from '../containerizer/index.ts';
import { containerCommand, terminalOf } from '../executors/containerLaunch.ts';
import { literals } from '../executors/environment.ts';
import { sandboxWay } from '../heldFolder.ts';
import type { AgentHost } from '../host.ts';
import { nestedSandbox } from '../paths.ts';
import type { ExecutorEntry } from '../tables/entries.ts';
import { ContainerIo } from './io/containerIo.ts';
import { pipeLines } from './io/pipes.ts';
import type { NestedContainers } from './nestedContainers.ts';
import { type NestedRecord, parentIdOf, rootIdOf } from './record.ts';

/** How long it can be asked how a session ended, in milliseconds. */
const SESSION_KEPT_MS = 60_000;

export interface ContainerRequest {
  /** `parent.child`, or one word for a standalone container. */
  readonly containerId: string;
  readonly command: CommandInfo | undefined;
  readonly container: ContainerInfo | undefined;
  readonly resources: ContainerResources | undefined;
  /** Looks into its parent, and ends with who asked. */
  readonly isSession: boolean;
}

/** What came of a launch; told once, as an event of the agent. */
export interface LaunchAnswer {
  launched(record: NestedRecord): void;
  /** There is one of that id already. */
  present(): void;
  /** @param status 400: it cannot be; 500: its sandbox cannot be made */
  refused(status: 400 | 500, text: string): void;
}

/** The container around one. */
interface Parent {
  readonly executor: ExecutorEntry | undefined;
  readonly sandbox: string;
  readonly processId: number;
}

export class ContainerRequests {
  private readonly host: AgentHost;
  private readonly containers: NestedContainers;

  constructor(host: AgentHost, containers: NestedContainers) {
    this.host = host;
    this.containers = containers;
  }

  /** The executor at the root of a container; undefined for standalone and unknown ones. */
  executorOf(containerId: string): ExecutorEntry | undefined {
    return this.host.tables.runs.get(rootIdOf(containerId));
  }

  /** The user a command would run as, by name. */
  userNameOf({
    containerId,
    command,
  }: Pick<ContainerRequest, 'containerId' | 'command'>): string | undefined {
    const executor = this.executorOf(containerId);
    return command?.user ?? executor?.info.command?.user ?? executor?.framework.info.user;
  }

  launch(request: ContainerRequest, answer: LaunchAnswer): void {
    const { containerId, container, isSession } = request;
    if (this.containers.get(containerId) !== undefined || this.host.tables.runs.has(containerId)) {
      answer.present();
      return;
    }
    const parentId = parentIdOf(containerId);
    const parent = parentId === undefined ? undefined : this.parentOf(parentId);
    if (parentId !== undefined && parent === undefined) {
      answer.refused(400, `Container '${parentId}' is not running here`);
      return;
    }
    const sandbox = this.makeSandbox(request, parent, answer);
    if (sandbox === undefined) return;
    if (!isSession && container?.tty_info === undefined) {
      this.start(request, parent, sandbox, undefined, answer);
      return;
    }
    const io = new ContainerIo(container?.tty_info !== undefined, isSession);
    const made = this.host.defer((error?: Error) => {
      if (error === undefined) this.start(request, parent, sandbox, io, answer);
      else answer.refused(400, `Its input and output cannot be made: ${error.message}`);
    });
    this.host.pipes.make(this.host.paths.io(containerId), made);
  }

  /** Of an executor's own container, or of one inside another. */
  private parentOf(id: string): Parent | undefined {
    const executor = this.host.tables.runs.get(id);
    if (executor !== undefined) {
      const { directory, processId, exit } = executor;
      return processId === undefined || exit !== undefined
        ? undefined
        : { executor, sandbox: directory, processId };
    }
    const record = this.containers.get(id);
    if (record?.processId === undefined || record.exit !== undefined) return undefined;
    return { executor: record.executor, sandbox: record.sandbox, processId: record.processId };
  }

  private makeSandbox(
    { containerId, isSession }: ContainerRequest,
    parent: Parent | undefined,
    answer: LaunchAnswer,
  ): string | undefined {
    if (isSession && parent !== undefined) return parent.sandbox;
    const sandbox = this.sandboxOf(containerId);
    try {
      const { root, below } = sandboxWay(containerId, sandbox);
      if (below === '') this.host.sandboxes.createStandalone(sandbox);
      else this.host.sandboxes.createNested(root, below);
    } catch (error) {
      answer.refused(500, `The sandbox cannot be made: ${(error as Error).message}`);
      return undefined;
    }
    return sandbox;
  }

  private sandboxOf(containerId: string): string {
    const executor = this.executorOf(containerId);
    if (executor !== undefined) return nestedSandbox(executor.directory, containerId);
    const root = this.host.paths.standaloneSandbox(rootIdOf(containerId));
    return containerId.includes('.') ? nestedSandbox(root, containerId) : root;
  }

  private start(
    request: ContainerRequest,
    parent: Parent | undefined,
    sandbox: string,
    io: ContainerIo | undefined,
    answer: LaunchAnswer,
  ): void {
    const { isSession } = request;
    let answered = false;
    const once = (tell: () => void): void => {
      if (!answered) tell();
      answered = true;
    };
    const clear = (record: NestedRecord): void => {
      if (record.parentId === undefined || record.isAbandoned === true) this.containers.remove(record);
      // A short command is over before its client has asked how it will end.
      else if (isSession) this.host.delay(SESSION_KEPT_MS, () => this.forgetSession(record));
    };
    try {
      this.containers.launch({
        executor: parent?.executor,
        isDebug: isSession,
        ...(io === undefined ? {} : { io }),
        listener: {
          started: (record) => once(() => answer.launched(record)),
          exited: () => undefined,
          failed: (record, message) => {
            this.containers.remove(record);
            once(() => answer.refused(400, `Failed to launch container: ${message}`));
          },
          // What was inside an executor's is kept until it is removed.
          ended: clear,
        },
        launch: this.launchOf(request, parent, sandbox, io),
      });
    } catch (error) {
      once(() => answer.refused(400, `Failed to launch container: ${(error as Error).message}`));
    }
  }

  /** Unless it was removed meanwhile, by a client or with its executor. */
  private forgetSession(record: NestedRecord): void {
    if (this.containers.get(record.id) === record) this.containers.remove(record);
  }

  private launchOf(
    request: ContainerRequest,
    parent: Parent | undefined,
    sandbox: string,
    io: ContainerIo | undefined,
  ): ContainerLaunch {
    const { containerId, command, container, resources, isSession } = request;
    const { host } = this;
    const tty = container?.tty_info;
    const user = host.sandboxes.userOf(this.userNameOf(request));
    // A session sees what its parent sees.
    const inherited =
      isSession && parent !== undefined
        ? host.pipes.environmentOf(parent.processId)
        : { ...(host.path === undefined ? {} : { PATH: host.path }), MESOS_SANDBOX: sandbox };
    return {
      containerId,
      sandbox,
      ...(parent === undefined ? {} : { parentSandbox: parent.sandbox }),
      command: containerCommand(command),
      ...(tty === undefined ? {} : { terminal: terminalOf(tty) }),
      environment: { ...inherited, ...literals(command?.environment) },
      ...(user === undefined ? {} : { user }),
      ...(container === undefined ? {} : { container }),
      ...(resources === undefined ? {} : { resources }),
      ...(command?.uris === undefined ? {} : { uris: command.uris }),
      ...(io === undefined ? {} : { redirections: pipeLines(host.paths.io(containerId), io.isTerminal) }),
    };
  }
}

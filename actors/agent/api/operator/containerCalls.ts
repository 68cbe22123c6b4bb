/** Calls about containers inside others and standalone ones: launch, wait, kill, remove (v1-operator-api.md §4.3). */
import { constants } from 'node:os';
import { type Action, isExecutor, ownsContainer } from '../../../../proto/authorization/index.ts';
import type {
  AgentCallLaunchContainer,
  CommandInfo,
  ContainerID,
  ContainerInfo,
  Resource,
} from '../../../../proto/index.ts';
import { AgentResponseType } from '../../../../proto/index.ts';
import { toNewFormat, validateResourcesForUse } from '../../../../proto/resources/index.ts';
import { validateCommand, validateContainer } from '../../../../proto/validation/containers.ts';
import { firstProblem, prefixed } from '../../../../proto/validation/problems.ts';
import { HttpRefusal } from '../../../../runtime/http/refusal.ts';
import { containerResources } from '../../containerizer/index.ts';
import { rootIdOf, type Termination } from '../../nestedContainers/record.ts';
import type { ContainerRequest } from '../../nestedContainers/requests.ts';
import { containerIdProblem } from '../../paths.ts';
import { type OperatorCalls, type OperatorRequest, type ServedAgent, withBody } from './call.ts';

/** Containers inside containers inside containers: more than anybody needs, and paths stay paths. */
const DEPTH_MAX = 16;

/** `parent.child`. @throws HttpRefusal 400 for an id that breaks the rules */
export function containerIdOf(id: ContainerID): string {
  const words: string[] = [];
  for (let each: ContainerID | undefined = id; each !== undefined; each = each.parent) {
    const problem = containerIdProblem(each.value);
    if (problem !== undefined)
      throw new HttpRefusal(400, `'container_id' is invalid: '${each.value}' ${problem}`);
    words.unshift(each.value);
    if (words.length > DEPTH_MAX)
      throw new HttpRefusal(400, `'container_id' has more than ${DEPTH_MAX} parents`);
  }
  return words.join('.');
}

/** The same of a container inside another one. */
export function nestedIdOf(id: ContainerID): string {
  if (id.parent === undefined) throw new HttpRefusal(400, "Expecting 'container_id.parent' to be present");
  return containerIdOf(id);
}

/**
 * Executors may use what is inside their own container, and run commands there as whomever tasks of their framework may run as.
 *
 * @throws HttpRefusal 403 for an executor that wants something else
 */
export function isOwn(
  { principal }: OperatorRequest,
  { authorizer, containerRequests }: ServedAgent,
  containerId: string,
  command?: CommandInfo,
): boolean {
  if (!isExecutor(principal)) return false;
  if (!ownsContainer(principal, containerId))
    throw new HttpRefusal(403, `Container '${containerId}' is not inside the container of the token`);
  const value = containerRequests.executorOf(containerId)?.framework.info.principal;
  const mayRunAs = authorizer.approver(value === undefined ? undefined : { value }, 'RUN_TASK');
  if (command?.user === undefined || mayRunAs(command.user)) return true;
  throw new HttpRefusal(403, `Nothing of this framework may run as '${command.user}'`);
}

type What = 'LAUNCH' | 'WAIT' | 'KILL' | 'REMOVE';

/** @throws HttpRefusal 403 */
function expectAllowed(
  request: OperatorRequest,
  agent: ServedAgent,
  what: What,
  containerId: string,
  command?: CommandInfo,
): void {
  if (isOwn(request, agent, containerId, command)) return;
  const { containerRequests } = agent;
  const isStandalone = !containerId.includes('.') && containerRequests.executorOf(containerId) === undefined;
  const action: Action = `${what}_${isStandalone ? 'STANDALONE' : 'NESTED'}_CONTAINER`;
  request.expectAllowed(action, containerRequests.userNameOf({ containerId, command }));
}

function launch(body: Launched, containerId: string, request: OperatorRequest, agent: ServedAgent): void {
  const { command, container, resources, limits } = body;
  const problem = launchProblem(body, containerId);
  if (problem !== undefined) throw new HttpRefusal(400, problem);
  expectAllowed(request, agent, 'LAUNCH', containerId, command);
  agent.containerRequests.launch(launchRequest(containerId, command, container, resources, limits), {
    launched: () => request.done(200),
    present: () => request.done(202),
    refused: (status, text) => request.refuse(status, text),
  });
}

function launchRequest(
  containerId: string,
  command: CommandInfo | undefined,
  container: ContainerInfo | undefined,
  resources: readonly Resource[] = [],
  limits: AgentCallLaunchContainer['limits'] = {},
): ContainerRequest {
  const needed =
    resources.length === 0
      ? undefined
      : containerResources(undefined, [{ resources: [...resources], limits }]);
  return { containerId, command, container, resources: needed, isSession: false };
}

type Launched = Pick<AgentCallLaunchContainer, 'command' | 'container' | 'resources' | 'limits'>;

/** Rules beyond the form. @returns what is wrong, or undefined */
function launchProblem(asked: Launched, containerId: string): string | undefined {
  const upgraded = asked.resources?.map(toNewFormat);
  return (
    validateResourcesForUse(upgraded) ??
    contentProblem(asked) ??
    placeProblem({ ...asked, resources: upgraded }, containerId)
  );
}

/** Of what a container, or a session, is made of. */
export function contentProblem({
  command,
  container,
}: Pick<Launched, 'command' | 'container'>): string | undefined {
  return prefixed('command', validateCommand(command)) ?? prefixed('container', validateContainer(container));
}

/** What depends on how deep inside others it is. */
function placeProblem(
  { container, resources = [], limits = {} }: Launched,
  containerId: string,
): string | undefined {
  const depth = containerId.split('.').length;
  const sharesCgroups = container?.linux_info?.share_cgroups;
  if (depth === 1) {
    if (sharesCgroups === true) return "'linux_info.share_cgroups' needs a container around this one";
    return firstProblem(resources, standaloneProblem);
  }
  if (depth > 2) {
    if (resources.length > 0) return "'resources' are for containers directly below an executor's";
    if (Object.keys(limits).length > 0) return "'limits' are for containers directly below an executor's";
    if (sharesCgroups === false) return "'linux_info.share_cgroups' must not be false this deep";
  }
  return undefined;
}

/** The master does not know of standalone containers: they hold nothing that it could count. */
function standaloneProblem({ name, reservations, revocable, disk }: Resource): string | undefined {
  if ((reservations ?? []).length > 0) return `'resources': '${name}' is reserved`;
  if (revocable !== undefined) return `'resources': '${name}' is revocable`;
  return disk?.persistence === undefined ? undefined : `'resources': '${name}' is a persistent volume`;
}

function wait(
  containerId: string,
  request: OperatorRequest,
  agent: ServedAgent,
  told: (termination: Termination) => void,
): void {
  expectAllowed(request, agent, 'WAIT', containerId);
  const { nestedContainers, host } = agent;
  if (nestedContainers.wait(containerId, told)) return;
  const executor = host.tables.runs.get(containerId);
  if (executor === undefined || agent.executors.isTerminated(executor))
    throw new HttpRefusal(404, `Container '${containerId}' cannot be found`);
  nestedContainers.waitForRoot(containerId, told);
}

const SIGNALS: ReadonlyMap<number, NodeJS.Signals> = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
);

function kill(
  containerId: string,
  signal: number | undefined,
  request: OperatorRequest,
  agent: ServedAgent,
): void {
  expectAllowed(request, agent, 'KILL', containerId);
  const { nestedContainers, host, executors } = agent;
  const name = SIGNALS.get(signal ?? constants.signals.SIGKILL);
  if (name === undefined) throw new HttpRefusal(400, `'signal': ${signal} is no signal`);
  const executor = host.tables.runs.get(containerId);
  if (executor !== undefined && !executors.isTerminated(executor)) host.containers.kill(containerId, name);
  else if (!nestedContainers.isAlive(containerId))
    throw new HttpRefusal(404, `Container '${containerId}' cannot be found (or has ended)`);
  else if (name === 'SIGKILL') nestedContainers.destroy(containerId);
  else nestedContainers.signal(containerId, name);
  request.done();
}

function remove(containerId: string, request: OperatorRequest, agent: ServedAgent): void {
  expectAllowed(request, agent, 'REMOVE', containerId);
  const { nestedContainers, host } = agent;
  const rootId = rootIdOf(containerId);
  if (!host.tables.runs.has(rootId) && nestedContainers.get(rootId) === undefined)
    throw new HttpRefusal(500, `The container '${rootId}' at its root cannot be found`);
  if (nestedContainers.isAlive(containerId))
    throw new HttpRefusal(500, `Container '${containerId}' has not ended yet`);
  const record = nestedContainers.get(containerId);
  if (record !== undefined) nestedContainers.remove(record);
  request.done();
}

export const containerCalls: OperatorCalls = {
  LAUNCH_CONTAINER: withBody('launch_container', (body, request, agent) =>
    launch(body, containerIdOf(body.container_id), request, agent),
  ),
  LAUNCH_NESTED_CONTAINER: withBody('launch_nested_container', (body, request, agent) =>
    launch(body, nestedIdOf(body.container_id), request, agent),
  ),
  WAIT_CONTAINER: withBody('wait_container', (body, request, agent) =>
    wait(containerIdOf(body.container_id), request, agent, (wait_container) =>
      request.answer({ type: AgentResponseType.WAIT_CONTAINER, wait_container }),
    ),
  ),
  WAIT_NESTED_CONTAINER: withBody('wait_nested_container', (body, request, agent) =>
    wait(nestedIdOf(body.container_id), request, agent, (wait_nested_container) =>
      request.answer({ type: AgentResponseType.WAIT_NESTED_CONTAINER, wait_nested_container }),
    ),
  ),
  KILL_CONTAINER: withBody('kill_container', (body, request, agent) =>
    kill(containerIdOf(body.container_id), body.signal, request, agent),
  ),
  KILL_NESTED_CONTAINER: withBody('kill_nested_container', (body, request, agent) =>
    kill(nestedIdOf(body.container_id), body.signal, request, agent),
  ),
  REMOVE_CONTAINER: withBody('remove_container', (body, request, agent) =>
    remove(nestedIdOf(body.container_id), request, agent),
  ),
  REMOVE_NESTED_CONTAINER: withBody('remove_nested_container', (body, request, agent) =>
    remove(nestedIdOf(body.container_id), request, agent),
  ),
};

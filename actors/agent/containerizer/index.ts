/** Containers as ordinary processes: launch, kill, usage, recovery after a restart of the agent. */
export type { ContainerizerOptions, ContainerSink } from './container.ts';
export { Containerizer } from './containerizer.ts';
export { describeExit, type ExitStatus, exitStatusOfShell, waitStatus } from './exitStatus.ts';
export type { Limitation } from './isolators/isolator.ts';
export {
  type ContainerCommand,
  type ContainerLaunch,
  launchScript,
  type TerminalSize,
} from './launchScript.ts';
export { MesosContainerizer } from './mesosContainerizer.ts';
export type { FetcherPort, LauncherPort } from './ports.ts';
export { DEFAULT_PATH } from './programs.ts';
export { type ContainerResources, containerResources } from './resources.ts';
export { createSandbox, pointLatest } from './sandbox.ts';
export type { ContainerUsage } from './usage.ts';

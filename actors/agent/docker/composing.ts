/** Several containerizers as one (`--containerizers`): the first that takes a container keeps it. */
import type { ContainerStatus, ResourceStatistics } from '../../../proto/generated/types/v1.ts';
import type { ContainerLaunch, ContainerResources, ContainerSink } from '../containerizer/index.ts';
import type { ContainerPort } from '../host.ts';

export interface Part {
  readonly containerizer: ContainerPort;
  takes(launch: ContainerLaunch): boolean;
  /** Commands that look into one of its containers are its own to run; else whoever takes them runs them. */
  readonly runsInside?: boolean;
}

export class ComposingContainerizer implements ContainerPort {
  readonly enforces: ReadonlySet<string>;
  readonly #parts: readonly Part[];
  readonly #owners = new Map<string, ContainerPort>();

  constructor(parts: readonly Part[]) {
    this.#parts = parts;
    this.enforces = new Set(parts.flatMap(({ containerizer }) => [...containerizer.enforces]));
  }

  /** @throws Error when none of them takes it */
  launch(launch: ContainerLaunch, sink: ContainerSink): void {
    const part = this.#insideOf(launch) ?? this.#parts.find((each) => each.takes(launch));
    if (part === undefined) throw new Error('none of --containerizers can run a container of its kind');
    part.containerizer.launch(launch, sink);
    this.#owners.set(launch.containerId, part.containerizer);
  }

  kill(containerId: string, signal: NodeJS.Signals): void {
    this.#ownerOf(containerId)?.kill(containerId, signal);
  }

  cancel(containerId: string): void {
    this.#ownerOf(containerId)?.cancel?.(containerId);
  }

  destroy(containerId: string): void {
    this.#ownerOf(containerId)?.destroy(containerId);
  }

  /** Each is asked for what it recorded; what nobody did is the last one's. */
  recover(containerIds: readonly string[], sink: ContainerSink): void {
    const left = new Set(containerIds);
    for (const [at, { containerizer }] of this.#parts.entries()) {
      const recorded = new Set(containerizer.recordedContainers());
      const isLast = at === this.#parts.length - 1;
      const own = [...left].filter((id) => isLast || recorded.has(id));
      for (const id of own) {
        left.delete(id);
        this.#owners.set(id, containerizer);
      }
      containerizer.recover(own, sink);
    }
  }

  recordedContainers(): string[] {
    return [...new Set(this.#parts.flatMap(({ containerizer }) => containerizer.recordedContainers()))];
  }

  async pruneImages(excluded: readonly string[]): Promise<void> {
    for (const { containerizer } of this.#parts) await containerizer.pruneImages?.(excluded);
  }

  recordedBelow(containerId: string): string[] {
    return this.#parts.flatMap(({ containerizer }) => containerizer.recordedBelow(containerId));
  }

  update(containerId: string, resources: () => ContainerResources): void {
    this.#ownerOf(containerId)?.update(containerId, resources);
  }

  usage(containerId: string): Partial<ResourceStatistics> | undefined {
    return this.#ownerOf(containerId)?.usage(containerId);
  }

  *measure(): Generator<undefined, void> {
    for (const { containerizer } of this.#parts) yield* containerizer.measure();
  }

  status(containerId: string): Partial<ContainerStatus> {
    return this.#ownerOf(containerId)?.status(containerId) ?? {};
  }

  networkOf(containerId: string): string | undefined {
    return this.#ownerOf(containerId)?.networkOf?.(containerId);
  }

  remove(containerId: string): void {
    const owner = this.#owners.get(containerId);
    this.#owners.delete(containerId);
    for (const { containerizer } of this.#parts)
      if (owner === undefined || owner === containerizer) containerizer.remove(containerId);
  }

  close(): void {
    for (const { containerizer } of this.#parts) containerizer.close();
  }

  #insideOf({ containerId, looksIntoParent }: ContainerLaunch): Part | undefined {
    const owner = looksIntoParent === true ? this.#ownerOf(containerId) : undefined;
    return this.#parts.find(({ containerizer, runsInside }) => runsInside && containerizer === owner);
  }

  #ownerOf(containerId: string): ContainerPort | undefined {
    return this.#owners.get(containerId) ?? this.#owners.get(containerId.split('.')[0] ?? '');
  }
}

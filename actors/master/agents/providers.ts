/**
 * What resource providers bring to agents, as the agents tell of it (master.md §5.1, agent.md §15). All of a provider's resources change at
 * once, with their version; in between they change by the operations that the master itself has sent there.
 */
import type { ResourceProviderInfo, UpdateSlaveMessageResourceProvider } from '../../../proto/index.ts';
import { Resources, validateResources } from '../../../proto/resources/index.ts';
import type { MasterParts } from '../parts.ts';
import { sameMessage } from '../sameMessage.ts';
import type { AgentProvider, AgentRecord } from './record.ts';

/** One that can be told from others and brings what can be counted. */
interface Told {
  readonly info: ResourceProviderInfo;
  readonly resources: Resources;
  readonly version: UpdateSlaveMessageResourceProvider['resource_version_uuid'];
}

export class AgentProviders {
  private readonly parts: MasterParts;

  constructor(parts: MasterParts) {
    this.parts = parts;
  }

  /**
   * An agent tells which providers it has: those that it does not name are gone, with what they brought.
   *
   * @returns ids of those whose resources were taken over: what became of their operations is in them
   */
  take(agent: AgentRecord, providers: readonly UpdateSlaveMessageResourceProvider[]): ReadonlySet<string> {
    const told = new Map<string, Told>();
    for (const provider of providers) this.read(agent, provider, told);
    const gone = [...agent.providers.keys()].filter((id) => !told.has(id));
    const taken = new Set([...told.keys()].filter((id) => this.isNews(agent, told.get(id))));
    agent.providers = presentOf(agent, told);
    if (gone.length + taken.size === 0) return taken;
    for (const id of gone) this.parts.operations.loseProvider(agent.id, id);
    const isReplaced = (id: string | undefined): boolean =>
      id !== undefined && (taken.has(id) || gone.includes(id));
    const kept = agent.total.filter(({ template }) => !isReplaced(template.provider_id?.value));
    const brought = [...taken].map((id) => told.get(id)?.resources ?? Resources.EMPTY);
    agent.total = kept.plus(Resources.sum(brought));
    this.parts.actor.log.info('resource providers of an agent', () => ({
      agent_id: agent.id,
      changed: [...taken].join(' '),
      gone: gone.join(' '),
      resources: agent.total.toString(),
    }));
    this.parts.allocation.updateAgent(agent);
    return taken;
  }

  /** An agent is back, with what it has by itself: what its providers bring it tells next, if they are back, too. */
  doubt(agent: AgentRecord): void {
    if (agent.providers.size === 0) return;
    agent.providers = new Map(
      [...agent.providers].map(([id, { info }]) => [id, { info, version: undefined }]),
    );
  }

  private read(
    agent: AgentRecord,
    { info, total_resources, resource_version_uuid }: UpdateSlaveMessageResourceProvider,
    told: Map<string, Told>,
  ): void {
    const id = info?.id?.value;
    const isOwn = total_resources?.every(({ provider_id }) => provider_id?.value === id) ?? true;
    const problem = isOwn ? validateResources(total_resources) : 'what it brings is not of it';
    if (info !== undefined && id !== undefined && problem === undefined) {
      const resources = Resources.of(total_resources).unallocated();
      told.set(id, { info, resources, version: resource_version_uuid });
      return;
    }
    this.parts.actor.log.warn('ignored a resource provider that an agent told of', {
      agent_id: agent.id,
      provider_id: id,
      reason: problem ?? 'it has no id',
    });
  }

  private isNews({ providers }: AgentRecord, told: Told | undefined): boolean {
    const known = providers.get(told?.info.id?.value ?? '');
    return known?.version === undefined || !sameMessage(known.version, told?.version);
  }
}

/** The same map when nothing is other than it was. */
function presentOf(
  { providers }: AgentRecord,
  told: ReadonlyMap<string, Told>,
): ReadonlyMap<string, AgentProvider> {
  const present = new Map([...told].map(([id, { info, version }]) => [id, { info, version }] as const));
  const isSame =
    providers.size === present.size &&
    [...present].every(([id, provider]) => sameMessage(providers.get(id), provider));
  return isSame ? providers : present;
}

/** What of an agent one principal may see: listings pass over the rest (v1-operator-api.md §11). */
import type { Approver, Authorizer } from '../../../proto/authorization/index.ts';
import type {
  AgentResponseGetResourceProvidersResourceProvider,
  OfferOperation,
} from '../../../proto/index.ts';
import { Resources, resourcesOfOperation } from '../../../proto/resources/index.ts';
import type { Principal } from '../../../runtime/index.ts';
import type { ResourceProviders } from '../resourceProvider/providers.ts';
import type { ExecutorEntry, FrameworkEntry, TaskEntry } from '../tables/entries.ts';

export class Viewer {
  private readonly byFramework: Approver;
  private readonly byTask: Approver;
  private readonly byExecutor: Approver;
  private readonly byContainer: Approver;
  private readonly byRole: Approver;
  readonly seesFlags: boolean;
  readonly seesProviders: boolean;
  /** Containers of no executor, and what is inside them. */
  readonly seesStandalone: boolean;

  constructor(authorizer: Authorizer, principal: Principal | undefined) {
    this.byFramework = authorizer.approver(principal, 'VIEW_FRAMEWORK');
    this.byTask = authorizer.approver(principal, 'VIEW_TASK');
    this.byExecutor = authorizer.approver(principal, 'VIEW_EXECUTOR');
    this.byContainer = authorizer.approver(principal, 'VIEW_CONTAINER');
    this.byRole = authorizer.approver(principal, 'VIEW_ROLE');
    this.seesFlags = authorizer.approver(principal, 'VIEW_FLAGS')();
    this.seesProviders = authorizer.approver(principal, 'VIEW_RESOURCE_PROVIDER')();
    this.seesStandalone = authorizer.approver(principal, 'VIEW_STANDALONE_CONTAINER')();
  }

  seesFramework({ info }: FrameworkEntry): boolean {
    return this.byFramework(info.user);
  }

  /** By the user it runs as; its framework is asked about apart, here and below. */
  seesTask({ info, executor }: TaskEntry): boolean {
    return this.byTask(info.command?.user ?? userOf(executor));
  }

  seesExecutor(executor: ExecutorEntry): boolean {
    return this.byExecutor(userOf(executor));
  }

  /** One is seen by those who may see the roles of all resources that it names. */
  seesOperation(operation: OfferOperation): boolean {
    const named = Resources.of(resourcesOfOperation(operation));
    const hidden = named.filter(({ reservations, allocationRole }) =>
      [...reservations.map(({ role }) => role), allocationRole].some(
        (role) => role !== undefined && !this.byRole(role),
      ),
    );
    return hidden.isEmpty;
  }

  seesContainer(executor: ExecutorEntry): boolean {
    return this.byContainer(userOf(executor));
  }
}

function userOf({ info, framework }: ExecutorEntry): string {
  return info.command?.user ?? framework.info.user;
}

/** The resource providers that have a stream, for those who may see them. */
export function providerMessages(
  providers: ResourceProviders,
  { seesProviders }: Viewer,
): AgentResponseGetResourceProvidersResourceProvider[] {
  if (!seesProviders) return [];
  return providers.connected().map(({ info, total }) => ({
    resource_provider_info: info,
    total_resources: total.toMessages(),
  }));
}

/** What of the cluster one principal may see: listings pass over the rest (v1-operator-api.md §11). */
import type { Approver, Authorizer } from '../../../proto/authorization/index.ts';
import type { ExecutorInfo, OfferOperation } from '../../../proto/index.ts';
import { type Kind, Resources, resourcesOfOperation } from '../../../proto/resources/index.ts';
import type { Principal } from '../../../runtime/index.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { TaskRecord } from '../tasks/record.ts';

export class Viewer {
  /** A role, by name. */
  readonly seesRole: Approver;
  readonly seesFlags: boolean;
  private readonly byFramework: Approver;
  private readonly byTask: Approver;
  private readonly byExecutor: Approver;

  constructor(authorizer: Authorizer, principal: Principal | undefined) {
    const approver = (action: 'VIEW_ROLE' | 'VIEW_FRAMEWORK' | 'VIEW_TASK' | 'VIEW_EXECUTOR') =>
      authorizer.approver(principal, action);
    this.seesRole = approver('VIEW_ROLE');
    this.seesFlags = authorizer.approver(principal, 'VIEW_FLAGS')();
    this.byFramework = approver('VIEW_FRAMEWORK');
    this.byTask = approver('VIEW_TASK');
    this.byExecutor = approver('VIEW_EXECUTOR');
  }

  seesFramework({ description }: FrameworkRecord): boolean {
    return this.byFramework(description.info.user);
  }

  /** By the user it runs as; its framework is asked about apart. */
  seesTask({ description }: Pick<FrameworkRecord, 'description'>, task: TaskRecord): boolean {
    return this.byTask(task.description.user ?? description.info.user);
  }

  /** One that ended, by the users of its framework and of its own. */
  seesArchived(frameworkUser: string, user: string | undefined): boolean {
    return this.byFramework(frameworkUser) && this.byTask(user ?? frameworkUser);
  }

  seesExecutor({ description }: Pick<FrameworkRecord, 'description'>, { command }: ExecutorInfo): boolean {
    return this.byExecutor(command?.user ?? description.info.user);
  }

  /** One is seen by those who may see the roles of all resources that it names. */
  seesOperation(operation: OfferOperation): boolean {
    const named = Resources.of(resourcesOfOperation(operation));
    return named.filter((kind) => !this.seesKind(kind)).isEmpty;
  }

  /** What is reserved or allocated to roles that are seen, and what is nobody's. */
  visible(resources: Resources): Resources {
    return resources.filter((kind) => this.seesKind(kind));
  }

  private seesKind({ allocationRole, reservations }: Kind): boolean {
    return (
      (allocationRole === undefined || this.seesRole(allocationRole)) &&
      reservations.every(({ role }) => role === undefined || this.seesRole(role))
    );
  }
}

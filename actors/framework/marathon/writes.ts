/** Changes of what is defined: each becomes a new state of everything, a plan, and a deployment (spec: marathon.md §15). */
import { isDeepStrictEqual } from 'node:util';
import type { Deployment } from './deployments/deployment.ts';
import { affectedBy, type Plan, planOf } from './deployments/plan.ts';
import { ApiError, locked, notValid } from './errors.ts';
import { type Instance, TO_BE_REPLACED } from './instances/instance.ts';
import type { Marathon } from './marathon.ts';
import { dependencyProblems } from './model/dependencies.ts';
import { ancestorsOf, isBelow, ROOT } from './model/ids.ts';
import { type Change, type GroupInfo, NO_CHANGE, type Root } from './model/root.ts';
import type { Problem } from './model/schema.ts';
import { configurationDiffers, isApp, isOutdated, isPod, restored, type Spec } from './model/spec.ts';
import type { Author } from './store/definitions.ts';

export interface CommitOptions {
  /** Cancel the deployments that are in the way. */
  readonly force?: boolean;
  /** Instances that are to go first, by service. */
  readonly kill?: ReadonlyMap<string, readonly string[]>;
  /** Services of which outdated instances are to be replaced, though their definition stays. */
  readonly replaced?: ReadonlySet<string>;
  /** It undoes another deployment. */
  readonly reverts?: boolean;
}

export interface Committed {
  readonly version: string;
  readonly deploymentId: string;
}

export class Writes {
  readonly #marathon: Marathon;

  /** Who asks for what is done at the moment; nobody where Marathon itself does it. */
  #author: Author | undefined;

  constructor(marathon: Marathon) {
    this.#marathon = marathon;
  }

  /** What `run` changes is noted as theirs. */
  as<T>(author: Author, run: () => T): T {
    this.#author = author;
    try {
      return run();
    } finally {
      this.#author = undefined;
    }
  }

  /** The version that the next write will have. */
  nextVersion(): string {
    const { definitions, context } = this.#marathon;
    return definitions.nextVersion(context.clock.now());
  }

  /** What would be done. @throws ApiError when it cannot be */
  plan(change: Change, version: string, { kill, replaced }: CommitOptions = {}): Plan {
    const { definitions, context } = this.#marathon;
    const after = definitions.root.with(change, version);
    const problems = [...collisions(change, after), ...dependencyProblems(after)];
    if (problems.length > 0) throw notValid(problems);
    this.#checkCount(after);
    return planOf(context.ids.uuid(), definitions.root, after, change, kill, replaced);
  }

  /**
   * Makes a change and begins to deploy it. Answers are to wait for `store.flushed`.
   * @throws ApiError 409 when deployments have what it changes, 422, 403
   */
  commit(change: Change, version: string, options: CommitOptions = {}): Committed {
    const { definitions, deployments, events } = this.#marathon;
    const plan = this.plan(change, version, options);
    const inTheWay = this.#inTheWay(affectedBy(plan), options.force === true, plan.steps.length > 0);
    for (const deployment of inTheWay) deployments.cancel(deployment, 'another deployment took its place');
    definitions.commit(change, version, this.#author);
    this.#takeOver(plan);
    events.publish('group_change_success', { groupId: ROOT, version });
    this.#tellHealthChecks(plan);
    deployments.start(plan, options.reverts === true);
    return { version, deploymentId: plan.id };
  }

  /** Deployments that a new one cancels. @throws ApiError 409 when it may not, 403 when as many as may be are under way */
  #inTheWay(services: readonly string[], force: boolean, runs: boolean): Deployment[] {
    const { deployments, settings } = this.#marathon;
    const inTheWay = deployments.conflicting(services);
    if (inTheWay.length > 0 && !force) throw locked(inTheWay.map(({ id }) => id));
    if (runs && deployments.size - inTheWay.length >= settings.maxRunningDeployments)
      throw new ApiError(
        403,
        `Max number (${settings.maxRunningDeployments}) of running deployments is achieved. Wait for existing deployments to complete or cancel one using force=true parameter.`,
      );
    return inTheWay;
  }

  /**
   * Replaces instances by others, by their services' upgrade strategies: new ones first, where these say so.
   * @throws ApiError 409 when deployments have their services
   */
  replace(chosen: readonly Instance[], force = false): Committed {
    const { definitions, instances } = this.#marathon;
    const services = new Map<string, Spec>();
    for (const { service } of chosen) {
      const spec = definitions.root.services.get(service);
      if (spec !== undefined) services.set(service, { ...spec });
    }
    // Before any of them is marked: one that is refused leaves them as they are.
    this.#inTheWay([...services.keys()], force, true);
    for (const instance of chosen) {
      instance.config = TO_BE_REPLACED;
      instances.save(instance);
    }
    const replaced = new Set(services.keys());
    return this.commit({ ...NO_CHANGE, services }, this.nextVersion(), { force, replaced });
  }

  /** Brings back what a deployment changed; what others changed since stays. */
  revert(plan: Plan): Committed {
    const { definitions } = this.#marathon;
    const version = this.nextVersion();
    const services = new Map<string, Spec | undefined>();
    for (const id of affectedBy(plan)) {
      const original = plan.original[id];
      if (original === null || original === undefined) {
        if (definitions.root.services.has(id)) services.set(id, undefined);
      } else services.set(id, restored(original, version));
    }
    const groups = this.#groupsBack(plan, services, version);
    return this.commit({ services, groups }, version, { force: true, reverts: true });
  }

  /** Groups that the plan wrote and nobody since: as they were, or gone when they were not and nothing is left in them. */
  #groupsBack(
    { groups = {}, version: written }: Pick<Plan, 'groups' | 'version'>,
    services: ReadonlyMap<string, Spec | undefined>,
    version: string,
  ): ReadonlyMap<string, GroupInfo | undefined> {
    const { root } = this.#marathon.definitions;
    const back = new Map<string, GroupInfo | undefined>();
    for (const [id, was] of Object.entries(groups)) {
      const now = root.groups.get(id);
      const isWritten = now === undefined || now.implied === true || now.version === written;
      if (isWritten && (was !== null || now !== undefined))
        back.set(id, was === null ? undefined : { ...was, version });
    }
    const after = root.with({ services, groups: back }, version);
    // What somebody else put there since keeps its groups.
    for (const [id, info] of [...back]) if (info === undefined && holds(after, id)) back.delete(id);
    return back;
  }

  /**
   * Takes a change back, whoever made it: what it removed is there again, what it made is removed, settings of groups too.
   * @throws ApiError 404 when it is not known any more, 409 when something of it was changed again since
   */
  undo(changed: string, force: boolean): Committed {
    const { definitions } = this.#marathon;
    const record = definitions.changeOf(changed);
    if (record === undefined) throw new ApiError(404, `Nothing is known (any more) of a change '${changed}'`);
    const version = this.nextVersion();
    const services = new Map<string, Spec | undefined>();
    for (const { id, before, after } of record.services) {
      if ((definitions.root.services.get(id)?.version ?? null) !== after)
        throw new ApiError(409, `${id} was changed again since: undo that first, or choose a version of it`);
      const earlier = before === null ? undefined : definitions.version(id, before);
      if (before !== null && earlier === undefined)
        throw new ApiError(409, `How ${id} was before is not kept any more`);
      services.set(id, earlier && restored(earlier, version));
    }
    for (const { id, after } of record.groups)
      if (!isStill(definitions.root.groups.get(id), after))
        throw new ApiError(409, `group ${id} was changed again since: undo that first`);
    const was = Object.fromEntries(record.groups.map(({ id, before }) => [id, before]));
    const groups = this.#groupsBack({ groups: was, version: changed }, services, version);
    return this.commit({ services, groups }, version, { force });
  }

  /** Instances whose definition was changed in place have the new one from now on, its checks above all. */
  #takeOver({ original, target }: Plan): void {
    const { instances } = this.#marathon;
    for (const [id, spec] of Object.entries(target)) {
      const before = original[id];
      if (spec === null || before === null || before === undefined || before.version === spec.version)
        continue;
      if (before.versionInfo.lastConfigChangeAt !== spec.versionInfo.lastConfigChangeAt) continue;
      if (!configurationDiffers(before, spec)) continue;
      for (const instance of instances.of(id)) {
        if (isOutdated(instance, spec)) continue;
        instance.version = spec.version;
        instances.save(instance);
        this.#marathon.watchAnew(instance);
      }
    }
  }

  /** Checks of services begin and end with their definitions. */
  #tellHealthChecks({ original, target }: Plan): void {
    const { events } = this.#marathon;
    for (const id of Object.keys(target)) {
      const [before, after] = [original[id], target[id]];
      const had = before !== null && before !== undefined && isApp(before) ? before.healthChecks : [];
      const has = after !== null && after !== undefined && isApp(after) ? after.healthChecks : [];
      if (isDeepStrictEqual(had, has)) continue;
      if (had.length > 0) events.publish('remove_health_check_event', { appId: id });
      for (const healthCheck of has)
        events.publish('add_health_check_event', { appId: id, version: after?.version, healthCheck });
    }
  }

  #checkCount({ services }: Root): void {
    const { maxApps } = this.#marathon.settings;
    const { size } = this.#marathon.definitions.root.services;
    if (maxApps !== undefined && services.size > maxApps && services.size > size)
      throw new ApiError(
        400,
        `You cannot create more apps than ${maxApps}: the limit of --max_apps is reached.`,
      );
  }
}

/** Whether a group is as a change left it. One that came to be with what was put into it is no change of its own. */
function isStill(now: GroupInfo | undefined, after: GroupInfo | null): boolean {
  return after === null ? now === undefined || now.implied === true : now?.version === after.version;
}

/** Whether anything is inside the group. */
function holds(root: Root, group: string): boolean {
  for (const _ of root.servicesBelow(group)) return true;
  for (const { id } of root.groups.values()) if (isBelow(id, group)) return true;
  return false;
}

/** An id is one of an app, a pod or a group, never of two of them. */
function collisions({ services, groups }: Change, after: Root): Problem[] {
  const problems: Problem[] = [];
  for (const [id, spec] of services) {
    if (spec === undefined) continue;
    if (after.groups.has(id))
      problems.push({ path: '/id', error: `a group with the path ${id} already exists` });
    const above = ancestorsOf(id).find((each) => after.services.has(each));
    if (above !== undefined)
      problems.push({
        path: '/id',
        error: `${isPod(spec) ? 'pod' : 'app'} ${id} cannot be inside ${above}, which is no group`,
      });
  }
  for (const [id, info] of groups)
    if (info !== undefined && after.services.has(id))
      problems.push({ path: '/id', error: `an app or pod with the path ${id} already exists` });
  return problems;
}

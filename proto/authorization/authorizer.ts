/** Who may do what: Mesos' local authorizer over the rules of `--acls` (master.md §14). */
import type { Principal } from '../../runtime/index.ts';
import { type ACLEntity, ACLEntityType, type ACLs } from '../index.ts';
import { type Action, type Rule, ruleKinds } from './actions.ts';

/**
 * Says of objects (a role, a user, a principal, a path; undefined stands for any) whether the action may be done to them. It
 * stays valid for as long as its subject does, so that a stream may keep it.
 */
export type Approver = (object?: string) => boolean;

export interface Authorizer {
  /** @param principal undefined where nobody was asked who they are */
  approver(principal: Principal | undefined, action: Action): Approver;
}

const always: Approver = () => true;

/** Where there are no rules everybody may do everything. */
export const permitAll: Authorizer = { approver: () => always };

/** The first rule whose principals and objects both match decides; without one, `permissive` does (default: yes). */
export function localAuthorizer(acls: ACLs): Authorizer {
  const permissive = acls.permissive ?? true;
  return {
    approver: (principal, action) => {
      const lists = (ruleKinds[action] ?? []).map(({ key, object }) => ({
        object,
        rules: ((acls[key] ?? []) as unknown as readonly Rule[]).filter(({ principals }) =>
          matches(principal?.value, principals),
        ),
      }));
      if (permissive && lists.every(({ rules }) => rules.length === 0)) return always;
      return (value) =>
        lists.length === 0
          ? permissive
          : lists.every(({ object, rules }) => decide(principal?.value, value, object, rules) ?? permissive);
    },
  };
}

/** @returns undefined when no rule is about that object */
function decide(
  subject: string | undefined,
  value: string | undefined,
  object: string,
  rules: readonly Rule[],
): boolean | undefined {
  const isRole = object === 'roles';
  for (const rule of rules) {
    const objects = rule[object] ?? {};
    if (matches(value, objects, isRole))
      return allows(subject, rule.principals) && allows(value, objects, isRole);
  }
  return undefined;
}

const typeOf = ({ type }: ACLEntity): ACLEntityType => type ?? ACLEntityType.SOME;

/** @param asked undefined stands for any */
function matches(asked: string | undefined, entity: ACLEntity, isRole = false): boolean {
  return typeOf(entity) !== ACLEntityType.SOME || (asked !== undefined && lists(entity, asked, isRole));
}

function allows(asked: string | undefined, entity: ACLEntity, isRole = false): boolean {
  const type = typeOf(entity);
  if (type !== ACLEntityType.SOME) return type === ACLEntityType.ANY;
  return asked !== undefined && lists(entity, asked, isRole);
}

/** Of roles `a/%` lists everything below `a`, but not `a`. */
function lists({ values }: ACLEntity, asked: string, isRole: boolean): boolean {
  return (values ?? []).some(
    (value) =>
      value === asked ||
      (isRole &&
        value.endsWith('/%') &&
        asked.startsWith(value.slice(0, -1)) &&
        asked.length >= value.length),
  );
}

/** Roles: paths such as `eng/dev`, and `*` for what belongs to nobody. */

const FORBIDDEN_IN_COMPONENT = /[\t\n\v\f\r \u007f]/;

/**
 * Checks a role (v1 scheduler API: `*`, or components separated by single slashes).
 *
 * @returns what is wrong, in words, or undefined
 */
export function validateRole(role: string): string | undefined {
  if (role === '*') return undefined;
  if (role === '') return 'a role must not be empty';
  if (role.startsWith('/')) return `role "${role}" must not start with "/"`;
  if (role.endsWith('/')) return `role "${role}" must not end with "/"`;
  for (const component of role.split('/')) {
    const problem = componentProblem(component);
    if (problem !== undefined) return `role "${role}" ${problem}`;
  }
  return undefined;
}

function componentProblem(component: string): string | undefined {
  if (component === '') return 'must not contain two adjacent "/"';
  if (component === '.' || component === '..') return `must not have "${component}" as a component`;
  if (component === '*') return 'must not have "*" as a component';
  if (component.startsWith('-')) return 'must not have a component that starts with "-"';
  if (FORBIDDEN_IN_COMPONENT.test(component)) return 'must not contain white space or control characters';
  return undefined;
}

/** Whether `role` lies strictly below `ancestor`: `a/b` below `a`, but not `ab`. */
export function isStrictSubroleOf(role: string, ancestor: string): boolean {
  return role.length > ancestor.length && role.startsWith(ancestor) && role[ancestor.length] === '/';
}

/** Whether `role` is `ancestor` or lies below it. */
export function isRoleOrSubroleOf(role: string, ancestor: string): boolean {
  return role === ancestor || isStrictSubroleOf(role, ancestor);
}

/** The roles above `role`, nearest first: of `a/b/c`, `a/b` and `a`. */
export function ancestorsOf(role: string): string[] {
  const ancestors: string[] = [];
  for (let cut = role.lastIndexOf('/'); cut > 0; cut = role.lastIndexOf('/', cut - 1)) {
    ancestors.push(role.slice(0, cut));
  }
  return ancestors;
}

/** The first component of a role: of `a/b/c`, `a`. */
export function topLevelRoleOf(role: string): string {
  const cut = role.indexOf('/');
  return cut < 0 ? role : role.slice(0, cut);
}

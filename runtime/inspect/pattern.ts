/** Patterns of names in addresses: `*` stands for anything, all else for itself. */

export function namesLike(pattern: string): (name: string) => boolean {
  const source = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${source.join('.*')}$`, 's');
  return (name) => expression.test(name);
}

/** Patterns of names in addresses: `*` stands for anything, all else for itself. */

/** Looked for piece by piece, never back: a pattern of many stars costs no more than one. */
export function namesLike(pattern: string): (name: string) => boolean {
  const [first = '', ...more] = pattern.split('*');
  const last = more.pop();
  if (last === undefined) return (name) => name === first;
  return (name) => {
    if (!name.startsWith(first)) return false;
    let at = first.length;
    for (const piece of more) {
      const found = name.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return name.length - at >= last.length && name.endsWith(last);
  };
}

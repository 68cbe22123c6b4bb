/** Adds to a map that remembers the latest `max` entries. @returns what fell out */
export function addBounded<V>(map: Map<string, V>, key: string, value: V, max: number): V[] {
  map.delete(key);
  map.set(key, value);
  const out: V[] = [];
  for (const [oldest, dropped] of map) {
    if (map.size <= max) break;
    map.delete(oldest);
    out.push(dropped);
  }
  return out;
}

/** Whether two message values are equal: same fields set to the same values; a field that is undefined is not set. */
export function sameMessage(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false;
  if (left instanceof Uint8Array || right instanceof Uint8Array) return sameBytes(left, right);
  if (Array.isArray(left) || Array.isArray(right)) return sameList(left, right);
  return sameFields(left, right);
}

function sameBytes(left: unknown, right: unknown): boolean {
  if (!(left instanceof Uint8Array && right instanceof Uint8Array) || left.length !== right.length)
    return false;
  return left.every((byte, index) => byte === right[index]);
}

function sameList(left: unknown, right: unknown): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  return left.every((item, index) => sameMessage(item, right[index]));
}

function sameFields(left: object, right: object): boolean {
  const fields: Readonly<Record<string, unknown>> = { ...right };
  let set = 0;
  for (const [name, value] of Object.entries(left)) {
    if (value === undefined) continue;
    set++;
    if (!sameMessage(value, fields[name])) return false;
  }
  return set === Object.values(fields).filter((value) => value !== undefined).length;
}

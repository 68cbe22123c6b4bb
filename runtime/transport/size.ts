/** Levels looked into; what is nested deeper is not a message anybody sends. */
const DEPTH_MAX = 64;

/**
 * About how many bytes a body takes on the wire: exact for bytes, near for text and numbers. Cheap enough to be asked for
 * every message, so that what waits for a peer can be bounded in bytes.
 */
export function bytesOf(body: unknown, depth = 0): number {
  switch (typeof body) {
    case 'string':
      return body.length + 3;
    case 'number':
      return Number.isInteger(body) && body >= 0 && body < 128 ? 1 : 9;
    case 'object':
      return body === null ? 1 : objectBytes(body, depth + 1);
    default:
      return 1;
  }
}

function objectBytes(body: object, depth: number): number {
  if (ArrayBuffer.isView(body)) return body.byteLength + 5;
  if (depth > DEPTH_MAX) return 1;
  let bytes = 5;
  if (Array.isArray(body)) {
    for (const element of body as readonly unknown[]) bytes += bytesOf(element, depth);
    return bytes;
  }
  for (const [key, value] of Object.entries(body)) bytes += key.length + 1 + bytesOf(value, depth);
  return bytes;
}

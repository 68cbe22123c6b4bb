/** Resources, attributes or quantities that cannot be used; the message names the item and what was expected. */
export class ResourceError extends Error {
  override name = 'ResourceError';
}

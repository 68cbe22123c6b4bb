/** Names of images: `[HOST[:PORT]/]REPOSITORY[:TAG][@DIGEST]`. */

export interface ImageReference {
  /** `host:port` of its registry; undefined for that of the agent. */
  readonly registry: string | undefined;
  readonly repository: string;
  /** A tag or a digest. */
  readonly version: string;
}

const REPOSITORY = /^[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const NAME_LENGTH_MAX = 255;

/** Of content: an algorithm and its result. Only this one is taken. */
export const DIGEST: RegExp = /^sha256:[0-9a-f]{64}$/;

/** @throws Error for what is no name of an image */
export function parseReference(name: string): ImageReference {
  const [path = '', digest, ...more] = name.split('@');
  const slash = path.indexOf('/');
  const first = path.slice(0, Math.max(0, slash));
  // What has a dot or a port, or is this very machine, is a registry; else it is the first part of the repository.
  const registry = /[.:]/.test(first) || first === 'localhost' ? first : undefined;
  const rest = registry === undefined ? path : path.slice(slash + 1);
  const [repository = '', tag = 'latest', ...others] = rest.split(':');
  const isName = REPOSITORY.test(repository) && repository.length <= NAME_LENGTH_MAX && TAG.test(tag);
  const isHost = registry === undefined || /^\w[\w-]*(\.\w[\w-]*)*(:\d{1,5})?$/.test(registry);
  if (!isName || !isHost || more.length + others.length > 0 || (digest !== undefined && !DIGEST.test(digest)))
    throw new Error(`'${name}' is no name of an image`);
  return { registry, repository, version: digest ?? tag };
}

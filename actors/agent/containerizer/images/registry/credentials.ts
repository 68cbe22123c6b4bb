/** Who an agent, or the framework of an image, is to a registry: a Docker configuration, as `docker login` writes it. */
import { type Secret, SecretType } from '../../../../../proto/generated/types/v1.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Docker's own registry goes by another name in these files. */
const HUB = 'registry-1.docker.io';
const HUB_ALIASES: readonly string[] = ['index.docker.io', 'docker.io'];

/**
 * @param config of the agent or of an image
 * @param host `host` or `host:port` of the registry
 */
export function credentialsFor(config: unknown, host: string): Credentials | undefined {
  if (config === null || typeof config !== 'object') return undefined;
  const auths: unknown = 'auths' in config ? config.auths : config;
  if (auths === null || typeof auths !== 'object') return undefined;
  const names = host === HUB ? [HUB, ...HUB_ALIASES] : [host];
  for (const [key, entry] of Object.entries(auths)) {
    // With or without a scheme and a path.
    const named = key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
    const found = names.includes(named) ? credentialsOf(entry) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function credentialsOf(entry: unknown): Credentials | undefined {
  const { auth, username, password } = (entry ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof username === 'string' && typeof password === 'string') return { username, password };
  if (typeof auth !== 'string') return undefined;
  const [name = '', ...rest] = Buffer.from(auth, 'base64').toString().split(':');
  return { username: name, password: rest.join(':') };
}

/** The configuration that an image brings along. @throws Error when it is referred to: nobody here could resolve it */
export function secretConfig(secret: Secret | undefined): unknown {
  if (secret === undefined) return undefined;
  if (secret.type !== SecretType.VALUE || secret.value === undefined)
    throw new Error("the image's config: a secret by reference cannot be resolved");
  try {
    return JSON.parse(Buffer.from(secret.value.data).toString());
  } catch {
    // Its text is a secret.
    throw new Error("the image's config: is no JSON");
  }
}

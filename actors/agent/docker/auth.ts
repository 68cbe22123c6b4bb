/** Who an agent is to a private registry. */
import * as fs from 'node:fs';
import { join } from 'node:path';

const HUB = 'https://index.docker.io/v1/';
const FILE_BYTES_MAX = 1024 * 1024;

/**
 * Content of X-Registry-Auth, by the files that a task fetched into its sandbox, else by `--docker_config`.
 *
 * @returns undefined for a registry that neither names
 */
export async function registryAuth(
  image: string,
  sandbox: string,
  config: unknown,
): Promise<string | undefined> {
  for (const file of ['.docker/config.json', '.dockercfg']) {
    const found = authOf(image, await readConfig(sandbox, file));
    if (found !== undefined) return found;
  }
  return authOf(image, config);
}

function authOf(image: string, config: unknown): string | undefined {
  if (config === null || typeof config !== 'object') return undefined;
  const auths = ('auths' in config ? config.auths : config) as Record<string, { auth?: unknown }> | null;
  // As docker itself writes it for who is known to no registry.
  if (auths === null) return undefined;
  const [first = ''] = image.split('/');
  const registry = image.includes('/') && /[.:]|^localhost$/.test(first) ? first : HUB;
  const entry = auths[registry] ?? auths[`https://${registry}`];
  if (typeof entry?.auth !== 'string') return undefined;
  const [username = '', ...password] = Buffer.from(entry.auth, 'base64').toString().split(':');
  const said = { username, password: password.join(':'), serveraddress: registry };
  // The engine's alphabet is that of URLs, and it wants the padding that Node leaves out: without it nobody is let in.
  const text = Buffer.from(JSON.stringify(said)).toString('base64url');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** What lies elsewhere, behind a link that was fetched, is somebody else's. */
async function readConfig(sandbox: string, file: string): Promise<unknown> {
  try {
    const path = await fs.promises.realpath(join(sandbox, file));
    if (!path.startsWith(`${await fs.promises.realpath(sandbox)}/`)) return undefined;
    const stat = await fs.promises.stat(path);
    if (!stat.isFile() || stat.size > FILE_BYTES_MAX) return undefined;
    return JSON.parse(await fs.promises.readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** A Docker registry of a test's own (Debian: docker-registry), on loopback, where engines need no TLS. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './dockerEngine.ts';
import { ownPort } from './ports.ts';
import { until } from './until.ts';

const program = findProgram('docker-registry');

/** Whether this machine can run a registry. */
export const hasRegistry: boolean = program !== undefined;

/** The one user that a private registry knows. */
export const REGISTRY_USER = { name: 'agent', password: 'knows it' };

/** That user's line of a file for htpasswd: bcrypt of the password. */
const HTPASSWD = 'agent:$2b$05$abcdefghijklmnopqrstuugABl58iMHTq9TaAb0et9gvuIJ7SBhVy\n';

export interface TestRegistry {
  /** `127.0.0.1:port`, the beginning of its images' names. */
  readonly address: string;
  /** Content of a `.docker/config.json` that knows the user. */
  readonly config: { readonly auths: Readonly<Record<string, { readonly auth: string }>> };
  stop(): Promise<void>;
}

/** @param isPrivate only `REGISTRY_USER` may push and pull */
export async function startRegistry({ isPrivate = false } = {}): Promise<TestRegistry> {
  const folder = fs.mkdtempSync(join(tmpdir(), 'registry-'));
  const address = `127.0.0.1:${await ownPort()}`;
  fs.writeFileSync(join(folder, 'htpasswd'), HTPASSWD);
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'images') } },
    http: { addr: address },
    ...(isPrivate && { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } }),
  };
  // What reads YAML reads JSON.
  fs.writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
  const log = fs.openSync(join(folder, 'log'), 'w');
  const child = spawn(program ?? '', ['serve', join(folder, 'config.yml')], { stdio: ['ignore', log, log] });
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    fs.rmSync(folder, { recursive: true, force: true });
  };
  try {
    await until(
      () => `the registry answers: ${fs.readFileSync(join(folder, 'log'), 'utf8').slice(-1000)}`,
      async () => [200, 401].includes((await fetch(`http://${address}/v2/`)).status),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const auth = Buffer.from(`${REGISTRY_USER.name}:${REGISTRY_USER.password}`).toString('base64');
  return { address, config: { auths: { [address]: { auth } } }, stop };
}

/** A Docker registry of a test's own (Debian: docker-registry), on loopback, where engines need no TLS. */
import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
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

export interface RegistryOptions {
  /** Only `REGISTRY_USER` may push and pull. */
  readonly isPrivate?: boolean;
  /** Folder of its images, which outlives it; else they go with it. */
  readonly images?: string;
  /** It speaks TLS. */
  readonly tls?: { readonly certFile: string; readonly keyFile: string; readonly ca: string };
  /** Who comes is sent there for a token, signed by an authority of `rootcertbundle`. */
  readonly token?: Readonly<Record<'realm' | 'service' | 'issuer' | 'rootcertbundle', string>>;
}

export async function startRegistry(options: RegistryOptions = {}): Promise<TestRegistry> {
  const { isPrivate = false, images, tls, token } = options;
  const folder = fs.mkdtempSync(join(tmpdir(), 'registry-'));
  const address = `127.0.0.1:${await ownPort()}`;
  fs.writeFileSync(join(folder, 'htpasswd'), HTPASSWD);
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: images ?? join(folder, 'images') } },
    http: { addr: address, ...(tls && { tls: { certificate: tls.certFile, key: tls.keyFile } }) },
    ...(isPrivate && { auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } } }),
    ...(token && { auth: { token } }),
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
      async () => [200, 401].includes(await statusOf(`${address}/v2/`, tls?.ca)),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const auth = Buffer.from(`${REGISTRY_USER.name}:${REGISTRY_USER.password}`).toString('base64');
  return { address, config: { auths: { [address]: { auth } } }, stop };
}

function statusOf(place: string, ca: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    const took = (answer: IncomingMessage): void => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    };
    const asked =
      ca === undefined
        ? requestHttp(`http://${place}`, { agent: false }, took)
        : requestHttps(`https://${place}`, { agent: false, ca }, took);
    asked.on('error', reject).end();
  });
}

/** Who a framework is, and what proves it to the master: by flags of every framework, or by Marathon's own. */
import { readFileSync } from 'node:fs';
import type { Credential } from '../../runtime/index.ts';
import { ExitCode, StartError } from '../../runtime/startError.ts';
import type { DriverAuthentication } from './driver/index.ts';
import type { FrameworkFlags } from './flags.ts';

/** Whom the framework is, as far as flags say it. */
export function principalOf(flags: FrameworkFlags): string | undefined {
  return flags.principal ?? flags.credential?.principal ?? flags.mesos_authentication_principal;
}

/**
 * Whom its driver has to prove to be to the master.
 *
 * @throws StartError when a file with a secret cannot be read
 */
export function authenticationOf(flags: FrameworkFlags): DriverAuthentication | undefined {
  const credential = flags.credential ?? marathonCredential(flags);
  return credential === undefined ? undefined : { ...flags, credential };
}

function marathonCredential(flags: FrameworkFlags): Credential | undefined {
  const { mesos_authentication, mesos_authentication_principal: principal } = flags;
  if (!mesos_authentication || principal === undefined) return undefined;
  const { mesos_authentication_secret, mesos_authentication_secret_file: file } = flags;
  const secret = mesos_authentication_secret ?? (file === undefined ? '' : readSecret(file));
  return { principal, secret };
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new StartError(
      `--mesos_authentication_secret_file: ${(error as Error).message}`,
      ExitCode.configuration,
    );
  }
}

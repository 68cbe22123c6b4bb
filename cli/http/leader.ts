/** Where the leading master is, when etcd has to tell. */
import { candidateOf, ELECTION } from '../../actors/detector/index.ts';
import type { EtcdClient, EtcdEntry } from '../../runtime/etcd/client.ts';
import { type EtcdSecurityValues, etcdOpener } from '../../runtime/etcd/flags.ts';
import { type EtcdLocation, formatEtcdLocation } from '../../runtime/etcd/location.ts';
import { formatHostPort } from '../../runtime/flags/index.ts';
import type { Clock } from '../../runtime/ports.ts';
import { ExitCode, StartError } from '../../runtime/startError.ts';
import { Problem } from '../problem.ts';

/** What `--master` names: the address of a master, or where etcd keeps who leads. */
export type MasterPlace =
  | { readonly kind: 'address'; readonly url: URL }
  | {
      readonly kind: 'etcd';
      readonly location: EtcdLocation;
      readonly security: EtcdSecurityValues;
      /** Etcd has addresses, and says nothing of TLS. */
      readonly protocol: 'http:' | 'https:';
    };

/**
 * The leading master as etcd has it now; the given address, when one was given.
 *
 * @throws Problem when etcd does not answer, or nobody leads
 */
export async function leaderOf(place: MasterPlace, clock: Clock): Promise<URL> {
  if (place.kind === 'address') return place.url;
  const first = await firstCandidate(place.location, place.security, clock);
  const where = formatEtcdLocation(place.location);
  if (first === undefined)
    throw new Problem(`no master leads, says etcd at ${where}; try again in a moment`, ExitCode.unavailable);
  try {
    return new URL(`${place.protocol}//${formatHostPort(candidateOf(first.value).pid)}`);
  } catch (error) {
    throw new Problem(`etcd at ${where}: ${first.key} is no master: ${(error as Error).message}`);
  }
}

async function firstCandidate(
  location: EtcdLocation,
  security: EtcdSecurityValues,
  clock: Clock,
): Promise<EtcdEntry | undefined> {
  const etcd = await openEtcd(location, security, clock);
  try {
    return await new Promise((resolve, reject) => {
      etcd.list(location.prefix + ELECTION, 1, (answer) => {
        if (answer instanceof Error) reject(silent(location, answer));
        else resolve(answer.entries[0]);
      });
    });
  } finally {
    etcd.close();
  }
}

function openEtcd(location: EtcdLocation, security: EtcdSecurityValues, clock: Clock): Promise<EtcdClient> {
  return new Promise((resolve, reject) => {
    try {
      etcdOpener(
        location,
        security,
        clock,
      )((client) => {
        if (client instanceof Error) reject(silent(location, client));
        else resolve(client);
      });
    } catch (error) {
      reject(error instanceof StartError ? new Problem(error.message, error.exitCode) : error);
    }
  });
}

function silent(location: EtcdLocation, error: Error): Problem {
  return new Problem(
    `etcd at ${formatEtcdLocation(location)} does not tell who leads: ${error.message}`,
    ExitCode.unavailable,
  );
}

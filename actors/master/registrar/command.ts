/** `--role=registry`: copies a registry into a file, and restores one from it. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { EtcdClient } from '../../../runtime/etcd/client.ts';
import { etcdOpener, etcdSecurityFlags } from '../../../runtime/etcd/flags.ts';
import {
  ETCD_EXPECTED,
  type EtcdLocation,
  formatEtcdLocation,
  parseEtcdLocation,
} from '../../../runtime/etcd/location.ts';
import * as flag from '../../../runtime/flags/index.ts';
import { withoutPasswords } from '../../../runtime/flags/passwords.ts';
import type { Ports } from '../../../runtime/index.ts';
import { ExitCode, StartError } from '../../../runtime/startError.ts';
import { RealDisk, writeFileAtomically } from '../../../runtime/storage/index.ts';
import { ELECTION } from '../../detector/index.ts';
import { EtcdStore } from '../../election/store/etcdStore.ts';
import type { RegistryStore } from '../../election/store/store.ts';
import { LocalStore } from './localStore.ts';
import { countParts, countsText, entriesOf, readSnapshot, restoreInto, snapshotText } from './snapshot.ts';

export const registryFlags = flag.defineFlags(
  {
    snapshot: flag.path({
      help: 'Writes a copy of the registry into this file; an earlier one is replaced in one step',
    }),
    restore: flag.path({ help: 'Makes the registry what this copy says. No master may run' }),
    force: flag.boolean({ help: 'With --restore: what the registry holds may be lost' }),
    work_dir: flag.path({ help: 'The registry of the master with this --work_dir, which must not run' }),
    etcd: flag.text({
      expected: ETCD_EXPECTED,
      placeholder: 'http://HOST:PORT,…/PATH',
      parse: parseEtcdLocation,
      print: formatEtcdLocation,
      help: 'The registry of the masters with this --etcd; they may run while it is copied',
    }),
    ...etcdSecurityFlags,
    master: flag.string({
      expected: 'http://HOST:PORT of a master that leads',
      validate: (text) => void masterUrl(text),
      help: 'With --snapshot: the registry of the running leading master at this http:// or https:// address',
    }),
    credential: flag.string({
      secret: true,
      expected: 'USER:PASSWORD, best as file://PATH',
      help: 'With --master: who asks, as USER:PASSWORD. Best as file://PATH',
    }),
  },
  [
    ({ snapshot, restore }) =>
      (snapshot === undefined) === (restore === undefined)
        ? '--snapshot, --restore: expected one of them'
        : undefined,
    ({ work_dir, etcd, master }) =>
      [work_dir, etcd, master].filter((each) => each !== undefined).length === 1
        ? undefined
        : '--work_dir, --etcd, --master: expected one of them, to say which registry is meant',
    ({ restore, master }) =>
      restore !== undefined && master !== undefined
        ? '--master: only --snapshot asks a running master; --restore needs --work_dir or --etcd'
        : undefined,
  ],
);

export type RegistryValues = flag.FlagValues<typeof registryFlags.flags>;

/** A master's answer is waited for no longer. */
const ANSWER_MS = 60_000;

/**
 * Does what the flags say. @returns a line that says what was done
 * @throws (by rejection) StartError in one line, when it was not done
 */
export async function runRegistryCommand(values: RegistryValues, ports: Ports): Promise<string> {
  if (values.restore !== undefined) return restore(values, values.restore, ports);
  const file = resolve(values.snapshot ?? '');
  const text = await take(values, ports);
  await write(file, text);
  return `snapshot written to ${file} (${countsText(countParts(readSnapshot(text).map(({ key }) => key)))})`;
}

async function take(values: RegistryValues, ports: Ports): Promise<string> {
  if (values.master !== undefined) return askMaster(values.master, values.credential);
  // Looking must not make one.
  if (values.work_dir !== undefined && !existsSync(registryBelow(values.work_dir)))
    throw nothingAt(registryBelow(values.work_dir));
  const { store, source } = openStore(values, ports);
  try {
    const entries = await entriesOf(store);
    if (entries.length === 0) throw nothingAt(source);
    return snapshotText(entries, { takenAtMs: ports.clock.now(), source });
  } catch (error) {
    throw error instanceof StartError
      ? error
      : failed(`--snapshot: the registry at ${source} cannot be read`, error);
  } finally {
    await store.close();
  }
}

/** A copy of nothing, taken from a place that was mistyped, would be noticed when it is needed. */
function nothingAt(source: string): StartError {
  return new StartError(
    `--snapshot: there is no registry at ${source}: no master has led there`,
    ExitCode.unavailable,
  );
}

async function restore(values: RegistryValues, file: string, ports: Ports): Promise<string> {
  const snapshot = readOrRefuse(file);
  const { etcd } = values;
  if (etcd !== undefined) await refuseRunningMasters(etcd, values, ports);
  const { store, source } = openStore(values, ports);
  try {
    await restoreInto(store, snapshot, values.force);
    return `restored ${source} from ${file} (${countsText(countParts(snapshot.map(({ key }) => key)))})`;
  } catch (error) {
    throw failed(`--restore: the registry at ${source} was not restored`, error);
  } finally {
    await store.close();
  }
}

function readOrRefuse(file: string) {
  try {
    return readSnapshot(readFileSync(file, 'utf8'));
  } catch (error) {
    throw failed(`--restore: '${file}' cannot be used`, error);
  }
}

/** While a candidate stands in line a master runs, and what it holds in memory would not be what was restored. */
async function refuseRunningMasters(
  location: EtcdLocation,
  values: RegistryValues,
  ports: Ports,
): Promise<void> {
  const client = await new Promise<EtcdClient>((resolve, reject) => {
    etcdOpener(
      location,
      values,
      ports.clock,
    )((opened) => (opened instanceof Error ? reject(opened) : resolve(opened)));
  });
  try {
    const line = await new Promise<number | Error>((done) =>
      client.list(location.prefix + ELECTION, 1, (answer) =>
        done(answer instanceof Error ? answer : answer.entries.length),
      ),
    );
    if (line instanceof Error) throw failed('--etcd: cannot be asked', line);
    if (line > 0)
      throw new StartError('--restore: masters run over this etcd; stop them first', ExitCode.unavailable);
  } finally {
    client.close();
  }
}

function registryBelow(workDir: string): string {
  return join(workDir, 'registry');
}

function openStore(values: RegistryValues, ports: Ports): { store: RegistryStore; source: string } {
  const { etcd, work_dir } = values;
  if (etcd !== undefined) {
    const { prefix } = etcd;
    const fence = () => ({ key: prefix + ELECTION, createRevision: '0', below: true });
    const open = etcdOpener(etcd, values, ports.clock);
    const writer = `restore ${ports.ids.uuid()}`;
    return { store: new EtcdStore({ open, prefix, fence, writer }), source: formatEtcdLocation(etcd) };
  }
  const dir = registryBelow(work_dir ?? '');
  try {
    return { store: LocalStore.open(dir), source: dir };
  } catch (error) {
    throw failed(`--work_dir: the registry at ${dir} cannot be opened`, error);
  }
}

/** A copy from the leading master itself: the only way to one that is in memory, or in use. */
async function askMaster(url: string, credential: string | undefined): Promise<string> {
  const headers: Record<string, string> =
    credential === undefined
      ? {}
      : { Authorization: `Basic ${Buffer.from(credential.trim()).toString('base64')}` };
  let answer: Response;
  try {
    answer = await fetch(new URL('/registrar(1)/snapshot', masterUrl(url)), {
      headers,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
  } catch (error) {
    throw failed(`--master: '${url}' does not answer`, error);
  }
  const text = await answer.text();
  if (!answer.ok) throw failed(`--master: '${url}' answered ${answer.status}`, new Error(text.trim()));
  return text;
}

function masterUrl(text: string): URL {
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Error('neither http nor https');
  return url;
}

function write(file: string, text: string): Promise<void> {
  const disk = new RealDisk();
  return new Promise((done, fail) => {
    writeFileAtomically(disk, file, new TextEncoder().encode(text), (error) =>
      error === undefined ? done() : fail(failed(`--snapshot: '${file}' cannot be written`, error)),
    );
  });
}

function failed(what: string, error: unknown): StartError {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const why = error instanceof Error ? error.message : String(error);
  return new StartError(withoutPasswords(`${what}: ${why}${cause}`), ExitCode.unavailable);
}

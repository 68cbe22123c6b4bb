/** Starts a master on a node: opens its registry and its election, then spawns the actor. */
import { join } from 'node:path';
import { buildFacts } from '../../runtime/build.ts';
import { etcdOpener } from '../../runtime/etcd/flags.ts';
import type { EtcdLocation } from '../../runtime/etcd/location.ts';
import { toStrings } from '../../runtime/flags/index.ts';
import type { Node, Pid } from '../../runtime/index.ts';
import type { TlsOptions } from '../../runtime/security/tls.ts';
import { LineArchive } from '../../runtime/storage/index.ts';
import { type Election, soleElection } from '../election/election.ts';
import { EtcdElection } from '../election/etcdElection.ts';
import { EtcdStore } from '../election/store/etcdStore.ts';
import type { Delay } from '../election/store/pauses.ts';
import { MemoryStore, type RegistryStore } from '../election/store/store.ts';
import { AgentProxy } from './api/agentProxy.ts';
import { AllocatorPages } from './api/allocatorPages.ts';
import { RegistryPages } from './api/registryPages.ts';
import { type MasterFlags, masterFlags, registryKind } from './flags.ts';
import { Master } from './master.ts';
import { type WhitelistSource, whitelistFile } from './policy/whitelist.ts';
import { LocalStore } from './registrar/localStore.ts';
import { ArchivedTasks, type OpenArchive } from './tasks/archive.ts';

export interface StartedMaster {
  readonly pid: Pid;
  /** Resolves with the exit code when the master cannot lead any more; its process should end. */
  readonly done: Promise<number>;
  stop(): Promise<void>;
}

/** The master could not begin, for a reason a person can act on; `exitCode` as of sysexits.h. */
export class MasterStartError extends Error {
  /** EX_CANTCREAT */
  readonly exitCode = 73;
}

export interface MasterSurroundings {
  /** Where this node's log goes to, for operators to read. */
  readonly logFile?: string | undefined;
  /** As this node speaks to agents. */
  readonly tls?: TlsOptions | undefined;
}

/**
 * @throws (by rejection) MasterStartError or StartError when the registry cannot be opened, or a flag is wrong
 */
export async function startMaster(
  node: Node,
  flags: MasterFlags,
  { logFile, tls }: MasterSurroundings = {},
): Promise<StartedMaster> {
  const archive = openArchive(flags);
  const { store, election } = openRegistry(node, flags);
  let end: (exitCode: number) => void = () => {};
  const done = new Promise<number>((resolve) => {
    end = resolve;
  });
  const master = new Master({
    flags,
    flagTexts: toStrings(masterFlags, flags),
    build: buildFacts(),
    store,
    election,
    logFile,
    archive,
    isSecure: tls !== undefined,
    whitelist: flags.whitelist === undefined ? undefined : openWhitelist(flags.whitelist),
    onFatal: () => end(1),
  });
  const pid = node.spawn(master);
  const pages = [new RegistryPages(master), new AllocatorPages(master), new AgentProxy(master, tls)].map(
    (page) => node.spawn(page),
  );
  return {
    pid,
    done,
    stop: async () => {
      await new Promise<void>((resolve) => election.withdraw(resolve));
      for (const each of [...pages, pid]) {
        node.terminate(each);
        await node.wait(each);
      }
      await store.close();
      await archive?.lines.close();
    },
  };
}

function openArchive({ task_archive: folder, task_archive_size }: MasterFlags): OpenArchive | undefined {
  if (folder === undefined) return undefined;
  const tasks = new ArchivedTasks();
  try {
    const lines = LineArchive.open(folder, {
      name: 'tasks',
      bytesMax: task_archive_size,
      onLine: (line, place) => tasks.take(line, place),
    });
    return { lines, tasks };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MasterStartError(`--task_archive: expected a folder to write in: ${reason}`);
  }
}

function openWhitelist(path: string): WhitelistSource {
  try {
    return whitelistFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MasterStartError(`--whitelist: expected a file of host names: ${reason}`);
  }
}

interface Opened {
  readonly store: RegistryStore;
  readonly election: Election;
}

function openRegistry(node: Node, flags: MasterFlags): Opened {
  if (flags.etcd !== undefined) return openEtcd(node, flags, flags.etcd);
  if (registryKind(flags) === 'in_memory') return { store: new MemoryStore(), election: soleElection() };
  const { work_dir } = flags;
  if (work_dir === undefined) throw new MasterStartError('--work_dir: required with --registry=local');
  try {
    const store = LocalStore.open(join(work_dir, 'registry'), { delay: delayOf(node) });
    return { store, election: soleElection() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MasterStartError(`--work_dir: expected a folder for the registry: ${reason}`);
  }
}

/** Masters over etcd take turns; what proves leadership in the election fences the writes of the store. */
function openEtcd(node: Node, flags: MasterFlags, location: EtcdLocation): Opened {
  const { clock, random } = node;
  const { prefix } = location;
  const open = etcdOpener(location, flags, clock);
  const log = node.loggerFor('master').child('election');
  const sessionMs = flags.etcd_session_timeout;
  const election = new EtcdElection({ open, prefix, sessionMs, clock, random, log });
  const fence = () => election.claim;
  const store = new EtcdStore({ open, prefix, fence, writer: node.ids.uuid(), delay: delayOf(node) });
  return { store, election };
}

function delayOf({ clock }: Node): Delay {
  return (delayMs, run) => clock.setTimer(delayMs, run);
}

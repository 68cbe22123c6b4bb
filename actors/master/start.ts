/** Starts a master on a node: opens its registry, then spawns the actor. */
import { join } from 'node:path';
import { buildFacts } from '../../runtime/build.ts';
import { toStrings } from '../../runtime/flags/index.ts';
import type { Node, Pid } from '../../runtime/index.ts';
import { type MasterFlags, masterFlags } from './flags.ts';
import { Master } from './master.ts';
import { LocalStore } from './registrar/localStore.ts';
import { MemoryStore, type RegistryStore } from './registrar/store.ts';

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

/** @throws (by rejection) MasterStartError when the registry cannot be opened or read */
export async function startMaster(node: Node, flags: MasterFlags): Promise<StartedMaster> {
  const store = openStore(flags);
  let end: (exitCode: number) => void = () => {};
  const done = new Promise<number>((resolve) => {
    end = resolve;
  });
  const master = new Master({
    flags,
    flagTexts: toStrings(masterFlags, flags),
    build: buildFacts(),
    store,
    onFatal: () => end(1),
  });
  const pid = node.spawn(master);
  return {
    pid,
    done,
    stop: async () => {
      node.terminate(pid);
      await node.wait(pid);
      await store.close();
    },
  };
}

function openStore(flags: MasterFlags): RegistryStore {
  if (flags.registry === 'in_memory') return new MemoryStore();
  const { work_dir } = flags;
  if (work_dir === undefined) throw new MasterStartError('--work_dir: required with --registry=local');
  try {
    return LocalStore.open(join(work_dir, 'registry'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MasterStartError(`--work_dir: expected a folder for the registry: ${reason}`);
  }
}

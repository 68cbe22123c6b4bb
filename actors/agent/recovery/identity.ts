/**
 * Who this agent is, on disk: `meta/slaves/latest → <agent id>`, `meta/slaves/<agent id>/slave.info`, `meta/boot_id`, as Mesos
 * lays them out, so that an operator who removes `meta/slaves/latest` gets a new agent.
 */
import * as fs from 'node:fs';
import { basename } from 'node:path';
import { decodeAs, encodeAs } from '../../../proto/codec.ts';
import type { AgentInfo } from '../../../proto/generated/types/v1.ts';
import { ExitCode } from '../../../runtime/startError.ts';
import {
  type Disk,
  NotPlainFile,
  readPlainFile,
  writeFileAtomically,
} from '../../../runtime/storage/index.ts';
import { pointLatest } from '../containerizer/sandbox.ts';
import type { AgentPaths } from '../paths.ts';

const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';

/** A file of an earlier run that cannot be read as what it is. */
export class DamagedFile extends Error {
  readonly file: string;
  readonly exitCode = ExitCode.dataError;

  constructor(file: string, why: string) {
    super(`${file}: damaged: ${why}`);
    this.name = 'DamagedFile';
    this.file = file;
  }
}

export interface KnownIdentity {
  /** The AgentInfo of the last registration, with its id; undefined for a new agent. */
  readonly info: AgentInfo | undefined;
  /** The machine was booted since: no process of an earlier run can be alive. */
  readonly rebooted: boolean;
}

/**
 * Reads what the last run left.
 *
 * @throws Error naming a file that cannot be read
 */
export function readIdentity(paths: AgentPaths): KnownIdentity {
  const boot = readBytes(paths.bootId)?.toString().trim() ?? '';
  // None is no sign of a boot, as in Mesos: an agent killed in the middle of writing it would give up all that runs.
  return { info: readInfo(paths), rebooted: boot !== '' && boot !== systemBootId() };
}

/** Remembers this boot, once everything that depended on the difference is settled. */
export function writeBootId(paths: AgentPaths): void {
  fs.mkdirSync(paths.metaDir, { recursive: true });
  const draft = `${paths.bootId}.new`;
  fs.rmSync(draft, { force: true, recursive: true });
  fs.writeFileSync(draft, systemBootId() ?? '', { flush: true });
  fs.renameSync(draft, paths.bootId);
}

/** Keeps the info that an agent registered with. `done` comes from the event loop. */
export function writeIdentity(
  disk: Disk,
  paths: AgentPaths,
  agentId: string,
  info: AgentInfo,
  done: (error?: Error) => void,
): void {
  const message = encodeAs('mesos.v1.AgentInfo', info);
  const record = new Uint8Array(4 + message.length);
  new DataView(record.buffer).setUint32(0, message.length, true);
  record.set(message, 4);
  try {
    disk.makeDirectory(paths.agentMeta(agentId));
    fs.mkdirSync(paths.agent(agentId), { recursive: true });
  } catch (error) {
    disk.defer(() => done(error as Error));
    return;
  }
  writeFileAtomically(disk, paths.agentInfo(agentId), record, (error) => {
    if (error !== undefined) return done(error);
    try {
      pointLatest(paths.latestAgentMeta, paths.agentMeta(agentId));
      pointLatest(paths.latestAgent, paths.agent(agentId));
      done();
    } catch (linkError) {
      done(linkError as Error);
    }
  });
}

function readInfo(paths: AgentPaths): AgentInfo | undefined {
  let agentId: string;
  try {
    agentId = basename(fs.readlinkSync(paths.latestAgentMeta));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    if (code === 'EINVAL') throw new DamagedFile(paths.latestAgentMeta, 'it is no symbolic link');
    throw error;
  }
  if (agentId === basename(paths.latestAgentMeta))
    throw new DamagedFile(paths.latestAgentMeta, 'it leads to itself');
  const file = paths.agentInfo(agentId);
  const bytes = readBytes(file);
  if (bytes === undefined) return undefined;
  const length = bytes.length < 4 ? undefined : bytes.readUInt32LE(0);
  if (length !== bytes.length - 4)
    throw new DamagedFile(
      file,
      `expected one record of ${length ?? 'some'} bytes, got ${Math.max(0, bytes.length - 4)}`,
    );
  try {
    return { ...decodeAs('mesos.v1.AgentInfo', bytes.subarray(4)), id: { value: agentId } };
  } catch (error) {
    throw new DamagedFile(file, `no AgentInfo: ${(error as Error).message}`);
  }
}

function systemBootId(): string | undefined {
  return readBytes(BOOT_ID_FILE)?.toString().trim();
}

function readBytes(file: string): Buffer | undefined {
  try {
    return readPlainFile(file);
  } catch (error) {
    if (error instanceof NotPlainFile) throw new DamagedFile(file, 'it is no plain file');
    throw error;
  }
}

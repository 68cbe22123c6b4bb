/** A candidate's entry in etcd: `<prefix>election/<lease>`, whose value is the MasterInfo in JSON, as Mesos' znodes hold it. */
import { fromJsonText, type MasterInfo, toJsonText } from '../../proto/index.ts';
import { type Address, Pid } from '../../runtime/index.ts';

/** Below the prefix of a cluster: where candidates stand in line. */
export const ELECTION = 'election/';

const TYPE = 'mesos.v1.MasterInfo';
/** Process of every master. */
const MASTER_ID = 'master';

export interface Candidate {
  readonly info: MasterInfo;
  /** Of the process `master`. */
  readonly pid: Pid;
}

export function candidateValue(info: MasterInfo): Uint8Array {
  return new TextEncoder().encode(toJsonText(TYPE, info));
}

/** @throws Error when the value is no MasterInfo, or one without an address */
export function candidateOf(value: Uint8Array): Candidate {
  const info = fromJsonText(TYPE, new TextDecoder().decode(value)) as MasterInfo;
  const { host, port } = addressOf(info);
  return { info, pid: new Pid(MASTER_ID, host, port) };
}

function addressOf({ pid, address }: MasterInfo): Address {
  const parsed = pid === undefined ? undefined : Pid.parse(pid);
  if (parsed !== undefined) return parsed;
  if (address?.ip !== undefined) return { host: address.ip, port: address.port };
  throw new Error('a MasterInfo without an address');
}

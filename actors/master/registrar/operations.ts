/** The operations on the registry (Mesos' `RegistryOperation`s): each looks at a draft and changes it, or refuses. */
import type { AgentInfo, MasterInfo } from '../../../proto/index.ts';
import { sameMessage } from '../sameMessage.ts';
import { LEADER, type RegistryDraft } from './registry.ts';

export interface RegistryOperation {
  readonly name: string;
  /** @returns false when the operation refuses; the draft is unchanged then */
  apply(draft: RegistryDraft): boolean;
}

/** A new leader takes the registry over. Its write proves that the store takes writes. */
export function recoverRegistry(info: MasterInfo): RegistryOperation {
  return {
    name: 'Recover',
    apply: (draft) => {
      draft.master.set(LEADER, { info });
      return true;
    },
  };
}

/** A new agent. Refused when its id is taken. */
export function admitSlave(id: string, info: AgentInfo): RegistryOperation {
  return {
    name: 'AdmitSlave',
    apply: (draft) => {
      if (draft.slaves.has(id)) return false;
      draft.slaves.set(id, { info });
      return true;
    },
  };
}

/** An agent came back with another description. Refused when it is not a member. */
export function updateSlave(id: string, info: AgentInfo): RegistryOperation {
  return {
    name: 'UpdateSlave',
    apply: (draft) => {
      const slave = draft.slaves.get(id);
      if (slave === undefined) return false;
      if (!sameMessage(slave.info, info)) draft.slaves.set(id, { ...slave, info });
      return true;
    },
  };
}

/** Its description is forgotten; drain and deactivation are kept. Refused when it is not a member. */
export function markSlaveUnreachable(id: string, timeNs: number): RegistryOperation {
  return {
    name: 'MarkSlaveUnreachable',
    apply: (draft) => {
      const slave = draft.slaves.get(id);
      if (slave === undefined) return false;
      const { info: _info, ...kept } = slave;
      draft.slaves.delete(id);
      draft.unreachable.set(id, { ...kept, id: { value: id }, timestamp: { nanoseconds: timeNs } });
      return true;
    },
  };
}

/** Admits even an unknown agent: the registry may have forgotten an unreachable one. */
export function markSlaveReachable(id: string, info: AgentInfo): RegistryOperation {
  return {
    name: 'MarkSlaveReachable',
    apply: (draft) => {
      if (draft.gone.has(id)) return false;
      if (draft.slaves.has(id)) return true;
      const { id: _id, timestamp: _timestamp, ...kept } = draft.unreachable.get(id) ?? {};
      draft.unreachable.delete(id);
      draft.slaves.set(id, { ...kept, info });
      return true;
    },
  };
}

/** The operator says it never comes back. Refused when it is gone already, or neither member nor unreachable. */
export function markSlaveGone(id: string, timeNs: number): RegistryOperation {
  return {
    name: 'MarkSlaveGone',
    apply: (draft) => {
      if (draft.gone.has(id) || !(draft.slaves.has(id) || draft.unreachable.has(id))) return false;
      draft.slaves.delete(id);
      draft.unreachable.delete(id);
      draft.gone.set(id, { id: { value: id }, timestamp: { nanoseconds: timeNs } });
      return true;
    },
  };
}

/** Unreachable and gone agents that are remembered no longer. One that came back meanwhile is left alone. */
export function pruneSlaves(ids: readonly string[]): RegistryOperation {
  return {
    name: 'Prune',
    apply: (draft) => {
      for (const id of ids) {
        if (draft.unreachable.has(id)) draft.unreachable.delete(id);
        if (draft.gone.has(id)) draft.gone.delete(id);
      }
      return true;
    },
  };
}

/** Refused when it is not a member. */
export function removeSlave(id: string): RegistryOperation {
  return {
    name: 'RemoveSlave',
    apply: (draft) => {
      if (!draft.slaves.has(id)) return false;
      draft.slaves.delete(id);
      return true;
    },
  };
}

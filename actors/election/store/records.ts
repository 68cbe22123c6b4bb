/** A batch of changes as bytes, as the journal and etcd keep it. */
import { packPlain, unpackPlain } from '../../../runtime/codec.ts';
import type { RegistryChange } from './store.ts';

type WrittenBatch = [key: string, value: Uint8Array | null][];

export function writeBatch(changes: readonly RegistryChange[]): Uint8Array {
  return packPlain(changes.map(({ key, value }) => [key, value ?? null]));
}

/** @throws Error when the bytes are none */
export function readBatch(payload: Uint8Array): RegistryChange[] {
  return (unpackPlain(payload) as WrittenBatch).map(([key, value]) => ({ key, value: value ?? undefined }));
}

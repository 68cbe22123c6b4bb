/** Durable state: an append-only log with group commit, atomic files, and the disk they stand on. */
export { writeFileAtomically } from './atomicFile.ts';
export type { Disk, DiskCallback, DiskFile, DiskLock } from './disk.ts';
export type { CutOff, JournalOptions } from './journal.ts';
export { Journal, JournalDamaged, RECORD_BYTES_MAX } from './journal.ts';
export { LineArchive, type LineArchiveOptions, type LinePlace } from './lineArchive.ts';
export { makeDirectory } from './makeDirectory.ts';
export type { MemoryDiskOptions } from './memoryDisk.ts';
export { MemoryDisk, PowerCut } from './memoryDisk.ts';
export { NotPlainFile, readPlainFile } from './plainFile.ts';
export { RealDisk } from './realDisk.ts';

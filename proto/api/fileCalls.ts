/** LIST_FILES and READ_FILE, in the shapes that the v1 APIs of master and agent share. */
import type { Files } from '../../runtime/files/index.ts';
import { HttpRefusal } from '../../runtime/http/refusal.ts';
import type { Principal } from '../../runtime/index.ts';
import type { FileInfo, MasterCallReadFile, MasterResponseReadFile } from '../index.ts';

export async function fileInfos(
  files: Files,
  path: string,
  principal: Principal | undefined,
): Promise<FileInfo[]> {
  const rows = await files.list(path, principal);
  return rows.map(({ mtimeMs, ...row }) => ({
    ...row,
    mtime: { nanoseconds: Math.floor(mtimeMs / 1000) * 1e9 },
  }));
}

/** @throws (by rejection) HttpRefusal */
export async function filePart(
  files: Files,
  { path, offset, length }: MasterCallReadFile,
  principal: Principal | undefined,
): Promise<MasterResponseReadFile> {
  if (offset < 0 || (length ?? 0) < 0)
    throw new HttpRefusal(400, `Expecting an offset and a length of at least 0`);
  const { size, data } = await files.part(path, principal, offset, length);
  return { size, data };
}

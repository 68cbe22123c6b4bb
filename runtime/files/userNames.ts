/** Names of user and group ids, from /etc/passwd and /etc/group; a number without a name stands for itself. */
import { readFileSync } from 'node:fs';

export interface UserNames {
  user(uid: number): string;
  group(gid: number): string;
}

/** Reads both files once; names that are added later are shown as numbers until the next start. */
export function systemUserNames(): UserNames {
  const users = read('/etc/passwd');
  const groups = read('/etc/group');
  return {
    user: (uid) => users.get(uid) ?? String(uid),
    group: (gid) => groups.get(gid) ?? String(gid),
  };
}

function read(file: string): Map<number, string> {
  const names = new Map<number, string>();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return names;
  }
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':');
    if (name !== undefined && id !== undefined && !names.has(Number(id))) names.set(Number(id), name);
  }
  return names;
}

/** Whose files are shown: those of an agent through the master, or, on the agent's own page, its own. */
import { to } from '../router.ts';

export interface FilePlace {
  /** The address of an endpoint: `files/read?…`. */
  ask(rest: string): string;
  /** The page's address of a folder (`browse`) or a file (`read`). */
  link(verb: 'browse' | 'read', path: string): string;
  /** The page's address of all that there is. */
  readonly roots: string;
}

/** Through the master: the browser needs to reach one address only. */
export function filesOfAgent(agent: string): FilePlace {
  return {
    ask: (rest) => `/agents/${encodeURIComponent(agent)}/${rest}`,
    link: (verb, path) => `${to('agents', agent, verb)}?path=${encodeURIComponent(path)}`,
    roots: to('agents', agent, 'browse'),
  };
}

export const ownFiles: FilePlace = {
  ask: (rest) => `/${rest}`,
  link: (verb, path) => `${to(verb)}?path=${encodeURIComponent(path)}`,
  roots: to('browse'),
};

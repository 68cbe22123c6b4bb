/** The peer among npm's actor libraries: what the benches use of nact, which brings no types of its own that fit. */
import { createRequire } from 'node:module';

interface Actor {
  readonly name: string;
}

export interface Nact {
  start(): Actor;
  spawnStateless(parent: Actor, handle: (message: unknown) => void, name: string): Actor;
  dispatch(to: Actor, message: unknown): void;
  stop(actor: Actor): void;
}

export const nact = createRequire(import.meta.url)('nact') as Nact;

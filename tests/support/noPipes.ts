/** Pipes for simulated machines, where nothing has an input or output. */
import type { PipesPort } from '../../actors/agent/nestedContainers/io/pipes.ts';

export const noPipes: PipesPort = {
  make: (_dir, done) => done(),
  open: () => ({ write: (_bytes, taken) => taken(), endInput: () => undefined, close: () => undefined }),
  resize: () => undefined,
  environmentOf: () => ({}),
  has: () => false,
  remove: () => undefined,
};

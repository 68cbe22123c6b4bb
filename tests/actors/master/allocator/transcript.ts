/** Reading the line-by-line cases of `cycles.ts` and `orders.ts`. */
import type { Random } from '../../../../runtime/ports.ts';

export interface Case {
  /** The first comment line. */
  readonly name: string;
  /** Words of each line; indented lines start with ''. */
  readonly lines: readonly (readonly string[])[];
}

/** Cases are apart by an empty line and start with `# name`. */
export function readCases(text: string): Case[] {
  return text
    .trim()
    .split('\n\n')
    .map((block) => {
      const lines = block.split('\n');
      return {
        name: (lines[0] ?? '').replace('# ', ''),
        lines: lines
          .filter((line) => !line.startsWith('#'))
          .map((line) => line.replace(/^ +/, ' ').split(' ')),
      };
    });
}

/** `a=b` words of a line. */
export function optionsOf(words: readonly string[]): Map<string, string> {
  const pairs = words.filter((word) => word.includes('=')).map((word) => word.split('=') as [string, string]);
  return new Map(pairs);
}

/** Leaves every list as it is when it is shuffled. */
export const IN_ORDER: Random = { next: () => 1 - Number.EPSILON };

/** Chance that is the same for the same seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      let mixed = state ^ (state >>> 15);
      mixed = Math.imul(mixed, 0x2c1b3c6d);
      mixed ^= mixed >>> 12;
      return (mixed >>> 0) / 2 ** 32;
    },
  };
}

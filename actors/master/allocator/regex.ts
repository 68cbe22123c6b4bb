/**
 * Regular expressions of frameworks, matched in time linear in the text (Thompson's simulation of all states at once):
 * a framework must not be able to stall the master with a pattern that backtracks.
 */

import { type Node, parseRegex, RegexError } from './regexSyntax.ts';

/** `--offer_constraints_re2_max_program_size` */
export const DEFAULT_PROGRAM_SIZE_MAX = 100;

type Step =
  | { readonly op: 'character'; readonly test: (character: string) => boolean; readonly next: number }
  | {
      readonly op: 'assertion';
      readonly test: (before: string, after: string) => boolean;
      readonly next: number;
    }
  | { readonly op: 'fork'; readonly targets: number[] }
  | { readonly op: 'match' };

/** A compiled pattern that has to match the whole text. */
export class FullMatch {
  private readonly steps: Step[] = [{ op: 'match' }];
  private readonly start: number;
  private readonly pattern: string;
  private readonly sizeMax: number;

  /** @throws RegexError when the pattern is not RE2 syntax or its program gets too large */
  constructor(pattern: string, sizeMax = DEFAULT_PROGRAM_SIZE_MAX) {
    this.pattern = pattern;
    this.sizeMax = sizeMax;
    this.start = this.compile(parseRegex(pattern), 0);
  }

  matches(text: string): boolean {
    const characters = [...text];
    let states = this.follow([this.start], '', characters[0] ?? '');
    for (const [i, character] of characters.entries()) {
      const next: number[] = [];
      for (const state of states) {
        const step = this.steps[state];
        if (step?.op === 'character' && step.test(character)) next.push(step.next);
      }
      if (next.length === 0) return false;
      states = this.follow(next, character, characters[i + 1] ?? '');
    }
    return states.has(0);
  }

  /** All states that can be reached without taking a character. */
  private follow(from: readonly number[], before: string, after: string): Set<number> {
    const reached = new Set<number>();
    const open = [...from];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (reached.has(state)) continue;
      reached.add(state);
      const step = this.steps[state];
      if (step?.op === 'fork') open.push(...step.targets);
      if (step?.op === 'assertion' && step.test(before, after)) open.push(step.next);
    }
    return reached;
  }

  /** Compiles from the end to the front: `next` is what follows. */
  private compile(node: Node, next: number): number {
    switch (node.kind) {
      case 'character':
        return this.emit({ op: 'character', test: node.test, next });
      case 'assertion':
        return this.emit({ op: 'assertion', test: node.test, next });
      case 'sequence':
        return node.parts.reduceRight((follower, part) => this.compile(part, follower), next);
      case 'choice':
        return this.emit({ op: 'fork', targets: node.options.map((option) => this.compile(option, next)) });
      case 'repeat':
        return this.compileRepeat(node.part, node.min, node.max, next);
    }
  }

  private compileRepeat(part: Node, min: number, max: number, next: number): number {
    let entry = next;
    if (max === Number.POSITIVE_INFINITY) {
      const targets = [next];
      entry = this.emit({ op: 'fork', targets });
      targets.push(this.compile(part, entry));
    } else {
      for (let i = min; i < max; i++) {
        entry = this.emit({ op: 'fork', targets: [next, this.compile(part, entry)] });
      }
    }
    for (let i = 0; i < min; i++) entry = this.compile(part, entry);
    return entry;
  }

  private emit(step: Step): number {
    if (this.steps.length > this.sizeMax) {
      throw new RegexError(
        `regular expression ${JSON.stringify(this.pattern)}: too large, expected at most ${this.sizeMax} steps`,
      );
    }
    return this.steps.push(step) - 1;
  }
}

/**
 * Regular expressions of frameworks and of people, matched by Thompson's simulation of all states at once: nobody must be
 * able to stall a node with a pattern that backtracks. Without look-around the time is linear in the text.
 */

import { type Dialect, type Node, parseRegex, RegexError, shownPattern } from './syntax.ts';

/** `--offer_constraints_re2_max_program_size` */
export const DEFAULT_PROGRAM_SIZE_MAX = 100;

type Step =
  | { readonly op: 'character'; readonly test: (character: string) => boolean; readonly next: number }
  | {
      readonly op: 'assertion';
      readonly test: (before: string, after: string) => boolean;
      readonly next: number;
    }
  | {
      readonly op: 'look';
      readonly start: number;
      readonly behind: boolean;
      readonly negated: boolean;
      readonly next: number;
    }
  | { readonly op: 'fork'; readonly targets: number[] }
  | { readonly op: 'match' };

/** Where a program, and each look-around in it, has matched. */
const MATCHED = 0;

export interface FullMatchOptions {
  /** Steps that a program may have. */
  readonly sizeMax?: number;
  /** Steps that one match may take, each some tens of nanoseconds. */
  readonly costMax?: number;
  readonly dialect?: Dialect;
}

/** A match that took more steps than it may. */
export class RegexTooCostly extends RegexError {
  override name = 'RegexTooCostly';
}

/** A compiled pattern that has to match the whole text. */
export class FullMatch {
  private readonly steps: Step[] = [{ op: 'match' }];
  private readonly start: number;
  private readonly pattern: string;
  private readonly sizeMax: number;
  private readonly costMax: number;

  /** @throws RegexError when the pattern is not of that syntax or its program gets too large */
  constructor(
    pattern: string,
    {
      sizeMax = DEFAULT_PROGRAM_SIZE_MAX,
      costMax = Number.POSITIVE_INFINITY,
      dialect = 're2',
    }: FullMatchOptions = {},
  ) {
    this.pattern = pattern;
    this.sizeMax = sizeMax;
    this.costMax = costMax;
    this.start = this.compile(parseRegex(pattern, dialect), MATCHED);
  }

  /** @throws RegexTooCostly */
  matches(text: string): boolean {
    const tooCostly = (): never => {
      throw new RegexTooCostly(
        `regular expression ${shownPattern(this.pattern)}: takes too long, more than ${this.costMax} steps`,
      );
    };
    return new Match(this.steps, [...text], this.costMax, tooCostly).isWhole(this.start);
  }

  /** Compiles from the end to the front: `next` is what follows. */
  private compile(node: Node, next: number): number {
    switch (node.kind) {
      case 'character':
        return this.emit({ op: 'character', test: node.test, next });
      case 'assertion':
        return this.emit({ op: 'assertion', test: node.test, next });
      case 'look': {
        const { behind, negated, part } = node;
        return this.emit({ op: 'look', start: this.compile(part, MATCHED), behind, negated, next });
      }
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
    for (let i = 0; i < min; i++) {
      const before = this.compile(part, entry);
      // Nothing, however often, is nothing: nested repetitions of it would cost what no bound counts.
      if (before === entry) break;
      entry = before;
    }
    return entry;
  }

  private emit(step: Step): number {
    if (this.steps.length > this.sizeMax) {
      throw new RegexError(
        `regular expression ${shownPattern(this.pattern)}: too large, expected at most ${this.sizeMax} steps`,
      );
    }
    return this.steps.push(step) - 1;
  }
}

/** One text on its way through a program. */
class Match {
  private readonly steps: readonly Step[];
  private readonly characters: readonly string[];
  private readonly tooCostly: () => never;
  private left: number;
  /** What was seen of look-arounds, by their start and the place. */
  private readonly looked = new Map<number, boolean>();

  constructor(
    steps: readonly Step[],
    characters: readonly string[],
    costMax: number,
    tooCostly: () => never,
  ) {
    this.steps = steps;
    this.characters = characters;
    this.left = costMax;
    this.tooCostly = tooCostly;
  }

  isWhole(start: number): boolean {
    let states = this.follow([start], 0);
    for (let at = 0; at < this.characters.length; at++) {
      const next = this.advance(states, at);
      if (next.length === 0) return false;
      states = this.follow(next, at + 1);
    }
    return states.has(MATCHED);
  }

  /** States after the character at a place. */
  private advance(states: ReadonlySet<number>, at: number): number[] {
    const character = this.characters[at] ?? '';
    const next: number[] = [];
    for (const state of states) {
      const step = this.steps[state];
      if (step?.op === 'character' && step.test(character)) next.push(step.next);
    }
    return next;
  }

  /** All states that can be reached at a place without taking a character. */
  private follow(from: readonly number[], at: number): Set<number> {
    const reached = new Set<number>();
    const open = [...from];
    for (let state = open.pop(); state !== undefined; state = open.pop()) {
      if (reached.has(state)) continue;
      reached.add(state);
      if (--this.left < 0) this.tooCostly();
      const step = this.steps[state];
      if (step?.op === 'fork') open.push(...step.targets);
      else if (step?.op === 'assertion') {
        if (step.test(this.characters[at - 1] ?? '', this.characters[at] ?? '')) open.push(step.next);
      } else if (step?.op === 'look' && this.look(step.start, step.behind, at) !== step.negated)
        open.push(step.next);
    }
    return reached;
  }

  private look(start: number, behind: boolean, at: number): boolean {
    const key = start * (this.characters.length + 1) + at;
    const known = this.looked.get(key);
    if (known !== undefined) return known;
    const found = behind ? this.endsAt(start, at) : this.beginsAt(start, at);
    this.looked.set(key, found);
    return found;
  }

  /** Whether some text from here on matches. */
  private beginsAt(start: number, from: number): boolean {
    let states = this.follow([start], from);
    for (let at = from; !states.has(MATCHED); at++) {
      const next = at < this.characters.length ? this.advance(states, at) : [];
      if (next.length === 0) return false;
      states = this.follow(next, at + 1);
    }
    return true;
  }

  /** Whether some text up to here matches. */
  private endsAt(start: number, end: number): boolean {
    let states = this.follow([start], 0);
    for (let at = 0; at < end; at++) states = this.follow([...this.advance(states, at), start], at + 1);
    return states.has(MATCHED);
  }
}

/**
 * The syntax of regular expressions in offer constraints: that of RE2, which has no backreferences and no look-around,
 * so that matching never takes longer than text times pattern. Parsed here; matched in `regex.ts`.
 */

/** A regular expression that cannot be used; the message says where and why. */
export class RegexError extends Error {
  override name = 'RegexError';
}

/** Characters are code points as text; '' stands for the edge of the text. */
export type Node =
  | { readonly kind: 'character'; readonly test: (character: string) => boolean }
  | { readonly kind: 'assertion'; readonly test: (before: string, after: string) => boolean }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number };

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

const REPEAT_MAX = 1000;
const DEPTH_MAX = 100;
const POSIX: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7f',
  blank: '\\t ',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t\\n\\v\\f\\r ',
  upper: 'A-Z',
  word: 'A-Za-z0-9_',
  xdigit: 'A-Fa-f0-9',
};

/** @throws RegexError */
export function parseRegex(pattern: string): Node {
  const parser = new Parser(pattern);
  return parser.parse();
}

class Parser {
  private readonly characters: readonly string[];
  private readonly pattern: string;
  private at = 0;
  private depth = 0;

  constructor(pattern: string) {
    this.pattern = pattern;
    this.characters = [...pattern];
  }

  parse(): Node {
    const node = this.choice({ ignoreCase: false, dotAll: false });
    if (this.at < this.characters.length) this.fail('unexpected ")"');
    return node;
  }

  private choice(flags: Flags): Node {
    const options: Node[] = [];
    let current = flags;
    const sequence = (): Node => {
      const parts: Node[] = [];
      for (let next = this.peek(); next !== undefined && next !== '|' && next !== ')'; next = this.peek()) {
        const changed = this.flagChange(current);
        if (changed !== undefined) current = changed;
        else parts.push(this.repeated(current));
      }
      return { kind: 'sequence', parts };
    };
    options.push(sequence());
    while (this.take('|')) options.push(sequence());
    return options.length === 1 && options[0] !== undefined ? options[0] : { kind: 'choice', options };
  }

  private repeated(flags: Flags): Node {
    const part = this.atom(flags);
    const bounds = this.bounds();
    if (bounds === undefined) return part;
    this.take('?');
    if (this.bounds() !== undefined) this.fail('a repetition of a repetition');
    return { kind: 'repeat', part, min: bounds[0], max: bounds[1] };
  }

  private bounds(): [number, number] | undefined {
    if (this.take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.take('?')) return [0, 1];
    const match = /^\{(\d+)(,(\d*))?\}/.exec(this.rest());
    if (match === null) return undefined;
    this.at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3]);
    if (min > max || min > REPEAT_MAX || (max > REPEAT_MAX && max < Number.POSITIVE_INFINITY))
      this.fail(`bad repetition ${match[0]}`);
    return [min, max];
  }

  private atom(flags: Flags): Node {
    const character = this.next();
    switch (character) {
      case '(':
        return this.group(flags);
      case '[':
        return this.charClass(flags);
      case '.':
        return { kind: 'character', test: (c) => flags.dotAll || c !== '\n' };
      case '^':
        return { kind: 'assertion', test: (before) => before === '' };
      case '$':
        return { kind: 'assertion', test: (_before, after) => after === '' };
      case '\\':
        return this.escape(flags);
      case '*':
      case '+':
      case '?':
        return this.fail(`"${character}" has nothing to repeat`);
      default:
        return this.literal(character, flags);
    }
  }

  private literal(character: string, flags: Flags): Node {
    if (!flags.ignoreCase) return { kind: 'character', test: (c) => c === character };
    const lower = character.toLowerCase();
    return { kind: 'character', test: (c) => c.toLowerCase() === lower };
  }

  private group(flags: Flags): Node {
    if (++this.depth > DEPTH_MAX) this.fail('groups are nested too deeply');
    const match = /^\?(P?<\w+>|[is]*:)/.exec(this.rest());
    if (match !== null) this.at += match[0].length;
    else if (this.peek() === '?') this.fail('look-around is not supported (RE2 syntax)');
    const head = match?.[1] ?? '';
    const inner = head.endsWith(':') ? withFlags(flags, head) : flags;
    const node = this.choice(inner);
    if (!this.take(')')) this.fail('a group is not closed');
    this.depth--;
    return node;
  }

  /** `(?i)` holds until the end of its group. */
  private flagChange(flags: Flags): Flags | undefined {
    const match = /^\(\?([is]+)\)/.exec(this.rest());
    if (match === null) return undefined;
    this.at += match[0].length;
    return withFlags(flags, match[1] ?? '');
  }

  private charClass(flags: Flags): Node {
    const match = /^\^?\]?(\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/.exec(this.rest());
    if (match === null) return this.fail('a character class is not closed');
    this.at += [...match[0]].length;
    const negated = match[0].startsWith('^');
    const body = match[0].slice(negated ? 1 : 0, -1);
    const posix = body.replaceAll(/\[:(\^?)(\w+):\]/g, (whole, not: string, name: string) => {
      const set = POSIX[name];
      return set === undefined || not !== '' ? this.fail(`unknown class ${whole}`) : set;
    });
    const escaped = posix.replace(/^\]/, '\\]').replaceAll(/(?<!\\)\[/g, '\\[');
    return this.oneOf(`[${negated ? '^' : ''}${escaped}]`, flags);
  }

  private escape(flags: Flags): Node {
    const character = this.next();
    if (/[dDwWsS]/.test(character)) return this.oneOf(`\\${character}`, flags);
    if (character === 'p' || character === 'P') return this.unicodeClass(character, flags);
    if (character === 'b' || character === 'B') return wordBoundary(character === 'b');
    if (character === 'A') return { kind: 'assertion', test: (before) => before === '' };
    if (character === 'z') return { kind: 'assertion', test: (_before, after) => after === '' };
    if (character === 'x') return this.hexEscape(flags);
    const control = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\u0007' }[character];
    if (control !== undefined) return this.literal(control, flags);
    if (/[1-9]/.test(character)) return this.fail('backreferences are not supported (RE2 syntax)');
    if (/[A-Za-z0]/.test(character)) return this.fail(`unknown escape \\${character}`);
    return this.literal(character, flags);
  }

  private unicodeClass(letter: string, flags: Flags): Node {
    const match = /^(\w|\{\^?\w+\})/.exec(this.rest());
    if (match === null) return this.fail(`\\${letter} needs a class`);
    this.at += match[0].length;
    const name = match[0].replaceAll(/[{}]/g, '');
    return this.oneOf(`\\${letter}{${/^..?$/.test(name) ? name : `Script=${name}`}}`, flags);
  }

  private hexEscape(flags: Flags): Node {
    const match = /^([0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\})/.exec(this.rest());
    if (match === null) return this.fail('\\x needs two hex digits, or more in braces');
    this.at += match[0].length;
    const code = Number.parseInt(match[0].replaceAll(/[{}]/g, ''), 16);
    return code > 0x10ffff
      ? this.fail(`no character ${match[0]}`)
      : this.literal(String.fromCodePoint(code), flags);
  }

  /** One character out of a set, in the notation of JavaScript, which for sets is that of RE2. */
  private oneOf(set: string, flags: Flags): Node {
    try {
      const regex = new RegExp(`^${set}$`, flags.ignoreCase ? 'iu' : 'u');
      return { kind: 'character', test: (c) => regex.test(c) };
    } catch {
      return this.fail(`bad character class ${set}`);
    }
  }

  private peek(): string | undefined {
    return this.characters[this.at];
  }

  private next(): string {
    const character = this.characters[this.at++];
    return character ?? this.fail('the pattern ends too early');
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at++;
    return true;
  }

  private rest(): string {
    return this.characters.slice(this.at).join('');
  }

  private fail(why: string): never {
    throw new RegexError(
      `regular expression ${JSON.stringify(this.pattern)}: ${why} (near character ${this.at})`,
    );
  }
}

function withFlags(flags: Flags, letters: string): Flags {
  return {
    ignoreCase: flags.ignoreCase || letters.includes('i'),
    dotAll: flags.dotAll || letters.includes('s'),
  };
}

function wordBoundary(wanted: boolean): Node {
  const isWord = (c: string): boolean => /^\w$/.test(c);
  return { kind: 'assertion', test: (before, after) => (isWord(before) !== isWord(after)) === wanted };
}

/**
 * The syntax of regular expressions that come from outside: that of RE2, which has no backreferences and no look-around,
 * so that matching never takes longer than text times pattern; and one with look-around beside it, whose matching costs
 * at most another factor of the text. Parsed here, in time linear in the pattern; matched in `fullMatch.ts`.
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
  | { readonly kind: 'repeat'; readonly part: Node; readonly min: number; readonly max: number }
  | { readonly kind: 'look'; readonly part: Node; readonly behind: boolean; readonly negated: boolean };

/** `re2`, or what RE2 and Java have in common and Java's look-around and `\u0041` besides. */
export type Dialect = 're2' | 'look-around';

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

const REPEAT_MAX = 1000;
const DEPTH_MAX = 100;
/** Of a pattern that is told in an error. */
const SHOWN_LENGTH_MAX = 100;
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
export function parseRegex(pattern: string, dialect: Dialect = 're2'): Node {
  const parser = new Parser(pattern, dialect);
  return parser.parse();
}

/** A pattern as errors show it: in quotes, and cut off where it is long. */
export function shownPattern(pattern: string): string {
  const cut = pattern.length > SHOWN_LENGTH_MAX ? `${pattern.slice(0, SHOWN_LENGTH_MAX)}…` : pattern;
  return JSON.stringify(cut);
}

class Parser {
  private readonly pattern: string;
  private readonly dialect: Dialect;
  /** Index of a code unit. */
  private at = 0;
  private depth = 0;

  constructor(pattern: string, dialect: Dialect) {
    this.pattern = unquoted(pattern);
    this.dialect = dialect;
  }

  parse(): Node {
    const node = this.choice({ ignoreCase: false, dotAll: false });
    if (this.at < this.pattern.length) this.fail('unexpected ")"');
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
    const match = this.match(/\{(\d+)(,(\d*))?\}/y);
    if (match === null) return undefined;
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
    const look = this.dialect === 're2' ? null : this.match(/\?(<?)([=!])/y);
    const head = look === null ? (this.match(/\?(P?<\w+>|[is]*:)/y)?.[1] ?? '') : '';
    if (look === null && head === '' && this.peek() === '?')
      this.fail('look-around is not supported (RE2 syntax)');
    const inner = head.endsWith(':') ? withFlags(flags, head) : flags;
    const part = this.choice(inner);
    if (!this.take(')')) this.fail('a group is not closed');
    this.depth--;
    return look === null ? part : { kind: 'look', part, behind: look[1] === '<', negated: look[2] === '!' };
  }

  /** `(?i)` holds until the end of its group. */
  private flagChange(flags: Flags): Flags | undefined {
    const match = this.match(/\(\?([is]+)\)/y);
    return match === null ? undefined : withFlags(flags, match[1] ?? '');
  }

  private charClass(flags: Flags): Node {
    const match = this.match(/\^?\]?(\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/y);
    if (match === null) return this.fail('a character class is not closed');
    const negated = match[0].startsWith('^');
    const body = match[0].slice(negated ? 1 : 0, -1).replace(/^\]/, '\\]');
    const parts = body.replaceAll(CLASS_PART, (whole, ...groups: (string | undefined)[]) => {
      const [not, posix, kind, property, hex, escaped, dash = ''] = groups;
      const set = posix === undefined ? setOf(kind, property, escaped) : this.posixClass(posix, not);
      // Behind a set a dash begins no range.
      if (set !== undefined) return dash === '' ? set : `${set}\\-`;
      if (hex !== undefined) return `\\u{${hex}}${dash}`;
      return escaped === undefined ? `\\${whole}` : inClass(escaped) + dash;
    });
    return this.oneOf(`[${negated ? '^' : ''}${parts}]`, flags);
  }

  private posixClass(name: string, not: string | undefined): string {
    const set = POSIX[name];
    return set === undefined || not !== '' ? this.fail(`unknown class [:${not}${name}:]`) : set;
  }

  private escape(flags: Flags): Node {
    const character = this.next();
    if (/[dDwWsS]/.test(character)) return this.oneOf(`\\${character}`, flags);
    if (character === 'p' || character === 'P') return this.unicodeClass(character, flags);
    if (character === 'b' || character === 'B') return wordBoundary(character === 'b');
    if (character === 'A') return { kind: 'assertion', test: (before) => before === '' };
    if (character === 'z') return { kind: 'assertion', test: (_before, after) => after === '' };
    if (character === 'x') return this.hexEscape(flags);
    if (character === 'u' && this.dialect !== 're2') return this.fourHexDigits(flags);
    const control = { n: '\n', t: '\t', r: '\r', f: '\f', v: '\v', a: '\u0007' }[character];
    if (control !== undefined) return this.literal(control, flags);
    if (/[1-9]/.test(character)) return this.fail('backreferences are not supported (RE2 syntax)');
    if (/[A-Za-z0]/.test(character)) return this.fail(`unknown escape \\${character}`);
    return this.literal(character, flags);
  }

  private unicodeClass(letter: string, flags: Flags): Node {
    const match = this.match(/\w|\{\^?\w+\}/y);
    if (match === null) return this.fail(`\\${letter} needs a class`);
    return this.oneOf(propertyOf(letter, match[0]), flags);
  }

  private hexEscape(flags: Flags): Node {
    const match = this.match(/[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\}/y);
    if (match === null) return this.fail('\\x needs two hex digits, or more in braces');
    const code = Number.parseInt(match[0].replaceAll(/[{}]/g, ''), 16);
    return code > 0x10ffff
      ? this.fail(`no character ${match[0]}`)
      : this.literal(String.fromCodePoint(code), flags);
  }

  private fourHexDigits(flags: Flags): Node {
    const match = this.match(/[0-9A-Fa-f]{4}/y);
    if (match === null) return this.fail('\\u needs four hex digits');
    return this.literal(String.fromCharCode(Number.parseInt(match[0], 16)), flags);
  }

  /** One character out of a set, in the notation of JavaScript, which for sets is that of RE2. */
  private oneOf(set: string, flags: Flags): Node {
    try {
      const regex = new RegExp(`^${set}$`, flags.ignoreCase ? 'iu' : 'u');
      return { kind: 'character', test: (c) => regex.test(c) };
    } catch {
      return this.fail(`bad character class ${set.slice(0, SHOWN_LENGTH_MAX)}`);
    }
  }

  private peek(): string | undefined {
    const code = this.pattern.codePointAt(this.at);
    return code === undefined ? undefined : String.fromCodePoint(code);
  }

  private next(): string {
    const character = this.peek() ?? this.fail('the pattern ends too early');
    this.at += character.length;
    return character;
  }

  private take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.at++;
    return true;
  }

  /** @param syntax sticky: what stands here is taken, when it is that */
  private match(syntax: RegExp): RegExpExecArray | null {
    syntax.lastIndex = this.at;
    const match = syntax.exec(this.pattern);
    this.at += match?.[0].length ?? 0;
    return match;
  }

  private fail(why: string): never {
    throw new RegexError(
      `regular expression ${shownPattern(this.pattern)}: ${why} (near character ${this.at})`,
    );
  }
}

/**
 * In the body of a class: `[:alpha:]`, `\pL`, `\x{41}`, another escape, each with the `-` behind it, and `[`, which JavaScript wants
 * escaped.
 */
const CLASS_PART =
  /(?:\[:(\^?)(\w+):\]|\\([pP])(\w|\{\^?\w+\})|\\x\{([0-9A-Fa-f]{1,6})\}|\\([\s\S]))(-?)|\[/g;

/** An escape in a class, as JavaScript has it: there nothing may be escaped that need not be. */
function inClass(escaped: string): string {
  if (escaped === 'a') return '\\x07';
  return /^[A-Za-z0-9^$\\.*+?()[\]{}|/-]$/.test(escaped) ? `\\${escaped}` : escaped;
}

/** A set in a class: `\pL`, `\d`. @returns undefined for what is a single character */
function setOf(
  kind: string | undefined,
  property: string | undefined,
  escaped: string | undefined,
): string | undefined {
  if (kind !== undefined && property !== undefined) return propertyOf(kind, property);
  return escaped !== undefined && /^[dDwWsS]$/.test(escaped) ? `\\${escaped}` : undefined;
}

/** @param letter `p` or `P` @param name `L`, `{Lu}`, `{Greek}`, or not: `{^Greek}` */
function propertyOf(letter: string, name: string): string {
  const [, not = '', bare = ''] = /^\{?(\^?)(\w+)\}?$/.exec(name) ?? [];
  const isNot = (letter === 'P') !== (not === '^');
  return `\\${isNot ? 'P' : 'p'}{${bare.length <= 2 ? bare : `Script=${bare}`}}`;
}

/** What stands between `\Q` and `\E`, or the end, stands for itself. */
function unquoted(pattern: string): string {
  return pattern.replaceAll(/\\(?:Q([\s\S]*?)(?:\\E|$)|[\s\S])/g, (whole: string, text?: string) =>
    text === undefined ? whole : text.replaceAll(/\W/gu, '\\$&'),
  );
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

/** A source file as the rules look at it. */
export interface Source {
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
  /** As it stands. */
  readonly text: string;
  /** The same lines with comments blanked. */
  readonly code: string;
  /** The same lines with comments and the contents of strings and regular expressions blanked. */
  readonly bare: string;
}

/** Prepares a file for the rules. */
export function sourceOf(path: string, text: string): Source {
  return { path, text, code: blank(text, ['comment']), bare: blank(text, ['comment', 'string', 'regex']) };
}

/** A module that a file imports. */
export interface Import {
  /** As written: `../ports.ts`, `node:fs`, `xstate`. */
  readonly specifier: string;
  /** `import type`, which leaves nothing behind at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}

const IMPORTS = [
  /^\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s*['"]([^'"\n]+)['"]/gm,
  /^\s*import\s+()['"]([^'"\n]+)['"]/gm,
  /\bimport\(\s*()['"]([^'"\n]+)['"]/gm,
];

/** What a file imports, statically and dynamically. */
export function importsOf({ code }: Source): Import[] {
  return IMPORTS.flatMap((syntax) =>
    Array.from(code.matchAll(syntax), (match) => ({
      specifier: match[2] ?? '',
      typeOnly: (match[1] ?? '') !== '',
      line: lineAt(code, match.index + match[0].length),
    })),
  );
}

/** The number of the line, from 1, in which a character stands. */
export function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

type Part = 'comment' | 'string' | 'regex';

/** Comments first, then what may hold a comment's beginning without being one. A regex follows no value. */
const PARTS =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`)|(?<=(?:^|[=(,:;!&|?{}[+\n]|=>|\breturn)[^\S\n]*)(?<regex>\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*)/g;

function blank(text: string, parts: readonly Part[]): string {
  return text.replace(PARTS, (match, ...rest) => {
    const groups: Partial<Record<Part, string>> = rest.at(-1);
    return parts.some((part) => groups[part] !== undefined) ? blanked(match) : match;
  });
}

/** Template strings keep what stands in `${…}`: that is code. */
function blanked(match: string): string {
  if (!match.startsWith('`')) return match.replace(/[^\n]/g, ' ');
  return match
    .split(/(\$\{[^}]*\})/)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replace(/[^\n]/g, ' ')))
    .join('');
}

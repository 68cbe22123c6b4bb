/** The house rules that a program can check. Each looks at one file. */
import { checkImports } from './imports.ts';
import { lineAt, type Source } from './source.ts';

/** A broken rule in some line, counted from 1. */
export interface Violation {
  readonly line: number;
  readonly message: string;
}

/** Texts that may not stand in a file. */
interface Ban {
  readonly pattern: RegExp;
  /** Where to look: code without comments and strings, code with strings, or everything. */
  readonly view: 'bare' | 'code' | 'text';
  readonly message: string;
  /** Files that may. */
  readonly except: RegExp;
}

/** The only places that read the machine's clock and entropy. */
const PORTS =
  /^(runtime\/(ports|realPorts)[^/]*\.ts$|ui\/src\/clock\.ts$|runtime\/ports\/|bench\/|scripts\/|tests\/support\/)/;
const TESTS = /^tests\//;
const BROWSERS = /^(tests\/support\/browser\.ts$|bench\/)/;
const NOWHERE = /^$/;

const BANS: readonly Ban[] = [
  ban(/\bDate\.now\(/, 'bare', 'ask the Clock', PORTS),
  ban(/\bnew Date\(\s*\)|(?<!new )\bDate\(/, 'bare', 'ask the Clock', PORTS),
  ban(/\bnew Date;/, 'bare', 'ask the Clock', PORTS),
  ban(/\bperformance\.now\(/, 'bare', 'ask the Clock', PORTS),
  ban(/\bprocess\.hrtime\b/, 'bare', 'ask the Clock', PORTS),
  ban(/\bset(Timeout|Interval)\(/, 'bare', 'use Clock.setTimer, in tests a helper of tests/support/', PORTS),
  ban(/['"](node:)?timers(\/promises)?['"]/, 'code', 'use Clock.setTimer', /^tests\/(support|tidy)\//),
  ban(/\bMath\.random\(/, 'bare', 'ask the Random port', PORTS),
  ban(/\brandom(UUID|Bytes|Int)\(/, 'bare', 'ask the Ids or Random port', PORTS),
  ban(/\bas any\b|[:<,|&]\s*any\b(?!\s*[(:=.])/, 'bare', 'name the type, or unknown', NOWHERE),
  ban(/@ts-(ignore|nocheck|expect-error)\b/, 'text', 'make the types right', /^tests\/tidy\//),
  ban(/\b(enum|namespace)\s+\w+\s*\{/, 'bare', 'types must be erasable', NOWHERE),
  ban(/\btest(\.\w+)*\.(skip|only|todo|failing)\b/, 'bare', 'every test runs', NOWHERE),
  ban(/\bchromium\.launch\(/, 'bare', 'open pages by tests/support/browser.ts', BROWSERS),
  ban(/\b(TO[D]O|FIX[M]E|XX[X])\b/, 'text', 'finish it or open an issue', /^tests\/tidy\//),
  ban(/['"`]\/(home|root|tmp)\//, 'code', 'no paths of this machine; os.tmpdir() for passing files', TESTS),
];

/** Machines, generated files and tables of data may be as long as their subject. */
const LONG = /^statecharts\/|\/generated\/|[/_.-](flags|table|vectors|data)\.ts$|(Flags|Table|Data)\.ts$/;
const LINES_MAX = 400;
/** A test tells its cases one after the other: it is read in pieces. */
const TEST_LINES_MAX = 500;

/** Everything a file does against the rules. */
export function violationsOf(source: Source): Violation[] {
  return [...checkImports(source), ...BANS.flatMap((each) => checkBan(source, each)), ...checkShape(source)];
}

function ban(pattern: RegExp, view: Ban['view'], message: string, except: RegExp): Ban {
  return { pattern: new RegExp(pattern.source, 'g'), view, message, except };
}

function checkBan(source: Source, { pattern, view, message, except }: Ban): Violation[] {
  if (except.test(source.path)) return [];
  const seen = source[view];
  return Array.from(seen.matchAll(pattern), (match) => ({
    line: lineAt(seen, match.index),
    message: `'${match[0].trim()}': ${message}`,
  }));
}

function checkShape({ path, text }: Source): Violation[] {
  const found: Violation[] = [];
  if (!/^[\x20-\x7e]*$/.test(path)) found.push({ line: 1, message: 'file name: ASCII only' });
  const lines = text.split('\n').length - 1;
  const linesMax = path.startsWith('tests/') ? TEST_LINES_MAX : LINES_MAX;
  if (lines > linesMax && !LONG.test(path))
    found.push({ line: linesMax + 1, message: `${lines} lines: at most ${linesMax}, split it` });
  return found;
}

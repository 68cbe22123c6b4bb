/** Profiles of system calls, in the JSON form that Docker and Mesos read (`--seccomp_config_dir`). */

/** What becomes of a call. */
export interface Action {
  readonly kind: 'kill_thread' | 'kill_process' | 'trap' | 'errno' | 'trace' | 'log' | 'allow';
  /** Of `errno` and `trace`. */
  readonly data: number;
}

export type Operator = 'NE' | 'LT' | 'LE' | 'EQ' | 'GE' | 'GT' | 'MASKED_EQ';

/** Compares an argument of a call, as an unsigned number of 64 bits. */
export interface Condition {
  /** 0 to 5. */
  readonly index: number;
  readonly operator: Operator;
  /** The mask of MASKED_EQ. */
  readonly value: bigint;
  /** What MASKED_EQ compares with. */
  readonly valueTwo: bigint;
}

/** Where a rule holds. */
export interface Scope {
  /** `CAP_…`: all of them (includes), any of them (excludes). */
  readonly capabilities: readonly string[];
  /** As Docker names them; any of them. */
  readonly architectures: readonly string[];
  /** The oldest kernel, major and minor. */
  readonly minKernel: readonly [number, number] | undefined;
}

export interface Rule {
  readonly names: readonly string[];
  readonly action: Action;
  /** All of them hold. */
  readonly conditions: readonly Condition[];
  readonly includes: Scope;
  readonly excludes: Scope;
}

export interface Profile {
  readonly defaultAction: Action;
  readonly rules: readonly Rule[];
}

const EPERM = 1;
const ERRNO_MAX = 4095;
const DATA_MAX = 0xffff;
const ARGUMENTS = 6;

const KINDS: Readonly<Record<string, Action['kind']>> = {
  SCMP_ACT_KILL: 'kill_thread',
  SCMP_ACT_KILL_THREAD: 'kill_thread',
  SCMP_ACT_KILL_PROCESS: 'kill_process',
  SCMP_ACT_TRAP: 'trap',
  SCMP_ACT_ERRNO: 'errno',
  SCMP_ACT_TRACE: 'trace',
  SCMP_ACT_LOG: 'log',
  SCMP_ACT_ALLOW: 'allow',
};

const OPERATORS: readonly string[] = ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'];

type Members = Readonly<Record<string, unknown>>;

/** @throws Error in one line: what is wrong, and where */
export function parseProfile(text: string): Profile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is no JSON: ${(error as Error).message}`);
  }
  const { defaultAction, defaultErrnoRet, syscalls } = membersOf(value, 'the profile');
  const rules = listOf(syscalls, 'syscalls').map((each, at) => ruleOf(each, `syscalls[${at}]`));
  return { defaultAction: actionOf(defaultAction, defaultErrnoRet, 'defaultAction'), rules };
}

function ruleOf(value: unknown, where: string): Rule {
  const { name, names, action, errnoRet, args, includes, excludes } = membersOf(value, where);
  const conditions = listOf(args, `${where}.args`).map((each, at) =>
    conditionOf(each, `${where}.args[${at}]`),
  );
  const indices = conditions.map(({ index }) => index);
  const twice = indices.find((index, at) => indices.indexOf(index) !== at);
  if (twice !== undefined) throw new Error(`${where}.args: argument ${twice} is compared twice`);
  const all = names === undefined ? [name] : listOf(names, `${where}.names`);
  return {
    names: all.map((each) => wordOf(each, `${where}.names`)),
    action: actionOf(action, errnoRet, `${where}.action`),
    conditions,
    includes: scopeOf(includes, `${where}.includes`),
    excludes: scopeOf(excludes, `${where}.excludes`),
  };
}

function actionOf(value: unknown, errno: unknown, where: string): Action {
  const kind = typeof value === 'string' ? KINDS[value] : undefined;
  if (kind === undefined)
    throw new Error(`${where}: ${JSON.stringify(value)} is no action that is known here`);
  const max = kind === 'errno' ? ERRNO_MAX : DATA_MAX;
  const data = errno === undefined || errno === null ? EPERM : Number(wholeOf(errno, where));
  if (data > max) throw new Error(`${where}: expected a number of at most ${max}, got ${data}`);
  return { kind, data: kind === 'errno' || kind === 'trace' ? data : 0 };
}

function conditionOf(value: unknown, where: string): Condition {
  const { index, value: first, valueTwo, op } = membersOf(value, where);
  const number = Number(wholeOf(index, `${where}.index`));
  if (number >= ARGUMENTS) throw new Error(`${where}.index: a call has ${ARGUMENTS} arguments, from 0`);
  const operator = typeof op === 'string' ? op.replace(/^SCMP_CMP_/, '') : '';
  if (!OPERATORS.includes(operator)) throw new Error(`${where}.op: ${JSON.stringify(op)} is no comparison`);
  return {
    index: number,
    operator: operator as Operator,
    value: wholeOf(first, `${where}.value`),
    valueTwo: wholeOf(valueTwo ?? 0, `${where}.valueTwo`),
  };
}

function scopeOf(value: unknown, where: string): Scope {
  const { caps, arches, minKernel } = membersOf(value ?? {}, where);
  const words = (list: unknown, name: string) =>
    listOf(list, `${where}.${name}`).map((each) => wordOf(each, `${where}.${name}`));
  return {
    capabilities: words(caps, 'caps'),
    architectures: words(arches, 'arches'),
    minKernel: minKernel === undefined ? undefined : kernelOf(wordOf(minKernel, `${where}.minKernel`), where),
  };
}

/** Major and minor number of a kernel: of `6.1.0-18-amd64`, 6 and 1. @throws Error when there are none */
export function kernelOf(release: string, where: string): [number, number] {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  if (major === undefined) throw new Error(`${where}: '${release}' is no version of a kernel`);
  return [Number(major), Number(minor)];
}

function membersOf(value: unknown, where: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(`${where}: expected an object`);
  return value as Members;
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`${where}: expected a list`);
  return value;
}

function wordOf(value: unknown, where: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`${where}: expected a name`);
  return value;
}

/** JSON's numbers hold no more than 53 bits as they are. */
function wholeOf(value: unknown, where: string): bigint {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new Error(`${where}: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
  return BigInt(value as number);
}

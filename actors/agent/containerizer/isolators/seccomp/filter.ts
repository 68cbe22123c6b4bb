/**
 * From a profile to a program for the kernel's filter of system calls (classic BPF over `struct seccomp_data`).
 *
 * Numbers with the same answer stand together, so the program is a search tree over ranges of them, with the comparisons of
 * arguments in its leaves.
 */
import type { Architecture } from './architectures.ts';
import type { Action, Condition, Profile, Rule, Scope } from './profile.ts';

/** What rules of a profile depend on. */
export interface FilterFacts {
  readonly architecture: Architecture;
  /** `CAP_…`, what the container may have at most. */
  readonly capabilities: ReadonlySet<string>;
  /** Major and minor. */
  readonly kernel: readonly [number, number];
}

/** One instruction: `struct sock_filter`. */
type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, operand: number];

/** The kernel takes no longer program (`BPF_MAXINSNS`). */
export const INSTRUCTIONS_MAX = 4096;

/** A jump on a condition leads no further. */
const JUMP_MAX = 255;

const LOAD = 0x20;
const JUMP = 0x05;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER = 0x25;
const JUMP_AT_LEAST = 0x35;
const AND = 0x54;
const RETURN = 0x06;

/** Places in `struct seccomp_data`, of machines with the low half first. */
const NUMBER = 0;
const ARCHITECTURE = 4;
const ARGUMENTS = 16;

const RETURNS: Readonly<Record<Action['kind'], number>> = {
  kill_thread: 0x00000000,
  kill_process: 0x80000000,
  trap: 0x00030000,
  errno: 0x00050000,
  trace: 0x7ff00000,
  log: 0x7ffc0000,
  allow: 0x7fff0000,
};

const INSTRUCTION_BYTES = 8;

/**
 * Programs of another architecture than the machine's (32 bits, x32) are killed at their first call, as libseccomp has it: the
 * numbers of their calls mean something else.
 *
 * @returns the instructions as bytes @throws Error when there are more than the kernel takes
 */
export function compileFilter(profile: Profile, facts: FilterFacts): Uint8Array {
  const { architecture } = facts;
  const killed = leafOf({ kind: 'kill_process', data: 0 });
  const ranges = rangesOf(profile, facts);
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCHITECTURE],
    [JUMP_EQUAL, 1, 0, architecture.audit],
    ...killed,
    [LOAD, 0, 0, NUMBER],
    ...treeOf([
      ...ranges,
      ...(architecture.foreignFrom === undefined ? [] : [{ from: architecture.foreignFrom, leaf: killed }]),
    ]),
  ];
  if (program.length > INSTRUCTIONS_MAX)
    throw new Error(`the filter has ${program.length} instructions; the kernel takes ${INSTRUCTIONS_MAX}`);
  return bytesOf(program);
}

/** Calls from a number on, up to the next range. */
interface Range {
  readonly from: number;
  readonly leaf: readonly Instruction[];
}

function rangesOf(profile: Profile, facts: FilterFacts): Range[] {
  const rules = rulesByNumber(profile, facts);
  const otherwise = leafOf(profile.defaultAction);
  const ranges: Range[] = [];
  let before = '';
  const end = Math.max(-1, ...rules.keys()) + 1;
  for (let number = 0; number <= end; number++) {
    const own = rules.get(number);
    const leaf = own === undefined ? otherwise : decisionOf(own, profile.defaultAction);
    const key = leaf.join();
    if (key !== before) ranges.push({ from: number, leaf });
    before = key;
  }
  return ranges;
}

function rulesByNumber(profile: Profile, facts: FilterFacts): Map<number, Rule[]> {
  const found = new Map<number, Rule[]>();
  for (const rule of profile.rules) {
    if (!holds(rule, facts)) continue;
    for (const name of rule.names) {
      // Names that this machine has not: profiles hold those of all.
      const number = facts.architecture.calls.get(name);
      if (number === undefined) continue;
      const others = found.get(number);
      if (others === undefined) found.set(number, [rule]);
      else others.push(rule);
    }
  }
  return found;
}

function holds({ includes, excludes }: Rule, facts: FilterFacts): boolean {
  const { architecture, capabilities, kernel } = facts;
  const named = ({ architectures }: Scope) => architectures.includes(architecture.name);
  const isNew = ({ minKernel: [major, minor] = [0, 0] }: Scope) =>
    kernel[0] > major || (kernel[0] === major && kernel[1] >= minor);
  return (
    includes.capabilities.every((name) => capabilities.has(name)) &&
    (includes.architectures.length === 0 || named(includes)) &&
    isNew(includes) &&
    !excludes.capabilities.some((name) => capabilities.has(name)) &&
    !named(excludes) &&
    (excludes.minKernel === undefined || !isNew(excludes))
  );
}

/** The first rule whose conditions hold decides; those without any come last. */
function decisionOf(rules: readonly Rule[], otherwise: Action): Instruction[] {
  const conditional = rules.filter(({ conditions }) => conditions.length > 0);
  const last = rules.find(({ conditions }) => conditions.length === 0)?.action ?? otherwise;
  return [
    ...conditional.flatMap(({ conditions, action }) => guarded(conditions, leafOf(action))),
    ...leafOf(last),
  ];
}

/** `leaf` when all conditions hold, else what stands behind it. */
function guarded(conditions: readonly Condition[], leaf: readonly Instruction[]): Instruction[] {
  let rest: Instruction[] = [...leaf];
  for (const condition of [...conditions].reverse()) rest = [...comparison(condition, rest.length), ...rest];
  return rest;
}

/** Goes on behind itself when the condition holds, else `skip` instructions further. */
function comparison({ index, operator, value, valueTwo }: Condition, skip: number): Instruction[] {
  const low = ARGUMENTS + 8 * index;
  const high = low + 4;
  const [valueHigh, valueLow] = halves(value);
  switch (operator) {
    case 'EQ':
      return [
        [LOAD, 0, 0, high],
        [JUMP_EQUAL, 0, skip + 2, valueHigh],
        [LOAD, 0, 0, low],
        [JUMP_EQUAL, 0, skip, valueLow],
      ];
    case 'NE':
      return [
        [LOAD, 0, 0, high],
        [JUMP_EQUAL, 0, 2, valueHigh],
        [LOAD, 0, 0, low],
        [JUMP_EQUAL, skip, 0, valueLow],
      ];
    case 'MASKED_EQ': {
      const [twoHigh, twoLow] = halves(valueTwo & value);
      return [
        [LOAD, 0, 0, high],
        [AND, 0, 0, valueHigh],
        [JUMP_EQUAL, 0, skip + 3, twoHigh],
        [LOAD, 0, 0, low],
        [AND, 0, 0, valueLow],
        [JUMP_EQUAL, 0, skip, twoLow],
      ];
    }
    case 'GT':
    case 'GE':
      return [
        [LOAD, 0, 0, high],
        [JUMP_GREATER, 3, 0, valueHigh],
        [JUMP_EQUAL, 0, skip + 2, valueHigh],
        [LOAD, 0, 0, low],
        [operator === 'GT' ? JUMP_GREATER : JUMP_AT_LEAST, 0, skip, valueLow],
      ];
    default:
      return [
        [LOAD, 0, 0, high],
        [JUMP_GREATER, skip + 3, 0, valueHigh],
        [JUMP_EQUAL, 0, 2, valueHigh],
        [LOAD, 0, 0, low],
        [operator === 'LE' ? JUMP_GREATER : JUMP_AT_LEAST, skip, 0, valueLow],
      ];
  }
}

function halves(value: bigint): [number, number] {
  return [Number((value >> 32n) & 0xffffffffn), Number(value & 0xffffffffn)];
}

function leafOf({ kind, data }: Action): Instruction[] {
  return [[RETURN, 0, 0, (RETURNS[kind] | data) >>> 0]];
}

/** A search for the range of the number that was loaded. */
function treeOf(ranges: readonly Range[]): readonly Instruction[] {
  const [first] = ranges;
  if (first === undefined) return [];
  if (ranges.length === 1) return first.leaf;
  const middle = ranges.length >> 1;
  const below = treeOf(ranges.slice(0, middle));
  const above = treeOf(ranges.slice(middle));
  const from = ranges[middle]?.from ?? 0;
  if (below.length <= JUMP_MAX) return [[JUMP_AT_LEAST, below.length, 0, from], ...below, ...above];
  return [[JUMP_AT_LEAST, 0, 1, from], [JUMP, 0, 0, below.length], ...below, ...above];
}

function bytesOf(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * INSTRUCTION_BYTES);
  const view = new DataView(bytes.buffer);
  for (const [at, [code, jumpTrue, jumpFalse, operand]] of program.entries()) {
    const offset = at * INSTRUCTION_BYTES;
    view.setUint16(offset, code, true);
    view.setUint8(offset + 2, jumpTrue);
    view.setUint8(offset + 3, jumpFalse);
    view.setUint32(offset + 4, operand, true);
  }
  return bytes;
}

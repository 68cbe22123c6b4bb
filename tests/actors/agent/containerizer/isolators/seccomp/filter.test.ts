import test from 'ava';
import { architectureOf } from '../../../../../../actors/agent/containerizer/isolators/seccomp/architectures.ts';
import {
  compileFilter,
  type FilterFacts,
} from '../../../../../../actors/agent/containerizer/isolators/seccomp/filter.ts';
import {
  type Action,
  type Condition,
  type Operator,
  type Profile,
  parseProfile,
} from '../../../../../../actors/agent/containerizer/isolators/seccomp/profile.ts';
import { SeededRandom } from '../../../../../../runtime/index.ts';
import { runFilter } from './kernel.ts';

const architecture = architectureOf('x64') ?? {
  name: '',
  audit: 0,
  calls: new Map(),
  foreignFrom: undefined,
};
const facts: FilterFacts = { architecture, capabilities: new Set(), kernel: [6, 1] };

const ALLOWED = 0x7fff0000;
const ERRNO = 0x00050000;
const KILLED = 0x80000000;
const NO_ARGUMENTS = [0n, 0n, 0n, 0n, 0n, 0n];

const numberOf = (name: string): number => architecture.calls.get(name) ?? -1;

function answer(program: Uint8Array, name: string, args: readonly bigint[] = NO_ARGUMENTS): number {
  return runFilter(program, { number: numberOf(name), architecture: architecture.audit, arguments: args });
}

const compiled = (profile: object, more: Partial<FilterFacts> = {}): Uint8Array =>
  compileFilter(parseProfile(JSON.stringify(profile)), { ...facts, ...more });

test('numbers of system calls are the kernel’s', (t) => {
  const known = { read: 0, execve: 59, openat: 257, seccomp: 317, clone3: 435, mseal: 462 };
  for (const [name, number] of Object.entries(known)) t.is(numberOf(name), number, name);
  const arm = architectureOf('arm64');
  for (const [name, number] of Object.entries({ read: 63, execve: 221, seccomp: 277, clone3: 435 }))
    t.is(arm?.calls.get(name), number, name);
  t.is(architectureOf('mips'), undefined);
});

test('named calls get their action, all others the default one', (t) => {
  const program = compiled({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 38,
    syscalls: [
      { names: ['read', 'write', 'no_such_call'], action: 'SCMP_ACT_ALLOW' },
      { name: 'reboot', action: 'SCMP_ACT_KILL_PROCESS' },
      { names: ['mount'], action: 'SCMP_ACT_ERRNO', errnoRet: 13 },
    ],
  });
  t.is(answer(program, 'read'), ALLOWED);
  t.is(answer(program, 'write'), ALLOWED);
  t.is(answer(program, 'open'), ERRNO | 38);
  t.is(answer(program, 'reboot'), KILLED);
  t.is(answer(program, 'mount'), ERRNO | 13);
  const late = { number: 5000, architecture: architecture.audit, arguments: NO_ARGUMENTS };
  t.is(runFilter(program, late), ERRNO | 38);
});

test('calls of another kind of program end it', (t) => {
  const program = compiled({ defaultAction: 'SCMP_ACT_ALLOW' });
  const i386 = { number: 3, architecture: 0x40000003, arguments: NO_ARGUMENTS };
  t.is(runFilter(program, i386), KILLED);
  const x32 = { number: 0x40000000 + 3, architecture: architecture.audit, arguments: NO_ARGUMENTS };
  t.is(runFilter(program, x32), KILLED);
  t.is(answer(program, 'read'), ALLOWED);
});

test('rules hold for the capabilities, machines and kernels that they name', (t) => {
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    syscalls: [
      { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
      { names: ['umount2'], action: 'SCMP_ACT_ALLOW', excludes: { caps: ['CAP_SYS_ADMIN'] } },
      { names: ['arch_prctl'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['amd64', 'x32'] } },
      { names: ['modify_ldt'], action: 'SCMP_ACT_ALLOW', excludes: { arches: ['amd64'] } },
      { names: ['ptrace'], action: 'SCMP_ACT_ALLOW', includes: { minKernel: '4.8' } },
      { names: ['bpf'], action: 'SCMP_ACT_ALLOW', includes: { minKernel: '6.2' } },
    ],
  };
  const allowed = (more: Partial<FilterFacts>): string[] => {
    const program = compiled(profile, more);
    return profile.syscalls.flatMap(({ names }) => names).filter((name) => answer(program, name) === ALLOWED);
  };
  t.deepEqual(allowed({}), ['umount2', 'arch_prctl', 'ptrace']);
  t.deepEqual(allowed({ capabilities: new Set(['CAP_SYS_ADMIN']) }), ['mount', 'arch_prctl', 'ptrace']);
  t.deepEqual(allowed({ kernel: [6, 2] }), ['umount2', 'arch_prctl', 'ptrace', 'bpf']);
});

test('what is wrong in a profile is said, and where', (t) => {
  const wrong = (profile: object | string): string | undefined =>
    t.throws(() => parseProfile(typeof profile === 'string' ? profile : JSON.stringify(profile)))?.message;
  const withRule = (rule: object) => ({ defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule] });
  const withArgs = (...args: object[]) => withRule({ names: ['read'], action: 'SCMP_ACT_ALLOW', args });
  t.regex(wrong('{') ?? '', /^it is no JSON: /);
  t.is(wrong('[]'), 'the profile: expected an object');
  t.is(wrong({}), 'defaultAction: undefined is no action that is known here');
  t.is(
    wrong(withRule({ names: ['read'], action: 'ALLOW' })),
    'syscalls[0].action: "ALLOW" is no action that is known here',
  );
  t.is(wrong(withRule({ action: 'SCMP_ACT_ALLOW' })), 'syscalls[0].names: expected a name');
  t.is(wrong(withRule({ names: 'read', action: 'SCMP_ACT_ALLOW' })), 'syscalls[0].names: expected a list');
  t.is(
    wrong(withArgs({ index: 6, value: 0, op: 'SCMP_CMP_EQ' })),
    'syscalls[0].args[0].index: a call has 6 arguments, from 0',
  );
  t.is(
    wrong(withArgs({ index: 0, value: -1, op: 'SCMP_CMP_EQ' })),
    `syscalls[0].args[0].value: expected a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`,
  );
  t.is(
    wrong(withArgs({ index: 0, value: 1, op: 'LIKE' })),
    'syscalls[0].args[0].op: "LIKE" is no comparison',
  );
  const same = { index: 1, value: 1, op: 'SCMP_CMP_EQ' };
  t.is(wrong(withArgs(same, same)), 'syscalls[0].args: argument 1 is compared twice');
  t.is(
    wrong({ defaultAction: 'SCMP_ACT_ERRNO', defaultErrnoRet: 5000 }),
    'defaultAction: expected a number of at most 4095, got 5000',
  );
});

test('a filter that is too long for the kernel is refused', (t) => {
  const args = [0, 1, 2, 3, 4, 5].map((index) => ({ index, value: 1, op: 'SCMP_CMP_GT' }));
  const rule = { names: ['read'], action: 'SCMP_ACT_ALLOW', args };
  const profile = { defaultAction: 'SCMP_ACT_ERRNO', syscalls: Array.from({ length: 200 }, () => rule) };
  t.regex(
    t.throws(() => compiled(profile))?.message ?? '',
    /^the filter has \d+ instructions; the kernel takes 4096$/,
  );
});

const ALLOW: Action = { kind: 'allow', data: 0 };
const OPERATORS: readonly Operator[] = ['NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ'];
const EDGES = [0n, 1n, 2n, 0xffffffffn, 0x100000000n, 0x100000001n, 0x7fffffffffn, 2n ** 53n - 1n];

function compares({ index, operator, value, valueTwo }: Condition, args: readonly bigint[]): boolean {
  const is = args[index] ?? 0n;
  const results: Record<Operator, boolean> = {
    NE: is !== value,
    LT: is < value,
    LE: is <= value,
    EQ: is === value,
    GE: is >= value,
    GT: is > value,
    MASKED_EQ: (is & value) === (valueTwo & value),
  };
  return results[operator];
}

/** What a profile says, without any compiling. */
function expected(profile: Profile, name: string, args: readonly bigint[]): Action {
  const rules = profile.rules.filter(({ names }) => names.includes(name));
  const conditional = rules.filter(({ conditions }) => conditions.length > 0);
  const plain = rules.filter(({ conditions }) => conditions.length === 0);
  const hit = conditional.find(({ conditions }) => conditions.every((each) => compares(each, args)));
  return (hit ?? plain[0])?.action ?? profile.defaultAction;
}

test('property: for any profile, call and arguments the filter says what the profile says', (t) => {
  const chance = new SeededRandom(7);
  const pick = <T>(list: readonly T[], fallback: T): T =>
    list[Math.floor(chance.next() * list.length)] ?? fallback;
  const names = [...architecture.calls.keys()];
  const actions: readonly Action[] = [
    ALLOW,
    { kind: 'errno', data: 1 },
    { kind: 'errno', data: 38 },
    { kind: 'log', data: 0 },
    { kind: 'trap', data: 0 },
  ];
  const returned = new Map([
    ['allow', ALLOWED],
    ['errno', ERRNO],
    ['log', 0x7ffc0000],
    ['trap', 0x00030000],
  ]);
  const everywhere = { capabilities: [], architectures: [], minKernel: undefined };
  const conditionAt = (index: number): Condition => ({
    index,
    operator: pick(OPERATORS, 'EQ'),
    value: pick(EDGES, 0n),
    valueTwo: pick(EDGES, 0n),
  });
  for (let round = 0; round < 40; round++) {
    const used = Array.from({ length: 60 }, () => pick(names, 'read'));
    const rules = Array.from({ length: 80 }, () => ({
      names: [pick(used, 'read'), pick(used, 'read')],
      action: pick(actions, ALLOW),
      conditions: chance.next() < 0.5 ? [] : [0, 2, 5].filter(() => chance.next() < 0.6).map(conditionAt),
      includes: everywhere,
      excludes: everywhere,
    }));
    const profile: Profile = { defaultAction: pick(actions, ALLOW), rules };
    const program = compileFilter(profile, facts);
    for (let probe = 0; probe < 100; probe++) {
      const name = chance.next() < 0.8 ? pick(used, 'read') : pick(names, 'read');
      const args = NO_ARGUMENTS.map(() => pick(EDGES, 0n));
      const { kind, data } = expected(profile, name, args);
      t.is(answer(program, name, args), (returned.get(kind) ?? 0) | data, `round ${round}: ${name} ${args}`);
    }
  }
});

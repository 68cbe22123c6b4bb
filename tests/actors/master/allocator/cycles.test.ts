import { existsSync, readFileSync } from 'node:fs';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { type Allocation, Allocator, type Quota } from '../../../../actors/master/allocator/index.ts';
import {
  AgentInfoCapabilityType,
  FrameworkInfoCapabilityType,
} from '../../../../proto/generated/types/v1.ts';
import { Limits, Quantities, type Resources } from '../../../../proto/resources/index.ts';
import type { Random } from '../../../../runtime/ports.ts';
import { bag } from '../../../proto/resources/notation.ts';
import { CYCLES } from './cycles.ts';
import { type Case, IN_ORDER, optionsOf, readCases, seeded } from './transcript.ts';

const AGENT = [AgentInfoCapabilityType.MULTI_ROLE, AgentInfoCapabilityType.HIERARCHICAL_ROLE];
/** What frameworks can do unless a case says otherwise: everything but gpus and revocable resources. */
const COMMON = [
  FrameworkInfoCapabilityType.MULTI_ROLE,
  FrameworkInfoCapabilityType.SHARED_RESOURCES,
  FrameworkInfoCapabilityType.RESERVATION_REFINEMENT,
  FrameworkInfoCapabilityType.REGION_AWARE,
];

interface Offer {
  readonly agent: string;
  readonly framework: string;
  readonly role: string;
  readonly resources: Resources;
}

/** Runs one case and gives, for each cycle in it, what was offered and what was expected. */
class Run {
  readonly cycles: { offered: Offer[]; expected: Offer[] }[] = [];
  private readonly allocator: Allocator;
  private nowMs = 0;

  constructor(random: Random) {
    this.allocator = new Allocator({ random });
  }

  line(words: readonly string[]): void {
    const [verb = '', first = '', second = '', third = '', fourth = ''] = words;
    const options = optionsOf(words);
    const { allocator } = this;
    switch (verb) {
      case 'agent':
        allocator.addAgent(first, { hostname: first, capabilities: AGENT }, bag(second));
        break;
      case 'update':
        allocator.updateAgent(first, { total: bag(second) });
        break;
      case 'framework':
        this.addFramework(first, second, options);
        break;
      case 'weight':
        allocator.updateWeights({ [first]: Number(second) });
        break;
      case 'quota':
        allocator.setQuota(first, quotaOf(options));
        break;
      case 'recover':
        this.recover(first, third, bag(fourth).allocatedTo(second), options.get('refuse'));
        break;
      case 'advance':
        this.nowMs += Number(first) * 1000;
        break;
      case 'revive':
        allocator.revive(first, second.split(','));
        break;
      case 'suppress':
        allocator.suppress(first, second.split(','));
        break;
      case 'cycle':
        this.cycle(first === '' ? undefined : first.split(','));
        break;
      case '':
        this.expect({ agent: first, framework: second, role: third, resources: bag(fourth) });
        break;
      default:
        throw new Error(`unknown line: ${words.join(' ')}`);
    }
  }

  private expect(offer: Offer): void {
    this.cycles.at(-1)?.expected.push(offer);
  }

  private addFramework(id: string, roles: string, options: Map<string, string>): void {
    const extra = (options.get('capabilities') ?? '').split(',').filter((name) => name !== '');
    this.allocator.addFramework(id, {
      roles: roles.split(','),
      suppressedRoles: options.get('suppressed')?.split(','),
      capabilities: [
        ...COMMON,
        ...extra.map((name) => FrameworkInfoCapabilityType[name as keyof typeof FrameworkInfoCapabilityType]),
      ],
    });
  }

  private recover(framework: string, agent: string, resources: Resources, refuse: string | undefined): void {
    const seconds = refuse === undefined ? undefined : Number(refuse);
    this.allocator.recoverResources(framework, agent, resources, seconds, this.nowMs);
  }

  private cycle(agents: string[] | undefined): void {
    this.cycles.push({ offered: flatten(this.allocator.allocate(this.nowMs, { agents })), expected: [] });
  }
}

function flatten(allocations: readonly Allocation[]): Offer[] {
  return allocations.flatMap(({ frameworkId, offers }) =>
    [...offers].flatMap(([role, agents]) =>
      [...agents].map(([agent, resources]) => ({ agent, framework: frameworkId, role, resources })),
    ),
  );
}

function quotaOf(options: Map<string, string>): Quota {
  return {
    guarantees: Quantities.of(scalars(options.get('guarantees'))),
    limits: Limits.of(scalars(options.get('limits'))),
  };
}

function scalars(text: string | undefined): Record<string, number> {
  return bag(text ?? '')
    .scalarQuantities()
    .toObject();
}

function run({ lines }: Pick<Case, 'lines'>, random: Random): Run {
  const made = new Run(random);
  for (const words of lines) made.line(words);
  return made;
}

/** Compares offers; `key` says what must agree beside the resources. */
function compare(t: ExecutionContext, run: Run, key: (offer: Offer) => string): void {
  for (const [i, { offered, expected }] of run.cycles.entries()) {
    const rest = [...expected];
    for (const offer of offered) {
      const wanted = offer.resources.unallocated();
      const found = rest.findIndex((other) => key(other) === key(offer) && other.resources.equals(wanted));
      t.true(found >= 0, `cycle ${i}: not expected: ${offer.agent} ${key(offer)} ${offer.resources}`);
      t.true(offer.resources.equals(wanted.allocatedTo(offer.role)));
      rest.splice(found, 1);
    }
    t.deepEqual(
      rest.map((offer) => `${offer.agent} ${key(offer)} ${offer.resources}`),
      [],
      `cycle ${i}: missing`,
    );
  }
}

for (const one of readCases(CYCLES)) {
  test(`cycles: ${one.name}`, (t) => {
    const done = run(one, IN_ORDER);
    t.true(done.cycles.length > 0);
    compare(t, done, ({ agent, framework, role }) => `${agent} ${framework} ${role}`);
  });

  if (!one.name.endsWith('(any order of agents)')) continue;
  test(`cycles: ${one.name}: whatever the order`, (t) => {
    for (let seed = 0; seed < 20; seed++) {
      compare(t, run(one, seeded(seed)), ({ framework, role }) => `${framework} ${role}`);
    }
  });
}

/** The same cases as the specification keeps them, to see that ours are still all of them. */
const SPEC = new URL('../shared/spec/vectors/drf.json', `file://${process.cwd()}/`);
if (existsSync(SPEC)) {
  test('every case of the specification is here', (t) => {
    const spec = JSON.parse(readFileSync(SPEC, 'utf8')) as {
      allocation: { name: string; steps: { op: string }[] }[];
    };
    const ours = new Map(
      readCases(CYCLES).map((one) => [one.name.replace(' (any order of agents)', ''), one]),
    );
    for (const { name, steps } of spec.allocation) {
      t.is(ours.get(name)?.lines.filter(([verb]) => verb !== '').length, steps.length, name);
    }
    t.is(ours.size, spec.allocation.length);
  });
}

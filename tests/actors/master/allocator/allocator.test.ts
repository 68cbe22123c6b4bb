import test from 'ava';
import {
  AllocatorError,
  OfferConstraintFilter,
  parseMinimum,
  SkipReason,
} from '../../../../actors/master/allocator/index.ts';
import { FrameworkInfoCapabilityType } from '../../../../proto/generated/types/v1.ts';
import {
  Limits,
  popReservation,
  pushReservation,
  Quantities,
  ResourceError,
  Resources,
  volumesToDisk,
} from '../../../../proto/resources/index.ts';
import { bag } from '../../../proto/resources/notation.ts';
import { ALL_FRAMEWORK_CAPABILITIES, agentCalled, inRoles, makeAllocator, offerLines } from './setup.ts';

const VOLUME = 'disk(r)[v:/d]<SHARED>:64';
const domain = (region: string): { domain: object } => ({
  domain: { fault_domain: { region: { name: region }, zone: { name: 'z' } } },
});

test('what a framework held before it was known counts as soon as it is', (t) => {
  const allocator = makeAllocator();
  const used = bag('cpus:1;mem:512').allocatedTo('r');
  allocator.addAgent('S1', agentCalled('h'), bag('cpus:4;mem:4096'), new Map([['F1', used]]));
  t.is(allocator.dominantShare('r'), 0);
  allocator.addFramework('F1', inRoles('r'), new Map([['S1', used]]));
  t.is(allocator.dominantShare('r'), 0.25);
  t.is(allocator.available('S1').toString(), 'cpus:3; mem:3584');
  t.deepEqual(offerLines(allocator.allocate(0)), ['S1 F1 r cpus:3; mem:3584']);
});

test('a role that a framework left goes when the last of it is given back', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h'), bag('cpus:4;mem:4096'));
  allocator.addFramework('F1', inRoles('a'));
  allocator.allocate(0);
  allocator.updateFramework('F1', inRoles('b'));
  t.deepEqual(allocator.roles().sort(), ['a', 'b']);
  t.is(allocator.dominantShare('a'), 1);
  allocator.recoverResources('F1', 'S1', bag('cpus:4;mem:4096').allocatedTo('a'), undefined, 0);
  t.deepEqual(allocator.roles(), ['b']);
  t.deepEqual(offerLines(allocator.allocate(0)), ['S1 F1 b cpus:4; mem:4096']);
});

test('a removed framework leaves no trace but what it still holds', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h'), bag('cpus:4;mem:4096'));
  allocator.addFramework('F1', inRoles('a'));
  allocator.addFramework('F2', inRoles('a', { suppressedRoles: ['a'] }));
  allocator.allocate(0);
  allocator.removeFramework('F1');
  t.is(allocator.dominantShare('a'), 0);
  t.true(allocator.available('S1').isEmpty);
  allocator.recoverResources('F1', 'S1', bag('cpus:4;mem:4096').allocatedTo('a'), 5, 0);
  t.is(allocator.available('S1').cpus, 4);
  t.is(allocator.activeFilters('a'), 0);
});

test('a removed agent takes its resources and filters along', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h'), bag('cpus:4;mem:4096'));
  allocator.addFramework('F1', inRoles('a'));
  allocator.allocate(0);
  allocator.recoverResources('F1', 'S1', bag('cpus:2').allocatedTo('a'), 60, 0);
  t.is(allocator.activeFilters('a'), 1);
  allocator.removeAgent('S1');
  t.is(allocator.activeFilters('a'), 0);
  t.is(allocator.dominantShare('a'), 0);
  t.true(allocator.totalQuantities().isEmpty);
  t.true(allocator.allocatedQuantities().isEmpty);
  allocator.recoverResources('F1', 'S1', bag('cpus:2').allocatedTo('a'), 60, 0);
});

test('deactivated frameworks and agents get and give no offers', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h1'), bag('cpus:4;mem:4096'));
  allocator.addAgent('S2', agentCalled('h2'), bag('cpus:2;mem:2048'), new Map(), false);
  allocator.addFramework('F1', inRoles('a'), new Map(), false);
  t.deepEqual(offerLines(allocator.allocate(0)), []);
  allocator.activateFramework('F1');
  t.deepEqual(offerLines(allocator.allocate(0)), ['S1 F1 a cpus:4; mem:4096']);
  allocator.activateAgent('S2');
  allocator.deactivateAgent('S2');
  t.deepEqual(offerLines(allocator.allocate(0)), []);
  allocator.activateAgent('S2');
  allocator.deactivateFramework('F1');
  t.deepEqual(offerLines(allocator.allocate(0)), []);
});

test('the whitelist is of host names', (t) => {
  const allocator = makeAllocator();
  for (const name of ['h1', 'h2']) allocator.addAgent(name, agentCalled(name), bag('cpus:1;mem:64'));
  allocator.addFramework('F1', inRoles('a'));
  allocator.setWhitelist(['h2']);
  t.deepEqual(offerLines(allocator.allocate(0)), ['h2 F1 a cpus:1; mem:64']);
  allocator.setWhitelist(undefined);
  t.deepEqual(offerLines(allocator.allocate(0)), ['h1 F1 a cpus:1; mem:64']);
});

test('deactivation, revival and changed attributes clear filters; a changed total does not', (t) => {
  const allocator = makeAllocator();
  const refuse = (): void => {
    allocator.allocate(0);
    allocator.recoverResources('F1', 'S1', bag('cpus:1;mem:64').allocatedTo('a'), 1000, 0);
    t.is(allocator.activeFilters('a'), 1);
    t.deepEqual(offerLines(allocator.allocate(0)), []);
  };
  allocator.addAgent('S1', agentCalled('h'), bag('cpus:1;mem:64'));
  allocator.addFramework('F1', inRoles('a'));
  refuse();
  allocator.deactivateFramework('F1');
  t.is(allocator.activeFilters('a'), 0);
  allocator.activateFramework('F1');
  refuse();
  allocator.revive('F1');
  t.is(allocator.activeFilters('a'), 0);
  refuse();
  t.true(allocator.updateAgent('S1', { total: bag('cpus:1;mem:32') }));
  t.is(allocator.activeFilters('a'), 1);
  t.deepEqual(offerLines(allocator.allocate(0)), []);
  const attributes = [{ name: 'rack', type: 3 as const, text: { value: 'a' } }];
  t.true(allocator.updateAgent('S1', { description: agentCalled('h', { attributes }) }));
  t.false(allocator.updateAgent('S1', { description: agentCalled('h', { attributes }) }));
  t.is(allocator.activeFilters('a'), 0);
  t.deepEqual(offerLines(allocator.allocate(0)), ['S1 F1 a cpus:1; mem:32']);
});

test('refusals: negative seconds mean five, none last longer than 365 days', (t) => {
  for (const [seconds, until] of [
    [-1, 5],
    [Number.NaN, 5],
    [1e12, 31_536_000],
  ] as const) {
    const allocator = makeAllocator();
    allocator.addAgent('S1', agentCalled('h'), bag('cpus:1;mem:64'));
    allocator.addFramework('F1', inRoles('a'));
    allocator.allocate(0);
    allocator.recoverResources('F1', 'S1', bag('cpus:1;mem:64').allocatedTo('a'), seconds, 0);
    allocator.expireFilters(until * 1000 - 1);
    t.is(allocator.activeFilters('a'), 1);
    allocator.expireFilters(until * 1000);
    t.is(allocator.activeFilters('a'), 0);
  }
});

test('capabilities decide what is offered', (t) => {
  const without = (name: keyof typeof FrameworkInfoCapabilityType): number[] =>
    ALL_FRAMEWORK_CAPABILITIES.filter((capability) => capability !== FrameworkInfoCapabilityType[name]);
  const offered = (total: string, capabilities: number[], agent: object = {}, role = 'r'): string[] => {
    const allocator = makeAllocator(domain('here'));
    allocator.addAgent('S1', agentCalled('h', agent), bag(total));
    allocator.addFramework('F1', inRoles(role, { capabilities }));
    return offerLines(allocator.allocate(0));
  };
  const all = ALL_FRAMEWORK_CAPABILITIES;
  t.deepEqual(offered(`cpus:1;${VOLUME}`, without('SHARED_RESOURCES')), ['S1 F1 r cpus:1']);
  t.is(offered(`cpus:1;${VOLUME}`, all).length, 1);
  t.deepEqual(offered('cpus:1;mem{REV}:64', without('REVOCABLE_RESOURCES')), ['S1 F1 r cpus:1']);
  t.deepEqual(offered('cpus:1;gpus:1', without('GPU_RESOURCES')), []);
  t.deepEqual(offered('cpus:1', all, { capabilities: [] }), []);
  t.deepEqual(offered('cpus:1', without('MULTI_ROLE'), { capabilities: [] }), ['S1 F1 r cpus:1']);
  t.deepEqual(offered('cpus:1', without('MULTI_ROLE'), { capabilities: [] }, 'r/s'), []);
  t.deepEqual(offered('cpus:1', without('REGION_AWARE'), domain('there')), []);
  t.deepEqual(offered('cpus:1', without('REGION_AWARE'), domain('here')), ['S1 F1 r cpus:1']);
  t.deepEqual(offered('cpus:1', all, domain('there')), ['S1 F1 r cpus:1']);
});

test('refined reservations only for those who understand them', (t) => {
  const refined = pushReservation(bag('cpus(r):1'), { type: 2, role: 'r/s' });
  for (const [capabilities, offers] of [
    [ALL_FRAMEWORK_CAPABILITIES, 1],
    [
      ALL_FRAMEWORK_CAPABILITIES.filter((one) => one !== FrameworkInfoCapabilityType.RESERVATION_REFINEMENT),
      0,
    ],
  ] as const) {
    const allocator = makeAllocator();
    allocator.addAgent('S1', agentCalled('h'), refined);
    allocator.addFramework('F1', inRoles('r/s', { capabilities }));
    t.is(offerLines(allocator.allocate(0)).length, offers);
  }
});

test('a shared volume is offered once a cycle, to one framework after the other', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h'), bag(`cpus(r):2;${VOLUME}`));
  const offerFilters = { r: { min_allocatable_resources: {} } };
  for (const id of ['F1', 'F2']) allocator.addFramework(id, inRoles('r', { offerFilters }));
  t.is(offerLines(allocator.allocate(0)).length, 1);
  t.is(offerLines(allocator.allocate(1000)).length, 1);
  t.is(allocator.held('S1').size, 2);
  const volume = bag(VOLUME);
  t.true(allocator.available('S1').equals(volume));
  t.is(allocator.allocatedQuantities().get('disk'), 128);
  t.is(allocator.dominantShare('r'), 1);
});

test('a further holder of a shared volume is no further volume', (t) => {
  const allocator = makeAllocator();
  const volume = bag(VOLUME);
  allocator.addAgent('S1', agentCalled('h'), bag(`cpus(r):2;${VOLUME}`));
  allocator.addFramework('F1', inRoles('r'));
  allocator.allocate(0);
  const held = volume.allocatedTo('r');
  allocator.updateAllocation('F1', 'S1', [{ consumed: bag(''), converted: held }]);
  t.true(allocator.total('S1').equals(bag(`cpus(r):2;${VOLUME}`)));
  allocator.recoverResources('F1', 'S1', held, undefined, 0);
  t.true(allocator.held('S1').get('F1')?.contains(held));
});

test('operations on what is held change the allocation, the total and the consumption', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h'), bag('cpus:4;disk:100'));
  allocator.addFramework('F1', inRoles('r'));
  allocator.allocate(0);
  t.is(allocator.consumed('r').get('cpus'), 4);
  const consumed = bag('cpus:3;disk:64').allocatedTo('r');
  const reserved = pushReservation(consumed, { type: 2, role: 'r' });
  allocator.updateAllocation('F1', 'S1', [{ consumed, converted: reserved }]);
  t.is(allocator.total('S1').reserved('r').cpus, 3);
  t.is(allocator.held('S1').get('F1')?.reserved('r').disk, 64);
  t.is(allocator.consumed('r').get('cpus'), 4);
  t.is(allocator.dominantShare('r'), 1);
  allocator.recoverResources('F1', 'S1', allocator.held('S1').get('F1') ?? bag(''), undefined, 0);
  t.is(allocator.consumed('r').get('cpus'), 3);
  t.true(allocator.available('S1').equals(allocator.total('S1')));
});

test('operators convert what nobody holds, all or nothing', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h'), bag('cpus:4;disk(r):64'));
  const reserved = pushReservation(bag('cpus:1'), { type: 2, role: 'r' });
  const volume = bag('disk(r)[v:/d]:64');
  const conversions = [
    { consumed: popReservation(reserved), converted: reserved },
    { consumed: volumesToDisk(volume), converted: volume },
  ];
  t.is(allocator.updateAvailable('S1', conversions), undefined);
  t.is(allocator.consumed('r').get('cpus'), 1);
  t.true(allocator.total('S1').contains(volume));
  const before = allocator.total('S1');
  t.is(
    allocator.updateAvailable('S1', [{ consumed: bag('cpus:9'), converted: bag('') }]),
    `${before} does not contain cpus:9`,
  );
  t.true(allocator.total('S1').equals(before));
});

test('a framework may ask for more, less or nothing as its minimum', (t) => {
  const minimum = (...alternatives: Record<string, { value: number }>[]): object => ({
    offerFilters: {
      r: { min_allocatable_resources: { quantities: alternatives.map((quantities) => ({ quantities })) } },
    },
  });
  const offers = (total: string, more: object): number => {
    const allocator = makeAllocator();
    allocator.addAgent('S1', agentCalled('h'), bag(total));
    allocator.addFramework('F1', inRoles('r', more));
    return offerLines(allocator.allocate(0)).length;
  };
  t.is(offers('mem:16', {}), 0);
  t.is(offers('mem:16', minimum()), 1);
  t.is(offers('mem:16', minimum({ mem: { value: 16 } })), 1);
  t.is(offers('cpus:1;mem:64', minimum({ cpus: { value: 2 } }, { mem: { value: 128 } })), 0);
  t.is(offers('ports:[1-3]', minimum({ ports: { value: 3 } })), 1);
  t.is(offers('ports:[1-2]', minimum({ ports: { value: 3 } })), 0);
});

test('the flag for the minimum', (t) => {
  t.deepEqual(parseMinimum('cpus:0.01|mem:32').map(String), ['cpus:0.01', 'mem:32']);
  t.deepEqual(parseMinimum(''), []);
  for (const text of ['cpus', 'cpus(r):1', 'cpus:0', 'cpus:-1'])
    t.throws(() => parseMinimum(text), { instanceOf: ResourceError });
});

test('offer constraints keep agents away', (t) => {
  const constraints = OfferConstraintFilter.of({
    role_constraints: {
      r: {
        groups: [
          {
            attribute_constraints: [
              { selector: { attribute_name: 'rack' }, predicate: { text_equals: { value: 'a' } } },
            ],
          },
        ],
      },
    },
  });
  const rack = (value: string): object => ({ attributes: [{ name: 'rack', type: 3, text: { value } }] });
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h1', rack('a')), bag('cpus:1'));
  allocator.addAgent('S2', agentCalled('h2', rack('b')), bag('cpus:1'));
  allocator.addFramework('F1', inRoles('r', { constraints }));
  t.deepEqual(offerLines(allocator.allocate(0)), ['S1 F1 r cpus:1']);
});

test('indivisible disks are offered whole or not at all under a limit', (t) => {
  const mount = { source: { type: 2 as const, mount: { root: '/m' } } };
  const disk = Resources.of([{ name: 'disk', type: 0, scalar: { value: 100 }, disk: mount }]);
  const offered = (limit: number): string[] => {
    const allocator = makeAllocator();
    allocator.setQuota('r', { guarantees: Quantities.NONE, limits: Limits.of({ disk: limit }) });
    allocator.addAgent('S1', agentCalled('h'), bag('cpus:1').plus(disk));
    allocator.addFramework('F1', inRoles('r'));
    return offerLines(allocator.allocate(0));
  };
  t.deepEqual(offered(99), ['S1 F1 r cpus:1']);
  t.deepEqual(offered(100), ['S1 F1 r cpus:1; disk[MOUNT:/m]:100']);
});

test('why nothing is offered', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h1'), bag('cpus:1;mem:64'));
  allocator.addAgent('S2', agentCalled('h2'), bag('cpus(x):1'));
  allocator.addAgent('S3', agentCalled('h3'), bag('cpus:1'), new Map(), false);
  allocator.addFramework('F1', inRoles('r'));
  allocator.addFramework('F2', inRoles('r', { suppressedRoles: ['r'] }));
  allocator.addFramework('F3', inRoles('r'), new Map(), false);
  allocator.allocate(0);
  allocator.recoverResources('F1', 'S1', bag('cpus:1;mem:64').allocatedTo('r'), 60, 0);
  const heard: string[] = [];
  allocator.allocate(0, {
    explain: (framework, role, agent, reason) =>
      heard.push([framework ?? '*', role ?? '*', agent ?? '*', reason].join(' ')),
  });
  t.deepEqual(heard.sort(), [
    `* * S3 ${SkipReason.AGENT_DEACTIVATED}`,
    `* r S2 ${SkipReason.NOTHING_FOR_ROLE}`,
    `F1 r S1 ${SkipReason.FILTERED}`,
    `F2 r * ${SkipReason.SUPPRESSED}`,
    `F3 * * ${SkipReason.FRAMEWORK_INACTIVE}`,
  ]);
});

test('who finds nothing because others came first is not told of reservations', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h1'), bag('cpus:1;mem:64'));
  allocator.addFramework('F1', inRoles('r'));
  allocator.addFramework('F2', inRoles('s'));
  const heard: string[] = [];
  allocator.allocate(0, { explain: (_framework, _role, _agent, reason) => heard.push(reason) });
  t.deepEqual(heard, []);
});

test('calls that contradict what is known are refused and change nothing', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h'), bag('cpus:1;mem:64'));
  allocator.addFramework('F1', inRoles('r'));
  const refused = { instanceOf: AllocatorError };
  t.throws(() => allocator.addAgent('S1', agentCalled('h'), bag('cpus:1')), refused);
  t.throws(() => allocator.addFramework('F1', inRoles('r')), refused);
  t.throws(() => allocator.recoverResources('F1', 'S1', bag('cpus:1').allocatedTo('r'), 5, 0), refused);
  t.throws(() => allocator.updateWeights({ r: 0 }), refused);
  t.throws(() => allocator.suppress('F9'), refused);
  t.throws(() => allocator.deactivateAgent('S9'), refused);
  t.deepEqual(offerLines(allocator.allocate(0)), ['S1 F1 r cpus:1; mem:64']);
});

test('only the agents asked for are looked at', (t) => {
  const allocator = makeAllocator();
  for (const id of ['S1', 'S2']) allocator.addAgent(id, agentCalled(id), bag('cpus:1'));
  allocator.addFramework('F1', inRoles('r'));
  t.deepEqual(offerLines(allocator.allocate(0, { agents: ['S2', 'S9', 'S2'] })), ['S2 F1 r cpus:1']);
});

test('inverse offers go to active frameworks with something on the agent, once', (t) => {
  const allocator = makeAllocator();
  allocator.addAgent('S1', agentCalled('h1'), bag('cpus:1;mem:64'));
  allocator.addAgent('S2', agentCalled('h2'), bag('cpus:1;mem:64'));
  allocator.addFramework('F1', inRoles('r'));
  allocator.addFramework('F2', inRoles('r'));
  t.deepEqual(offerLines(allocator.allocate(0)), ['S1 F1 r cpus:1; mem:64', 'S2 F2 r cpus:1; mem:64']);
  t.deepEqual(allocator.inverseOffers(0), []);
  const unavailability = { start: { nanoseconds: 5_000_000_000 } };
  allocator.updateUnavailability('S1', unavailability);
  t.deepEqual(allocator.inverseOffers(0, ['S2']), []);
  const expected = [{ frameworkId: 'F1', agentId: 'S1', unavailability }];
  t.deepEqual(allocator.inverseOffers(0), expected);
  t.deepEqual(allocator.inverseOffers(0), []);
  allocator.updateInverseOffer('F1', 'S1', 5, 0);
  t.deepEqual(allocator.inverseOffers(4999), []);
  t.deepEqual(allocator.inverseOffers(5000), expected);
  allocator.updateInverseOffer('F1', 'S1', 500, 5000);
  allocator.revive('F1');
  t.deepEqual(allocator.inverseOffers(5000), expected);
  allocator.deactivateFramework('F1');
  t.deepEqual(allocator.inverseOffers(5000), []);
  allocator.activateFramework('F1');
  t.deepEqual(allocator.inverseOffers(5000), expected);
  allocator.updateInverseOffer('F1', 'S1', undefined, 5000);
  t.deepEqual(allocator.inverseOffers(5000), expected);
  allocator.updateUnavailability('S1', undefined);
  t.deepEqual(allocator.inverseOffers(9000), []);
});

test('after a failover with quota nothing is offered until most agents are back', (t) => {
  const start = (quota: boolean) => {
    const allocator = makeAllocator();
    if (quota) allocator.setQuota('q', { guarantees: Quantities.NONE, limits: Limits.of({ cpus: 1 }) });
    allocator.recover(6, 0);
    allocator.addFramework('F1', inRoles('r'));
    for (const id of ['S1', 'S2', 'S3']) allocator.addAgent(id, agentCalled(id), bag('cpus:1'));
    return allocator;
  };
  t.is(offerLines(start(false).allocate(0)).length, 3);
  const byAgents = start(true);
  t.true(byAgents.isPaused(0));
  t.is(offerLines(byAgents.allocate(0)).length, 0);
  byAgents.addAgent('S4', agentCalled('S4'), bag('cpus:1'));
  t.is(offerLines(byAgents.allocate(0)).length, 4);
  byAgents.removeAgent('S4');
  t.false(byAgents.isPaused(0));
  const byTime = start(true);
  t.is(offerLines(byTime.allocate(599_999)).length, 0);
  t.is(offerLines(byTime.allocate(600_000)).length, 3);
});

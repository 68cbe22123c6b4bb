/** The real master, two real agents and a scheduler driver while all of them, their disks and the network fail. */

import type { Master } from '../../../actors/master/master.ts';
import type { StatusUpdateMessage } from '../../../proto/generated/types/internal.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import type { Scenario } from '../../../runtime/simulation/index.ts';
import { audit } from './audit.ts';
import { Book } from './book.ts';
import { startFrameworkMachine } from './framework.ts';
import { startAgentMachine, startMasterMachine } from './machines.ts';

const STORM_MS = 120_000;
/** The books of the master are looked through after every so many steps. */
const AUDIT_STEPS = 16;

export const clusterScenario: Scenario = {
  name: 'cluster',
  codec: mesosCodec,
  nodes: ['master', 'agent-1', 'agent-2', 'framework'],
  kinds: [
    'crash',
    'powerCut',
    'cut',
    'partition',
    'break',
    'halfBreak',
    'delay',
    'pause',
    'slowDisk',
    'failingDisk',
  ],
  faultsMost: 10,
  stormMs: STORM_MS,
  // Updates are repeated after up to ten minutes.
  calmMs: 1_500_000,
  play: (simulation) => {
    const book = new Book();
    let master: Master | undefined;
    startMasterMachine(simulation, (started) => {
      master = started;
    });
    const machines = ['agent-1', 'agent-2'].map((name) => startAgentMachine(simulation, name));
    startFrameworkMachine(simulation, book, () => simulation.elapsedMs < STORM_MS);
    simulation.observe(({ name, to, body }) => {
      if (name === 'mesos.internal.StatusUpdateMessage' && to.id === 'master')
        book.forwarded(body as StatusUpdateMessage);
    });
    simulation.invariant('what is told (1, 11, 12, 22)', () => book.problems[0]);
    simulation.invariant('the books of the master (2, 3, 4, 9, 28, 29)', () => {
      if (simulation.steps % AUDIT_STEPS !== 0 || master === undefined) return undefined;
      return simulation.machine('master').up ? audit(master) : undefined;
    });
    return () =>
      book.unfinished() ??
      book.neverRan((task) => machines.some(({ tasks }) => tasks.has(task))) ??
      (book.launched < 10 ? `only ${book.launched} tasks were launched` : undefined);
  },
};

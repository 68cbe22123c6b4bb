/** Somebody who calls himself master and repeats to agents what their master has told them; he is not the one that leads. */
import type { MessageTypes } from '../../../proto/index.ts';
import { type Pid, Process } from '../../../runtime/index.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';

type Name = keyof MessageTypes & string;

const EVERY_MS = 5_000;
const ADDRESS = { host: '10.9.0.1', port: 5050 };
/** How often he tells an agent to end instead. */
const SHUTDOWNS = 0.1;

class Stranger extends Process<MessageTypes> {
  say(to: Pid, name: Name, body: MessageTypes[Name]): void {
    this.send(to, name, body);
  }
}

/** Whether a message is his: what is known of masters does not hold for him. */
export function isStranger(pid: Pid | undefined): boolean {
  return pid?.host === ADDRESS.host;
}

export function startStranger(simulation: Simulation): void {
  const { chance } = simulation;
  /** What agents were told last, by name and agent. */
  const heard = new Map<string, { readonly to: Pid; readonly name: Name; readonly body: unknown }>();
  let stranger: Stranger | undefined;
  simulation.start(
    'stranger',
    (place) => {
      stranger = new Stranger('master');
      place.node().spawn(stranger);
    },
    ADDRESS,
  );
  simulation.observeSending(({ name, from, to, body }) => {
    if (from?.id === 'master' && to.id.startsWith('slave(') && !isStranger(from))
      heard.set(`${name} ${to.text}`, { to, name: name as Name, body });
  });
  const speak = (): void => {
    simulation.at(EVERY_MS * (0.5 + chance.next()), speak);
    const known = [...heard.values()];
    const said = known[Math.floor(chance.next() * known.length)];
    if (said === undefined) return;
    if (chance.next() < SHUTDOWNS)
      stranger?.say(said.to, 'mesos.internal.ShutdownMessage', { message: 'go' });
    else stranger?.say(said.to, said.name, said.body as MessageTypes[Name]);
  };
  simulation.at(EVERY_MS, speak);
}

/**
 * Ledgers that send each other numbered entries and watch each other, while everything goes wrong. What the runtime promises
 * must hold: at most once, in order for a pair, exits told once, nothing meant for a former node reaches the next one.
 */
import { type ExitReason, Pid, Process } from '../../runtime/index.ts';
import type { Scenario, Simulation } from '../../runtime/simulation/index.ts';

const NODES = ['n1', 'n2', 'n3'];
/** `x` ends and begins anew all the time, `y` lives as long as its node. */
const LEDGERS = ['x', 'y'];
const LIFE_MS = 25_000;
/** A life, the silence after which a link counts as broken, and some. */
const OVERDUE_MS = LIFE_MS + 25_000;

interface Entry {
  readonly number: number;
  /** Which life of the sender wrote it. */
  readonly life: string;
}

interface Messages {
  entry: Entry;
}

/** What all ledgers saw, kept outside of the world that crashes. */
class Auditor {
  readonly problems: string[] = [];
  entries = 0;
  exits = 0;
  private readonly last = new Map<string, number>();
  /** Watcher and watched → since when, in simulated milliseconds. */
  private readonly watching = new Map<string, number>();

  received(to: string, { number, life }: Entry): void {
    this.entries++;
    const pair = `${life} → ${to}`;
    const before = this.last.get(pair) ?? 0;
    if (number === before) this.problems.push(`${pair}: entry ${number} came twice`);
    if (number < before) this.problems.push(`${pair}: entry ${number} came after ${before}`);
    this.last.set(pair, number);
  }

  watches(watcher: string, pid: string, nowMs: number): boolean {
    const key = `${watcher} ${pid}`;
    if (this.watching.has(key)) return false;
    this.watching.set(key, nowMs);
    return true;
  }

  /** A watch that must have been used up by now: what it watches lives shorter. */
  overdue(watchers: ReadonlySet<string>, nowMs: number): string | undefined {
    for (const [key, sinceMs] of this.watching) {
      const [watcher = '', pid = ''] = key.split(' ');
      if (watchers.has(watcher) && pid.endsWith('/x') && nowMs - sinceMs > OVERDUE_MS)
        return `${watcher} was never told of the end of ${pid}, watched ${nowMs - sinceMs} ms ago`;
    }
    return undefined;
  }

  exited(watcher: string, pid: string, reason: string): void {
    this.exits++;
    if (!this.watching.delete(`${watcher} ${pid}`))
      this.problems.push(`${watcher} was told of the end of ${pid} (${reason}) without watching it`);
  }
}

class Ledger extends Process<Messages> {
  readonly life: string;
  private readonly auditor: Auditor;
  private readonly others: readonly Pid[];
  private readonly numbers = new Map<string, number>();

  constructor(id: string, life: string, auditor: Auditor, others: readonly Pid[]) {
    super(id);
    this.life = life;
    this.auditor = auditor;
    this.others = others;
  }

  override initialize(): void {
    this.install('entry', (entry) => this.auditor.received(this.life, entry));
    this.work();
  }

  override exited(pid: Pid, reason: ExitReason): void {
    this.auditor.exited(this.life, pid.text, reason);
  }

  private work(): void {
    for (const pid of this.others) {
      if (this.random.next() < 0.6) continue;
      if (this.random.next() < 0.3 && this.watches(pid)) this.link(pid);
      for (let n = Math.floor(this.random.next() * 4); n > 0; n--) this.write(pid);
    }
    this.delay(this.random.next() * 900, () => this.work());
  }

  private watches(pid: Pid): boolean {
    return this.auditor.watches(this.life, pid.text, this.clock.monotonic());
  }

  private write(pid: Pid): void {
    const number = (this.numbers.get(pid.text) ?? 0) + 1;
    this.numbers.set(pid.text, number);
    this.send(pid, 'entry', { number, life: this.life });
  }
}

function startNode(
  simulation: Simulation,
  name: string,
  auditor: Auditor,
  pids: readonly Pid[],
): () => string | undefined {
  let lasting: string | undefined;
  simulation.start(name, (place) => {
    const node = place.node();
    const begin = (id: string, life: number): void => {
      const self = node.pid(id);
      const others = pids.filter((pid) => !pid.equals(self));
      const ledger = new Ledger(id, `${name}.${place.machine.starts}/${id}.${life}`, auditor, others);
      node.spawn(ledger);
      if (id === 'y') {
        lasting = ledger.life;
        return;
      }
      node.clock.setTimer(node.random.next() * LIFE_MS, () => {
        node.terminate(ledger.self);
        node.clock.setTimer(node.random.next() * 1000, () => begin(id, life + 1));
      });
    };
    for (const id of LEDGERS) begin(id, 1);
  });
  return () => lasting;
}

/** The runtime alone. */
export const ledgerScenario: Scenario = {
  name: 'ledger',
  nodes: NODES,
  kinds: [
    ...(['crash', 'powerCut', 'cut', 'partition', 'break', 'halfBreak', 'duplicate'] as const),
    ...(['delay', 'pause', 'clockJump'] as const),
  ],
  faultsMost: 14,
  stormMs: 60_000,
  calmMs: 60_000,
  play: (simulation) => {
    const auditor = new Auditor();
    const pids = NODES.flatMap((_, at) => LEDGERS.map((id) => new Pid(id, `10.0.0.${at + 1}`, 5050)));
    const lasting = NODES.map((name) => startNode(simulation, name, auditor, pids));
    simulation.invariant('at most once, in order, exits told once', () => auditor.problems[0]);
    return () => {
      if (auditor.entries < 50) return `only ${auditor.entries} entries arrived`;
      return auditor.overdue(new Set(lasting.map((life) => life() ?? '')), simulation.elapsedMs);
    };
  },
};

/** Streams of status updates in any history of executor, disk and scheduler (failover.md §5, 21 to 24). */
import type { ExecutionContext } from 'ava';
import test from 'ava';
import fc from 'fast-check';
import { TaskState } from '../../../../proto/generated/types/v1.ts';
import { Agent, make, uuid } from './support.ts';

const { TASK_RUNNING } = TaskState;

/** What the executor, the disk and the scheduler may do in any order. */
type Move =
  | { readonly do: 'update' | 'ack' | 'stale'; readonly task: number }
  | { readonly do: 'settle'; readonly turns: number }
  | { readonly do: 'pause' | 'resume' | 'wait' }
  | { readonly do: 'crash'; readonly chance: number };

const task = fc.integer({ min: 0, max: 2 });
const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constantFrom('update' as const, 'ack' as const), task }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stale' as const), task }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('settle' as const), turns: fc.integer({ min: 1, max: 9 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'wait' as const) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
  },
);

/** One history: numbers of updates made, safe, seen and acknowledged by the scheduler, by task. */
class History {
  agent = new Agent({ compactBytesMin: 600 });
  readonly made = new Map<string, number[]>();
  readonly safe = new Set<number>();
  /** Made before a crash: on disk or not, their executor was not told. */
  readonly maybeSafe = new Set<number>();
  readonly seen = new Map<string, number[]>();
  readonly acknowledged = new Set<number>();
  #next = 1;
  #read = 0;

  run(list: readonly Move[]): void {
    for (const move of list) {
      this.#make(move);
      this.#observe();
    }
  }

  #make(move: Move): void {
    const { agent } = this;
    switch (move.do) {
      case 'update': {
        const n = this.#next++;
        const name = `t${move.task}`;
        this.made.set(name, [...(this.made.get(name) ?? []), n]);
        agent.manager.update(make(name, n, TASK_RUNNING), true, () => this.safe.add(n));
        return;
      }
      case 'ack': {
        const n = this.seen.get(`t${move.task}`)?.at(-1);
        if (n === undefined) return;
        agent.manager.acknowledge('F', `t${move.task}`, uuid(n), () => this.acknowledged.add(n));
        return;
      }
      case 'stale':
        agent.manager.acknowledge('F', `t${move.task}`, uuid(this.#next + 1000));
        return;
      case 'settle':
        agent.settle(move.turns);
        return;
      case 'wait':
        agent.wait(11);
        return;
      case 'crash':
        for (const n of [...this.made.values()].flat()) this.maybeSafe.add(n);
        this.agent = agent.restarted(() => move.chance, 600);
        this.#read = 0;
        return;
      default:
        agent.manager[move.do]();
    }
  }

  /** Order and one in flight (22): only the oldest update that the disk may not know as acknowledged is ever sent. */
  #observe(): void {
    for (const sent of this.agent.sent.slice(this.#read)) {
      const [name = '', text] = sent.split(':');
      const n = Number(text);
      const before = (this.made.get(name) ?? []).filter((m) => m < n && this.safe.has(m));
      if (!this.safe.has(n) && this.agent.sent.length === 0)
        throw new Error(`${sent} was sent before it was safe`);
      for (const m of before) {
        if (!(this.seen.get(name) ?? []).includes(m)) throw new Error(`${sent} was sent before ${m}`);
      }
      if (this.acknowledged.has(n)) throw new Error(`${sent} was sent after its acknowledgement was on disk`);
      this.seen.set(name, [...(this.seen.get(name) ?? []), n]);
    }
    this.#read = this.agent.sent.length;
  }

  /** In the end everything that was safe is delivered (21). */
  finish(t: ExecutionContext): void {
    const { agent } = this;
    agent.manager.resume();
    for (let round = 0; round < 200; round++) {
      agent.settle();
      this.#observe();
      for (const name of this.made.keys()) {
        const n = this.seen.get(name)?.at(-1);
        if (n !== undefined && !this.acknowledged.has(n)) {
          agent.manager.acknowledge('F', name, uuid(n), () => this.acknowledged.add(n));
        }
      }
    }
    for (const n of this.safe) {
      if (![...this.seen.values()].flat().includes(n)) t.fail(`update ${n} was safe and never delivered`);
    }
  }
}

test('in every history updates are delivered at least once, in order, and only when safe', (t) => {
  fc.assert(
    fc.property(fc.array(moves, { minLength: 5, maxLength: 60 }), (list) => {
      const history = new History();
      history.run(list);
      history.finish(t);
    }),
    { numRuns: 400 },
  );
  t.pass();
});

/** Runs as text, held against what they were: the way of messages, links and exits, to be read. */
import test from 'ava';
import { type Pid, Process } from '../../../runtime/index.ts';
import { Simulation } from '../../../runtime/simulation/index.ts';
import { sameTranscript } from '../../support/transcripts.ts';

interface Words {
  ask: number;
  answer: number;
  /** milliseconds to wait before answering */
  wait: number;
  /** what the clock on the wall says it was */
  waited: number;
}

/** Answers what it is asked; watches whom it asks. Asked to wait, it answers by its timer. */
class Talker extends Process<Words> {
  override initialize(): void {
    this.install('ask', (n, from) => this.send(from, 'answer', n + 1));
    this.install('answer', () => undefined);
    this.install('wait', (ms, from) => {
      const askedAtMs = this.clock.now();
      this.delay(ms, () => this.send(from, 'waited', this.clock.now() - askedAtMs));
    });
    this.install('waited', () => undefined);
  }
  askToWait(whom: Pid, ms: number): void {
    this.send(whom, 'wait', ms);
  }
  ask(whom: Pid, n: number): void {
    this.link(whom);
    this.send(whom, 'ask', n);
  }
}

function talkers(seed: number) {
  const sim = new Simulation({ seed });
  const made = new Map<string, Talker>();
  for (const name of ['ann', 'bob']) {
    sim.start(name, (place) => {
      const talker = new Talker(name);
      place.node().spawn(talker);
      made.set(name, talker);
    });
  }
  sim.settle();
  const of = (name: string): Talker => {
    const talker = made.get(name);
    if (talker === undefined) throw new Error(`no ${name}`);
    return talker;
  };
  return { sim, of };
}

test('a question and its answer', (t) => {
  const { sim, of } = talkers(1);
  of('ann').ask(of('bob').self, 1);
  sim.advance(10);
  sameTranscript(t, 'runtime/simulation/transcripts/question', sim.transcript.text());
});

test('the other machine loses power in the middle of a talk, and comes back', (t) => {
  const { sim, of } = talkers(2);
  of('ann').ask(of('bob').self, 1);
  sim.advance(10);
  sim.crash('bob', { powerCut: true });
  sim.advance(10);
  sim.restart('bob');
  sim.advance(10);
  of('ann').ask(of('bob').self, 2);
  sim.advance(10);
  sameTranscript(t, 'runtime/simulation/transcripts/powerCut', sim.transcript.text());
});

test('a one-way partition: what is asked arrives, the answer waits, the silence is noticed at one side', (t) => {
  const { sim, of } = talkers(3);
  of('ann').ask(of('bob').self, 1);
  sim.advance(10);
  sim.cut('bob', 'ann');
  of('ann').ask(of('bob').self, 2);
  sim.advance(40_000);
  sim.heal('bob', 'ann');
  of('ann').ask(of('bob').self, 3);
  sim.advance(1000);
  sameTranscript(t, 'runtime/simulation/transcripts/oneWay', sim.transcript.text());
});

test('of two connections the older one breaks: its end is told once, and the other one takes over', (t) => {
  const { sim, of } = talkers(4);
  of('ann').ask(of('bob').self, 1);
  sim.advance(10);
  sim.duplicate('ann', 'bob');
  sim.advance(10);
  of('ann').ask(of('bob').self, 2);
  sim.advance(10);
  sim.breakOldest('ann', 'bob');
  sim.advance(10);
  of('ann').ask(of('bob').self, 3);
  sim.advance(10);
  sim.crash('bob');
  sim.advance(10);
  sameTranscript(t, 'runtime/simulation/transcripts/duplicate', sim.transcript.text());
});

test('a clock that jumps moves what the time is, not when timers fire', (t) => {
  const { sim, of } = talkers(5);
  of('ann').askToWait(of('bob').self, 1000);
  sim.advance(500);
  sim.machine('bob').jumpClock(3_600_000);
  sim.advance(1000);
  of('ann').askToWait(of('bob').self, 1000);
  sim.advance(500);
  sim.machine('bob').jumpClock(-7_200_000);
  sim.advance(1000);
  sameTranscript(t, 'runtime/simulation/transcripts/clockJumps', sim.transcript.text());
});

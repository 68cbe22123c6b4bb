/** Runs as text, held against what they were: the way of messages, links and exits, to be read. */
import test from 'ava';
import { type Pid, Process } from '../../../runtime/index.ts';
import { Simulation } from '../../../runtime/simulation/index.ts';
import { sameTranscript } from '../../support/transcripts.ts';

interface Words {
  ask: number;
  answer: number;
}

/** Answers what it is asked; watches whom it asks. */
class Talker extends Process<Words> {
  override initialize(): void {
    this.install('ask', (n, from) => this.send(from, 'answer', n + 1));
    this.install('answer', () => undefined);
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

/** Ledgers under the faults of some seeds; the same seed is the same run, here and in another process. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import test from 'ava';
import { outcomeText, playScenario, shrinkOutcome } from '../../runtime/simulation/index.ts';
import { ledgerScenario } from './ledger.ts';

for (let seed = 1; seed <= 16; seed++) {
  test(`ledgers keep order, seed ${seed}`, (t) => {
    const outcome = playScenario(ledgerScenario, seed);
    t.is(outcome.failure, undefined, outcomeText(outcome));
  });
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

test('the same seed gives the same transcript, byte for byte, in two processes', (t) => {
  const own = () => hashOf(playScenario(ledgerScenario, 6).simulation.transcript.text());
  const expected = own();
  t.is(own(), expected);
  t.not(hashOf(playScenario(ledgerScenario, 7).simulation.transcript.text()), expected);
  const modules = ['../../runtime/simulation/index.js', './ledger.js'].map(
    (each) => new URL(each, import.meta.url),
  );
  const program = `
    import { createHash } from 'node:crypto';
    const { playScenario } = await import('${modules[0]}');
    const { ledgerScenario } = await import('${modules[1]}');
    const text = playScenario(ledgerScenario, 6).simulation.transcript.text();
    console.log(createHash('sha256').update(text).digest('hex'));`;
  const other = execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
  t.is(other.trim(), expected);
});

test('a failing schedule is cut down to what makes it fail', (t) => {
  const scenario = {
    ...ledgerScenario,
    name: 'no crash of n2',
    play: (simulation: Parameters<typeof ledgerScenario.play>[0]) => {
      const verify = ledgerScenario.play(simulation);
      simulation.invariant('n2 stays', () => (simulation.machine('n2').up ? undefined : 'n2 is down'));
      return verify;
    },
  };
  const seed = Array.from({ length: 50 }, (_, at) => at + 1).find(
    (each) =>
      playScenario(scenario, each).faults.length > 8 && playScenario(scenario, each).failure !== undefined,
  );
  const short = shrinkOutcome(scenario, playScenario(scenario, seed ?? 0));
  t.is(short.failure?.invariant, 'n2 stays');
  t.is(short.faults.length, 1);
  t.is(short.faults[0]?.node, 'n2');
  t.regex(outcomeText(short), /--seed=\d+ --scenario=no crash of n2\n.*\n.*(crash|powerCut) n2/s);
});

/** A story that is played under many seeds: machines, what they do, what must hold, what may go wrong. */
import type { MessageCodec } from '../codec.ts';
import { SeededRandom } from '../virtualPorts.ts';
import {
  type Fault,
  type FaultKind,
  type FaultPlan,
  faultText,
  makeFaults,
  mend,
  scheduleFaults,
} from './faults.ts';
import { InvariantBroken } from './invariants.ts';
import { shrink } from './shrink.ts';
import { handlersThrew, Simulation } from './simulation.ts';

/** How often a calm is looked at whether it may end. */
const LOOK_MS = 30_000;

export interface Scenario {
  readonly name: string;
  readonly codec?: MessageCodec;
  /** Machines that faults happen to. */
  readonly nodes: readonly string[];
  readonly kinds: readonly FaultKind[];
  /** Faults of one run, at most. */
  readonly faultsMost: number;
  /** As in `FaultPlan`. */
  readonly longestMs?: FaultPlan['longestMs'];
  readonly longShare?: FaultPlan['longShare'];
  readonly isolation?: FaultPlan['isolation'];
  /** Simulated time in which things go wrong … */
  readonly stormMs: number;
  /** … and after which, with everything mended, all must be well. */
  readonly calmMs: number;
  /** So much of the calm is played at least; then it ends as soon as all is well. Default: all of it. */
  readonly calmLeastMs?: number;
  /** Starts the machines and adds the invariants. @returns what must hold at the end: a problem, or undefined; may be asked before */
  play(simulation: Simulation): () => string | undefined;
}

export interface Outcome {
  readonly scenario: string;
  readonly seed: number;
  readonly faults: readonly Fault[];
  /** Undefined when all held. */
  readonly failure: { readonly invariant: string; readonly problem: string } | undefined;
  readonly steps: number;
  readonly messages: number;
  readonly simulation: Simulation;
}

/** The schedule that belongs to a seed. */
export function faultsOf(scenario: Scenario, seed: number): Fault[] {
  return makeFaults(new SeededRandom(Math.imul(seed, 0x9e3779b1) ^ 0x7f4a7c15), {
    nodes: scenario.nodes,
    kinds: scenario.kinds,
    withinMs: scenario.stormMs,
    most: scenario.faultsMost,
    longestMs: scenario.longestMs,
    longShare: scenario.longShare,
    isolation: scenario.isolation,
  });
}

/** Plays a scenario once. @param faults instead of those of the seed */
export function playScenario(scenario: Scenario, seed: number, faults = faultsOf(scenario, seed)): Outcome {
  const simulation = new Simulation({
    seed,
    shuffle: true,
    jitterMs: 2,
    ...(scenario.codec && { codec: scenario.codec }),
  });
  const failure = play(scenario, simulation, faults);
  const { steps, messages } = simulation;
  return { scenario: scenario.name, seed, faults, failure, steps, messages, simulation };
}

/** The same run with as few faults as still break the same invariant. */
export function shrinkOutcome(scenario: Scenario, outcome: Outcome, runsMax = 100): Outcome {
  const { seed, faults, failure } = outcome;
  if (failure === undefined) return outcome;
  const fails = (fewer: readonly Fault[]): boolean =>
    playScenario(scenario, seed, [...fewer]).failure?.invariant === failure.invariant;
  return playScenario(scenario, seed, shrink(faults, fails, runsMax));
}

/** What a person needs who is to find the cause. @param lines of the transcript's end */
export function outcomeText(outcome: Outcome, lines = 40): string {
  const { scenario, seed, faults, failure, simulation } = outcome;
  if (failure === undefined) return `${scenario}, seed ${seed}: all held`;
  return [
    `${scenario}, seed ${seed}: ${failure.invariant}: ${failure.problem}`,
    `replay: npm run simulate -- --seed=${seed} --scenario=${scenario}`,
    `faults (${faults.length}):`,
    ...faults.map(faultText),
    simulation.transcript.text(lines),
  ].join('\n');
}

/** Lets all come right. @returns what is wrong in the end */
function calm(
  { calmMs, calmLeastMs = calmMs }: Scenario,
  simulation: Simulation,
  verify: () => string | undefined,
): string | undefined {
  simulation.advance(calmLeastMs);
  let problem = verify();
  for (let leftMs = calmMs - calmLeastMs; leftMs > 0 && problem !== undefined; leftMs -= LOOK_MS) {
    simulation.advance(Math.min(LOOK_MS, leftMs));
    problem = verify();
  }
  return problem;
}

function play(scenario: Scenario, simulation: Simulation, faults: readonly Fault[]): Outcome['failure'] {
  try {
    simulation.invariant('no handler throws', () => handlersThrew(simulation));
    const verify = scenario.play(simulation);
    scheduleFaults(simulation, faults);
    simulation.advance(scenario.stormMs);
    mend(simulation);
    const problem = calm(scenario, simulation, verify);
    return problem === undefined ? undefined : { invariant: 'all is well in the end', problem };
  } catch (error) {
    if (error instanceof InvariantBroken) return { invariant: error.invariant, problem: error.problem };
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { invariant: 'nothing is thrown', problem };
  }
}

/** Everybody who watches what passes in a simulated cluster, put in their places. */
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { EarlyKillWatch } from './earlyKills.ts';
import { EndWatch } from './ends.ts';
import type { AgentMachine } from './machines.ts';
import type { Masters } from './mastership.ts';
import { MemberWatch } from './members.ts';
import { ObedienceWatch } from './obedience.ts';
import { OfferWatch } from './offerLives.ts';
import { OperationBook } from './operationBook.ts';
import { OperationWatch } from './operationWatch.ts';
import { QuestionWatch } from './questions.ts';
import { RemovalWatch } from './removals.ts';
import { SilenceWatch } from './silence.ts';
import { isStranger } from './stranger.ts';
import { UpdateWatch } from './updates.ts';

export class Watchers {
  readonly members: MemberWatch;
  readonly ends: EndWatch;
  readonly silence: SilenceWatch;
  readonly operations: { readonly book: OperationBook; readonly watch: OperationWatch };
  readonly obedience: ObedienceWatch;
  readonly earlyKills: EarlyKillWatch;
  readonly removals: RemovalWatch;
  readonly questions: QuestionWatch;
  private readonly updates: UpdateWatch;
  private readonly offers = new OfferWatch();

  constructor(simulation: Simulation, masters: Masters, agents: readonly AgentMachine[]) {
    const leader = () => masters.leader();
    const book = new OperationBook();
    this.members = new MemberWatch((id) => masters.isStored(id));
    this.ends = new EndWatch((task) => agents.some(({ containers }) => containers.runs(task)));
    this.silence = new SilenceWatch(simulation);
    this.updates = new UpdateWatch(simulation);
    this.operations = { book, watch: new OperationWatch(simulation, book) };
    this.obedience = new ObedienceWatch(() => agents);
    this.earlyKills = new EarlyKillWatch(simulation, () => agents);
    this.removals = new RemovalWatch(simulation, leader);
    this.questions = new QuestionWatch(simulation, leader);
    masters.watchHttp(this.questions);
    this.watch(simulation, masters.proofs !== undefined);
  }

  /** What they have found is in `problems` of each. */
  get all(): readonly { readonly problems: readonly string[] }[] {
    const { members, ends, silence, updates, offers, operations } = this;
    const seeing = [members, updates, offers, ends, silence, operations.watch];
    return [...seeing, this.obedience, this.earlyKills, this.removals, this.questions];
  }

  /** Those that look at the books of a leader, too, beside `ends` and `silence`. */
  get looking() {
    return [this.earlyKills, this.operations.watch];
  }

  /** @param proves who has to prove who he is waits for that: his questions are not answered while they are handled */
  private watch(simulation: Simulation, proves: boolean): void {
    const { members, updates, offers, ends, silence, operations } = this;
    const { obedience, earlyKills, removals, questions } = this;
    simulation.observe((delivery) => {
      if (isStranger(delivery.from)) return;
      for (const each of [members, updates, offers, ends, silence, operations.watch]) each.see(delivery);
    });
    const handling = [obedience, earlyKills, ...(proves ? [] : [removals, questions])];
    for (const each of handling) simulation.observeHandling((delivery) => each.handling(delivery));
    for (const each of [obedience, earlyKills, removals, questions])
      simulation.observeSending((message) => each.sent(message));
  }
}

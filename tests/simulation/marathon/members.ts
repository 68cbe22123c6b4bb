/** Several real Marathons that take turns over a simulated etcd, each on a machine of its own. */
import { frameworkFlags } from '../../../actors/framework/flags.ts';
import { frameworkInfoOf } from '../../../actors/framework/frameworkInfo.ts';
import { settingsOf } from '../../../actors/framework/marathon/flags.ts';
import type { Prober } from '../../../actors/framework/marathon/health/prober.ts';
import { MarathonMember, type MemberOptions } from '../../../actors/framework/marathon/leadership/member.ts';
import type { Marathon } from '../../../actors/framework/marathon/marathon.ts';
import { defineFlags, parseFlags, toStrings } from '../../../runtime/flags/index.ts';
import type { Clock, Node } from '../../../runtime/index.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';
import { EtcdPaths } from '../masters/etcdPaths.ts';

const RESTART_MS = 1_000;
const ENDING_MS = 20;
/** What a Marathon prints that is about to end. */
const ENDS = /lost leadership|cannot be (read|written)/;
const SESSION_MS = 10_000;
const PREFIX = '/services/';
const table = defineFlags(frameworkFlags);

export interface MembersOptions {
  readonly names: readonly string[];
  /** Ways to etcd are cut and slow within this time. */
  readonly stormMs: number;
  readonly flags: readonly string[];
  readonly prober: (clock: Clock) => Prober;
  /** Told of the Marathon of each leadership, and of its node. */
  readonly began: (marathon: Marathon, node: Node) => void;
}

export function startMembers(
  simulation: Simulation,
  { names, stormMs, flags: given, prober, began }: MembersOptions,
): void {
  const paths = new EtcdPaths(simulation, { names, withinMs: stormMs, cuts: 3, slow: 2 });
  const argv = ['--framework=marathon', '--master=10.0.0.1:5050', '--user=nobody', ...given];
  const parsed = parseFlags(table, argv, {});
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  const flags = parsed.values;
  for (const name of names)
    simulation.start(name, (place) => {
      const node = place.node({ delegateId: 'marathon' });
      const print = (line: string): void => {
        simulation.note(`${name}: ${line}`);
        // A program that ends waits for promises, which are not kept in a simulated world: the machine ends it.
        if (ENDS.test(line)) simulation.at(ENDING_MS, () => place.exit(RESTART_MS));
      };
      const options: MemberOptions = {
        open: paths.opener(place, node),
        ...{ prefix: PREFIX, sessionMs: SESSION_MS },
        settings: settingsOf(flags, toStrings(table, flags)),
        framework: frameworkInfoOf(flags, 'marathon'),
        master: () => ({ host: '10.0.0.1', port: 5050 }),
        prober: () => prober(node.clock),
        made: (marathon) => began(marathon, node),
        print,
      };
      node.spawn(new MarathonMember(options, () => place.exit(RESTART_MS)));
    });
}

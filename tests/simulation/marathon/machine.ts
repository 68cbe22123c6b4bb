/** The real Marathon on a simulated machine: its journal is on the machine's disk, and whom it asks about health is played. */

import type { FrameworkDefinition } from '../../../actors/framework/definition.ts';
import { frameworkFlags } from '../../../actors/framework/flags.ts';
import { frameworkInfoOf } from '../../../actors/framework/frameworkInfo.ts';
import { hostFramework } from '../../../actors/framework/host.ts';
import { type Extensions, settingsOf } from '../../../actors/framework/marathon/flags.ts';
import { MARATHON_ID, marathonFramework } from '../../../actors/framework/marathon/framework.ts';
import type { Prober } from '../../../actors/framework/marathon/health/prober.ts';
import type { Marathon } from '../../../actors/framework/marathon/marathon.ts';
import { Plugins } from '../../../actors/framework/marathon/plugins/plugins.ts';
import { defineFlags, parseFlags, toStrings } from '../../../runtime/flags/index.ts';
import type { Clock, Node } from '../../../runtime/index.ts';
import type { Simulation } from '../../../runtime/simulation/index.ts';

const RESTART_MS = 1_000;
const table = defineFlags(frameworkFlags);

export interface MarathonMachineOptions {
  readonly flags?: readonly string[];
  /** Modules that flags would name. */
  readonly extensions?: Partial<Extensions>;
  readonly prober: (clock: Clock) => Prober;
  readonly print?: (line: string) => void;
  /** Told of each Marathon that begins, and of its node. */
  readonly started: (marathon: Marathon, node: Node) => void;
  /** Whether one that ends by itself begins anew, as a supervisor would have it. */
  readonly supervised?: boolean;
}

/** Starts it as the machine `marathon`. */
export function startMarathonMachine(
  simulation: Simulation,
  {
    flags: given = [],
    extensions,
    prober,
    print = () => undefined,
    started,
    supervised = false,
  }: MarathonMachineOptions,
): void {
  const argv = [
    '--framework=marathon',
    '--master=10.0.0.1:5050',
    '--work_dir=/disk',
    '--user=nobody',
    ...given,
  ];
  const parsed = parseFlags(table, argv, {});
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  const flags = parsed.values;
  simulation.start('marathon', (place) => {
    const node = place.node({ delegateId: MARATHON_ID });
    const definition = marathonFramework({
      settings: settingsOf(flags, toStrings(table, flags), {
        rule: undefined,
        plugins: Plugins.none(),
        ...extensions,
      }),
      self: 'm:8080',
      print,
      disk: place.disk,
      prober,
      made: (marathon) => started(marathon, node),
    });
    hostFramework(node, {
      definition: supervised ? ended(definition, () => place.exit(RESTART_MS)) : definition,
      framework: frameworkInfoOf(flags, 'marathon'),
      master: { host: '10.0.0.1', port: 5050 },
      options: {},
      print,
    });
  });
}

/** Tells when it ends by itself: at once, since promises are not kept in a simulated world. */
function ended(definition: FrameworkDefinition, tell: () => void): FrameworkDefinition {
  return {
    ...definition,
    create: (context) =>
      definition.create({
        ...context,
        finish: (end) => {
          context.finish(end);
          tell();
        },
      }),
  };
}

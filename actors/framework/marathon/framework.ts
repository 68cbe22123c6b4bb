/** Marathon as a framework that can be hosted. */
import type { FrameworkInfo } from '../../../proto/index.ts';
import type { Clock } from '../../../runtime/index.ts';
import { StartError } from '../../../runtime/startError.ts';
import type { FrameworkContext } from '../context.ts';
import type { FrameworkDefinition } from '../definition.ts';
import { MarathonApi } from './api/server.ts';
import { NetworkProber, type Prober } from './health/prober.ts';
import { EXIT_FRAMEWORK_ID_MISSING, Marathon } from './marathon.ts';
import type { MarathonSettings } from './settings.ts';
import { JournalStore, type JournalStoreOptions } from './store/journalStore.ts';
import { KeptStore } from './store/keptStore.ts';
import type { OpenStore } from './store/store.ts';

/** Name of the process that serves the API. */
export const MARATHON_ID = 'marathon';

export interface MarathonFrameworkOptions {
  readonly settings: MarathonSettings;
  /** Where the API is reached: `host:port`. */
  readonly self: string;
  readonly print: (line: string) => void;
  /** Opens where the state is kept; default: a journal below `--work_dir`. @param onFailure nothing is written any more */
  readonly open?: (onFailure: (error: Error) => void) => OpenStore;
  /** For simulated worlds; default: the real disk. */
  readonly disk?: JournalStoreOptions['disk'];
  /** For simulated worlds; default: the network. */
  readonly prober?: (clock: Clock) => Prober;
  /** Told of the scheduler, once it is made. */
  readonly made?: (marathon: Marathon) => void;
}

/** Where Marathon keeps its state when no `--work_dir` is given. */
export const WORK_DIR_DEFAULT = 'work/marathon';

/**
 * Opens the store and makes the framework over it.
 * @throws StartError when the work_dir cannot be used
 */
export function marathonFramework(options: MarathonFrameworkOptions): FrameworkDefinition {
  const { settings } = options;
  let failed = (_error: Error): void => {};
  const { open = (onFailure) => openJournal(options, onFailure) } = options;
  const store = new KeptStore(open((error) => failed(error)));
  const known = store.loaded.get('framework') as { readonly id?: string } | undefined;
  return {
    name: 'marathon',
    framework: frameworkInfo(settings, known?.id),
    explicitAcknowledgements: true,
    failoverOnStop: true,
    create: (context) => {
      store.deferBy((run) => context.defer(run)());
      failed = context.defer((error: Error) => {
        options.print(`marathon: its state cannot be written: ${error.message}`);
        context.finish({ exitCode: 1, failover: true });
      });
      return makeMarathon(options, store, context);
    },
    close: () => new Promise((resolve) => store.close(resolve)),
  };
}

function makeMarathon(
  options: MarathonFrameworkOptions,
  store: KeptStore,
  context: FrameworkContext,
): Marathon {
  const { settings, self, print } = options;
  const prober =
    options.prober?.(context.clock) ?? new NetworkProber(context.clock, settings.healthChecksMax);
  const marathon = new Marathon({ context, settings, store, prober });
  const problem = marathon.start();
  if (problem !== undefined) {
    print(`marathon: ${problem}`);
    context.finish({ exitCode: EXIT_FRAMEWORK_ID_MISSING, failover: true });
    return marathon;
  }
  context.serve(MARATHON_ID, new MarathonApi(marathon, self).routes());
  options.made?.(marathon);
  return marathon;
}

/** What differs from what the flags of every framework say. */
function frameworkInfo(settings: MarathonSettings, id: string | undefined): Partial<FrameworkInfo> {
  const { texts, role } = settings;
  return {
    name: texts['name'] ?? 'marathon',
    roles: [role],
    ...(texts['failover_timeout'] === undefined && { failover_timeout: 604_800 }),
    ...(texts['webui_url'] !== undefined && { webui_url: texts['webui_url'] }),
    ...(id !== undefined && { id: { value: id } }),
  };
}

function openJournal(
  { settings, print, disk }: MarathonFrameworkOptions,
  onFailure: (error: Error) => void,
): JournalStore {
  const workDir = settings.workDir ?? WORK_DIR_DEFAULT;
  try {
    return new JournalStore(workDir, {
      onFailure,
      onDamage: (problem) => print(`marathon: --work_dir: ${workDir}: ${problem}`),
      ...(disk !== undefined && { disk }),
    });
  } catch (error) {
    throw new StartError(`--work_dir: ${workDir}: ${(error as Error).message}`);
  }
}

import path from 'node:path';
import { masterFlags } from '../../actors/master/flags.ts';
import { startMaster } from '../../actors/master/start.ts';
import { packageRoot } from '../build.ts';
import type * as flag from '../flags/index.ts';
import { Assets } from '../http/assets.ts';
import type { ListeningNode } from '../listen.ts';
import { logFileOf } from '../logging/flags.ts';
import type { Logger } from '../logging/index.ts';
import { listenFor } from './listenFor.ts';
import { type CommonValues, defineRole } from './role.ts';
import { securityOf } from './security.ts';

export type MasterValues = flag.FlagValues<typeof masterFlags.flags> & CommonValues;

export interface HostedMaster extends ListeningNode {
  /** Resolves with the exit code when the master can lead no more: its registry failed. */
  readonly done: Promise<number>;
}

/** A master with its web page, on a node of its own. */
export async function hostMaster(values: MasterValues, log: Logger): Promise<HostedMaster> {
  const listening = await listenFor({ ...values, delegateId: 'master' }, log);
  try {
    const logFile = values.log_dir && logFileOf(values.log_dir, 'master');
    const started = await startMaster(listening.node, values, {
      logFile: logFile || undefined,
      tls: securityOf(values).tls,
    });
    listening.node.spawn(new Assets(path.join(packageRoot, 'dist', 'ui')));
    listening.node.homeId = 'app';
    return {
      node: listening.node,
      done: started.done,
      shutdown: async () => {
        await started.stop();
        await listening.shutdown();
      },
    };
  } catch (error) {
    await listening.shutdown();
    throw error;
  }
}

/** `--role=master`. Runs until it is told to end. */
export const master = defineRole({
  name: 'master',
  synopsis: 'mesostate --role=master --work_dir=DIR [--ip=ADDRESS] [--port=PORT] [flags]',
  table: masterFlags,
  async start(values, { log, print }) {
    const hosted = await hostMaster(values, log);
    print(`master listens on ${hosted.node.address.host}:${hosted.node.address.port}`);
    return { done: hosted.done, stop: () => hosted.shutdown() };
  },
});

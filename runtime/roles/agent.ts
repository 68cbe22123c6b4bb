import path from 'node:path';
import { agentFlags } from '../../actors/agent/flags.ts';
import { startAgent } from '../../actors/agent/start.ts';
import { packageRoot } from '../build.ts';
import type * as flag from '../flags/index.ts';
import { Assets } from '../http/assets.ts';
import { logFileOf } from '../logging/flags.ts';
import type { Logger } from '../logging/index.ts';
import type { Node } from '../node.ts';
import { libprocessVariables } from './libprocess.ts';
import { listenFor } from './listenFor.ts';
import { type CommonValues, defineRole } from './role.ts';

export type AgentValues = flag.FlagValues<typeof agentFlags.flags> & CommonValues;

export interface HostedAgent {
  readonly node: Node;
  /** Resolves with the exit code when the agent ends by itself (told to shut down by the master). */
  readonly done: Promise<number>;
  /** @param killTasks whether its tasks end with it, or go on for its next run to find */
  stop(options: { killTasks: boolean }): Promise<void>;
  unregister(): Promise<void>;
}

/** An agent on a node of its own. */
export async function hostAgent(values: AgentValues, log: Logger): Promise<HostedAgent> {
  const listening = await listenFor({ ...values, delegateId: 'slave(1)' }, log);
  try {
    const logFile = values.log_dir && logFileOf(values.log_dir, 'agent');
    const started = await startAgent(
      listening.node,
      values,
      {
        variables: libprocessVariables(values),
        clusterSecret: values.cluster_secret,
      },
      logFile,
    );
    listening.node.spawn(new Assets(path.join(packageRoot, 'dist', 'ui'), { page: 'agent.html' }));
    listening.node.homeId = 'app';
    return {
      node: listening.node,
      done: started.done,
      unregister: () => started.unregister(),
      stop: async (options) => {
        await started.stop(options);
        await listening.shutdown();
      },
    };
  } catch (error) {
    await listening.shutdown();
    throw error;
  }
}

/** `--role=agent`. When it is told to end, the tasks of checkpointing frameworks go on (as Mesos). */
export const agent = defineRole({
  name: 'agent',
  synopsis: 'mesostate --role=agent --master=HOST:PORT --work_dir=DIR [--resources=RESOURCES] [flags]',
  table: agentFlags,
  async start(values, { log, print }) {
    const hosted = await hostAgent(values, log);
    print(`agent listens on ${hosted.node.address.host}:${hosted.node.address.port}`);
    return {
      done: hosted.done,
      stop: () => hosted.stop({ killTasks: false }),
      unregister: () => hosted.unregister(),
    };
  },
});

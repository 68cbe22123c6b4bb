import { executorFlags } from '../../actors/executor/flags.ts';
import { startExecutor } from '../../actors/executor/start.ts';
import * as flag from '../flags/index.ts';
import { listenFor } from './listenFor.ts';
import { defineRole } from './role.ts';

const table = flag.defineFlags({
  ip: flag.ip({ help: 'Address to listen on, for the agent to answer. Default: 127.0.0.1' }),
  port: flag.port({ default: 0, help: 'Port to listen on; 0 lets the system choose' }),
  ...executorFlags,
});

/** `--role=executor`: hosts an executor module; an agent starts it and tells it the rest in its environment. */
export const executor = defineRole({
  name: 'executor',
  synopsis: 'mesostate --role=executor --executor=MODULE [flags] (started by an agent)',
  table,
  async start(values, { log, env }) {
    const listening = await listenFor(values, log);
    const started = await startExecutor(listening.node, values, env);
    return {
      done: started.done,
      stop: async () => {
        await started.stop();
        await listening.shutdown();
      },
    };
  },
});

import { frameworkFlags, frameworkRules } from '../../actors/framework/flags.ts';
import { startFramework } from '../../actors/framework/start.ts';
import * as flag from '../flags/index.ts';
import { listenFor } from './listenFor.ts';
import { defineRole } from './role.ts';

const table = flag.defineFlags(
  {
    ip: flag.ip({ help: 'Address to listen on, for the master to answer. Default: 127.0.0.1' }),
    port: flag.port({ default: 0, help: 'Port to listen on; 0 lets the system choose' }),
    ...frameworkFlags,
  },
  frameworkRules,
);

/** `--role=framework`: the job processor, or a framework module. Ends when the framework does, with its exit code. */
export const framework = defineRole({
  name: 'framework',
  synopsis: 'mesostate --role=framework --framework=jobs --master=HOST:PORT --jobs=FILE [flags]',
  table,
  // Its own lines on the terminal say what happens.
  loggingLevel: 'WARNING',
  async start(values, { log }) {
    const listening = await listenFor(values, log);
    const started = await startFramework(listening.node, values);
    return {
      done: started.done,
      stop: async () => {
        await started.stop();
        await listening.shutdown();
      },
    };
  },
});

import path from 'node:path';
import { frameworkFlags, frameworkRules } from '../../actors/framework/flags.ts';
import { JOBS_ID } from '../../actors/framework/jobs/index.ts';
import { foreignMarathonFlags } from '../../actors/framework/marathon/foreignFlags.ts';
import { MARATHON_ID } from '../../actors/framework/marathon/framework.ts';
import { startFramework } from '../../actors/framework/start.ts';
import { packageRoot } from '../build.ts';
import { FlagsEndpoint } from '../endpoints/flags.ts';
import { REALMS } from '../endpoints/index.ts';
import * as flag from '../flags/index.ts';
import { Assets } from '../http/assets.ts';
import { basicAuthenticator } from '../http/authentication.ts';
import type { Logger } from '../logging/index.ts';
import type { Node } from '../node.ts';
import { type Address, addressText } from '../pid.ts';
import { listenFor } from './listenFor.ts';
import { type CommonValues, defineRole, type Running } from './role.ts';
import { securityOf } from './security.ts';

/** The flags of a framework. */
export const frameworkTable = flag.defineFlags(
  {
    ip: flag.ip({ help: 'Address to listen on, for the master to answer. Default: 127.0.0.1' }),
    port: flag.port({ default: 0, help: 'Port to listen on; 0 lets the system choose' }),
    ...frameworkFlags,
  },
  [
    ...frameworkRules,
    // Marathon has one port; a second one that is asked for must not be passed over in silence.
    ({ framework, port, http_port }) =>
      framework === 'marathon' && port !== 0 && http_port !== 8080 && port !== http_port
        ? `--port, --http_port: expected one of them with --framework=marathon, got ${port} and ${http_port}`
        : undefined,
  ],
  foreignMarathonFlags,
);

/** Marathon's variables, for Marathon; Mesos' count too. */
const MARATHON_WAYS: flag.ReadingWays = { prefixes: ['MARATHON_', 'MESOSPHERE_', 'MESOS_'], disables: true };

export type FrameworkValues = flag.FlagValues<typeof frameworkTable.flags> & CommonValues;

/** A framework that runs, on a node of its own. */
export interface HostedFrameworkNode extends Running {
  readonly address: Address;
}

export async function hostFrameworkNode(values: FrameworkValues, log: Logger): Promise<HostedFrameworkNode> {
  const marathon = values.framework === 'marathon';
  const port = marathon && values.port === 0 ? values.http_port : values.port;
  const delegateId = marathon ? MARATHON_ID : values.framework === 'jobs' ? JOBS_ID : undefined;
  const listening = await listenFor(
    { ...values, port, ...(delegateId !== undefined && { delegateId }) },
    log,
  );
  askForPassword(listening.node, values);
  servePage(listening.node, marathon ? 'marathon.html' : 'framework.html');
  const flags = flag.toStrings(frameworkTable, values);
  listening.node.spawn(new FlagsEndpoint(REALMS.readonly, flags));
  try {
    const started = await startFramework(listening.node, values, { tls: securityOf(values).tls });
    return {
      address: listening.node.address,
      done: started.done,
      stop: async () => {
        await started.stop();
        await listening.shutdown();
      },
    };
  } catch (error) {
    await listening.shutdown();
    throw error;
  }
}

/** A framework's places of the web page. */
function servePage(node: Node, page: string): void {
  const folder = path.join(packageRoot, 'dist', 'ui');
  node.spawn(new Assets(folder, { page, realm: REALMS.readonly }));
  node.homeId = 'app';
}

/** What every node serves asks for the password of `--http_credentials` too, when there is one. */
function askForPassword(node: Node, { http_credentials, http_realm }: FrameworkValues): void {
  const [principal, secret] = http_credentials?.split(':') ?? [];
  if (principal === undefined || secret === undefined) return;
  const authenticator = basicAuthenticator(http_realm, [{ principal, secret }]);
  for (const realm of Object.values(REALMS)) node.setAuthenticator(realm, authenticator);
}

/** `--role=framework`: the job processor, or a framework module. Ends when the framework does, with its exit code. */
export const framework = defineRole({
  name: 'framework',
  synopsis: 'mesostate --role=framework --framework=jobs --master=HOST:PORT --jobs=FILE [flags]',
  table: frameworkTable,
  // Its own lines on the terminal say what happens.
  loggingLevel: 'WARNING',
  ways: (argv, env) => (flag.peekFlag('framework', argv, env) === 'marathon' ? MARATHON_WAYS : {}),
  async start(values, { log, print }) {
    const hosted = await hostFrameworkNode(values, log);
    if (values.framework === 'marathon') print(`marathon listens on ${addressText(hosted.address)}`);
    return hosted;
  },
});

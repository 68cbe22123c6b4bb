import path from 'node:path';
import { agentFlags } from '../../actors/agent/flags.ts';
import { masterFlags } from '../../actors/master/flags.ts';
import * as flag from '../flags/index.ts';
import { addressText } from '../pid.ts';
import { StartError } from '../startError.ts';
import { type HostedAgent, hostAgent } from './agent.ts';
import { frameworkTable, hostFrameworkNode } from './framework.ts';
import { hostMaster } from './master.ts';
import { type CommonValues, defineRole, type RoleContext, type Running } from './role.ts';

const table = flag.defineFlags({
  ip: flag.ip({ default: '127.0.0.1', help: 'Address that the master and its agents listen on' }),
  port: flag.port({ default: 5050, help: 'Port of the master' }),
  agents: flag.integer({ default: 1, min: 1, max: 100, help: 'How many agents to start' }),
  agent_port: flag.port({
    default: 5051,
    help: 'Port of the first agent, the next ones follow; 0 lets the system choose',
  }),
  marathon: flag.boolean({ default: true, help: 'Start Marathon, which keeps services up, as well' }),
  http_port: flag.port({ default: 8080, help: "Port of Marathon's API" }),
  work_dir: flag.path({ default: 'work', help: 'Folder of everything durable' }),
  resources: flag.string({ default: '', help: 'Resources of each agent; what is not named is detected' }),
  attributes: flag.string({ default: '', help: 'Attributes of each agent' }),
});

type LocalValues = flag.FlagValues<typeof table.flags> & CommonValues;

/** Flags of a part as its own table reads them, so that every default and check is that part's. */
function valuesOf<F extends flag.FlagRecord>(
  part: flag.FlagTable<F>,
  given: Record<string, string | undefined>,
) {
  const argv = Object.entries(given)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `--${name}=${value}`);
  const parsed = flag.parseFlags(part, argv, {});
  if (parsed.outcome !== 'values') throw new Error(`local: ${JSON.stringify(parsed)}`);
  return parsed.values;
}

/** What is shared by all parts of the cluster: logging above all. The addresses told to others are each part's own. */
function commonOf(values: LocalValues): CommonValues {
  return { ...values, advertise_ip: undefined, advertise_port: undefined };
}

async function startAgents(values: LocalValues, { log }: RoleContext): Promise<HostedAgent[]> {
  const agents: HostedAgent[] = [];
  for (let i = 0; i < values.agents; i++) {
    const given = {
      master: `${values.ip}:${values.port}`,
      ip: values.ip,
      port: String(values.agent_port === 0 ? 0 : values.agent_port + i),
      hostname: 'localhost',
      work_dir: path.resolve(values.work_dir, values.agents === 1 ? 'agent' : `agent-${i + 1}`),
      resources: values.resources,
      attributes: values.attributes,
      registration_backoff_factor: '10ms',
    };
    agents.push(
      await hostAgent({ ...commonOf(values), ...valuesOf(agentFlags, given) }, log.child(`agent-${i + 1}`)),
    );
  }
  return agents;
}

/** Marathon on a port of its own; without it, say because the port is taken, the cluster is as good as before. */
async function startMarathon(values: LocalValues, { log, print }: RoleContext): Promise<Running | undefined> {
  if (!values.marathon) return undefined;
  const given = {
    framework: 'marathon',
    master: `${values.ip}:${values.port}`,
    ip: values.ip,
    http_port: String(values.http_port),
    work_dir: path.resolve(values.work_dir, 'marathon'),
  };
  try {
    const options = { ...commonOf(values), ...valuesOf(frameworkTable, given) };
    const hosted = await hostFrameworkNode(options, log.child('marathon'));
    print(`Marathon listens on http://${addressText(hosted.address)}/v2/apps`);
    return hosted;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    print(`Marathon is not started: ${error.message}; --http_port gives it another port`);
    return undefined;
  }
}

/** `--role=local`, what `npm start` runs: a cluster in one program, which ends with everything it started. */
export const local = defineRole({
  name: 'local',
  synopsis: 'mesostate --role=local [--agents=N] [--work_dir=DIR] [flags]',
  table,
  // Its own lines on the terminal say what happens.
  loggingLevel: 'WARNING',
  async start(values, context): Promise<Running> {
    const given = {
      ip: values.ip,
      port: String(values.port),
      work_dir: path.resolve(values.work_dir, 'master'),
      hostname: 'localhost',
    };
    const master = await hostMaster(
      { ...commonOf(values), ...valuesOf(masterFlags, given) },
      context.log.child('master'),
    );
    const agents = await startAgents({ ...values, port: master.node.address.port }, context).catch(
      async (error) => {
        await master.shutdown();
        throw error;
      },
    );
    const { host, port } = master.node.address;
    const scheme = values.ssl_cert_file === undefined ? 'http' : 'https';
    context.print(`Mesostate listens on ${scheme}://${host}:${port}/ (Ctrl-C ends it and all its tasks)`);
    const marathon = await startMarathon({ ...values, port }, context);
    return {
      // An agent that ends by itself was told to by the master: the cluster goes on without it.
      done: master.done,
      stop: async () => {
        await marathon?.stop();
        await Promise.all(agents.map((agent) => agent.stop({ killTasks: true })));
        await master.shutdown();
      },
    };
  },
});

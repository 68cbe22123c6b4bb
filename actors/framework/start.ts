/** Starts what `--role=framework` asks for. */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import path from 'node:path';
import { etcdOpener } from '../../runtime/etcd/flags.ts';
import type { EtcdLocation } from '../../runtime/etcd/location.ts';
import * as flag from '../../runtime/flags/index.ts';
import { type Address, addressText, type Node, type Pid } from '../../runtime/index.ts';
import { realPorts } from '../../runtime/realPorts.ts';
import type { TlsOptions } from '../../runtime/security/tls.ts';
import { StartError } from '../../runtime/startError.ts';
import { detectorFor, type MasterDetector } from '../detector/index.ts';
import type { FrameworkEnd } from './context.ts';
import { authenticationOf, principalOf } from './credential.ts';
import { type FrameworkDefinition, loadFramework } from './definition.ts';
import { type FrameworkFlags, frameworkFlags } from './flags.ts';
import { frameworkInfoOf } from './frameworkInfo.ts';
import { FrameworkFronts } from './fronts.ts';
import { type HostedFramework, hostFramework } from './host.ts';
import { agentFiles } from './jobs/agentFiles.ts';
import { jobsFramework } from './jobs/framework.ts';
import { readJobFile } from './jobs/jobFile.ts';
import { type Output, Screen } from './jobs/screen.ts';
import { type Extensions, settingsOf } from './marathon/flags.ts';
import { marathonFramework } from './marathon/framework.ts';
import { startMarathonMember } from './marathon/leadership/start.ts';
import { loadPlugins } from './marathon/plugins/load.ts';
import { matchingRuleOf } from './matching/module.ts';

export interface FrameworkSurroundings {
  /** Where progress and results are printed; default: standard output. */
  readonly output?: Output;
  /** As this node speaks to others of its kind. */
  readonly tls?: TlsOptions | undefined;
}

/** Told to stop before it was through. */
const STOPPED: FrameworkEnd = { exitCode: 1 };

export interface StartedFramework {
  /** Of the driver. */
  readonly pid: Pid;
  /** Exit code for the program: 0 when the framework did all it was to do. */
  readonly done: Promise<number>;
  /** Ends the framework; its tasks with it, unless a `work_dir` lets another run go on with them. */
  stop(): Promise<void>;
}

/**
 * @throws StartError (by rejection) with one line and an exit code, when files or flags are wrong
 */
export async function startFramework(
  node: Node,
  flags: FrameworkFlags,
  { output = process.stdout, tls }: FrameworkSurroundings = {},
): Promise<StartedFramework> {
  const screen = new Screen(output);
  const findMaster = await masterFinder(node, flags);
  if (flags.framework === 'marathon' && flags.etcd !== undefined) {
    const extensions = await extensionsOf(flags);
    return startMember(node, flags, { location: flags.etcd, master: findMaster, screen, tls, extensions });
  }
  const open = await opener(node, flags, screen, tls);
  const fronts = new FrameworkFronts(node);
  const what = flags.framework === 'jobs' ? `jobs ${path.basename(flags.jobs ?? '')}` : undefined;
  const run = (): { hosted: HostedFramework; definition: FrameworkDefinition } => {
    const definition = open();
    const framework = frameworkInfoOf(flags, what ?? definition.name);
    const options = flags.framework_options ?? {};
    const print = (line: string) => screen.print(line);
    return {
      definition,
      hosted: hostFramework(node, {
        ...{ definition, framework, options, print },
        master: findMaster(),
        authentication: authenticationOf(flags),
        serve: (routes, id) => fronts.serve(id, routes),
      }),
    };
  };
  let current = run();
  const untilDone = async (): Promise<number> => {
    for (;;) {
      const end = await current.hosted.ended;
      if (end.again !== true && end.handOver !== true) {
        fronts.end();
        return end.exitCode;
      }
      current = run();
    }
  };
  let over = false;
  const done = untilDone().finally(() => {
    over = true;
  });
  return {
    pid: current.hosted.pid,
    done,
    stop: async () => {
      if (!over) current.definition.stopping?.();
      current.hosted.finish({ ...STOPPED, failover: current.definition.failoverOnStop === true });
      await done;
    },
  };
}

/** Reads what the flags name; what it returns opens the framework, again after it was removed by the master. */
async function opener(
  node: Node,
  flags: FrameworkFlags,
  screen: Screen,
  tls: TlsOptions | undefined,
): Promise<() => FrameworkDefinition> {
  if (flags.framework === 'marathon') {
    const extensions = await extensionsOf(flags);
    return () => openMarathon(node, flags, screen, extensions);
  }
  if (flags.framework !== 'jobs') {
    const definition = await loadFramework(flags.framework);
    return () => definition;
  }
  const jobs = flags.jobs === undefined ? [] : readJobFile(flags.jobs);
  const rule = flags.fitness === undefined ? undefined : await matchingRuleOf(flags.fitness);
  return () =>
    jobsFramework({
      jobs,
      screen,
      workDir: flags.work_dir,
      unreachableTimeoutMs: flags.unreachable_timeout,
      reconcileIntervalMs: flags.reconciliation_interval,
      ...(flags.mea_culpa_limit !== undefined && { meaCulpaLimit: flags.mea_culpa_limit }),
      rule,
      holdMs: flags.hold_offers,
      serves: flags.serve_jobs,
      readOutput: agentFiles(tls),
    });
}

/** Where each run learns from where the master is: a detector is one run's own. */
async function masterFinder(node: Node, flags: FrameworkFlags): Promise<() => Address | MasterDetector> {
  const { master } = flags;
  if (master.kind === 'address') {
    const address = await resolveMaster(master);
    return () => address;
  }
  const { clock, random } = node;
  const log = node.loggerFor('scheduler').child('detector');
  return () => detectorFor(master, flags, { clock, random, log });
}

/** The master answers under its IP address, whatever name it was called by. */
async function resolveMaster({ host, port }: Address): Promise<Address> {
  if (isIP(host) !== 0) return { host, port };
  try {
    const { address } = await lookup(host, { family: 4 });
    return { host: address, port };
  } catch {
    throw new StartError(`--master: the name '${host}' cannot be resolved`);
  }
}

const table = flag.defineFlags(frameworkFlags);

async function extensionsOf({
  fitness,
  plugin_dir,
  plugin_conf,
  plugin_timeout,
}: FrameworkFlags): Promise<Extensions> {
  const rule = fitness === undefined ? undefined : await matchingRuleOf(fitness);
  const watch = { clock: realPorts().clock, limitMs: plugin_timeout };
  return { rule, plugins: await loadPlugins(plugin_dir, plugin_conf, watch) };
}

function openMarathon(
  node: Node,
  flags: FrameworkFlags,
  screen: Screen,
  extensions: Extensions,
): FrameworkDefinition {
  const texts = flag.toStrings(table, flags);
  const settings = settingsOf({ ...flags, principal: principalOf(flags) }, texts, extensions);
  const print = (line: string): void => screen.print(line);
  return marathonFramework({ settings, print, self: addressText(node.address) });
}

interface MemberSurroundings {
  readonly location: EtcdLocation;
  readonly master: () => Address | MasterDetector;
  readonly screen: Screen;
  readonly tls: TlsOptions | undefined;
  readonly extensions: Extensions;
}

/** One of several Marathons over one etcd. */
function startMember(
  node: Node,
  flags: FrameworkFlags,
  { location, master, screen, tls, extensions }: MemberSurroundings,
): StartedFramework {
  return startMarathonMember(node, {
    open: etcdOpener(location, flags, node.clock),
    prefix: location.prefix,
    sessionMs: flags.etcd_session_timeout,
    settings: settingsOf(
      { ...flags, principal: principalOf(flags) },
      flag.toStrings(table, flags),
      extensions,
    ),
    authentication: authenticationOf(flags),
    framework: frameworkInfoOf(flags, 'marathon'),
    print: (line) => screen.print(line),
    master,
    tls,
  });
}

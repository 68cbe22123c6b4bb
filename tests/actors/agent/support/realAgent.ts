/** An agent as it runs on a machine, on a port of its own, with a test's master on another. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type AgentFlags, agentFlags } from '../../../../actors/agent/flags.ts';
import { type StartedAgent, startAgent } from '../../../../actors/agent/start.ts';
import { mesosCodec } from '../../../../proto/messageCodec.ts';
import { parseFlags } from '../../../../runtime/flags/index.ts';
import type { ListeningNode } from '../../../../runtime/index.ts';
import { removeFolder } from '../../../support/folders.ts';
import { listen } from '../../../support/listen.ts';
import { ownPort } from '../../../support/ports.ts';
import { until } from '../../../support/until.ts';
import { TestMaster } from './testMaster.ts';

export interface RealMaster {
  readonly master: TestMaster;
  readonly address: string;
}

/** Temporary folder that goes with the test. */
export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'agent-'));
  t.teardown(() => removeFolder(folder));
  return folder;
}

export async function realMaster(t: ExecutionContext): Promise<RealMaster> {
  const listening = await listen({ host: '127.0.0.1', port: 0, codec: mesosCodec });
  t.teardown(() => listening.shutdown());
  const master = new TestMaster();
  listening.node.spawn(master);
  return { master, address: `127.0.0.1:${listening.node.address.port}` };
}

export function flagsOf(given: Record<string, string>): AgentFlags {
  const argv = Object.entries(given).map(([name, value]) => `--${name}=${value}`);
  const parsed = parseFlags(agentFlags, argv, {});
  if (parsed.outcome !== 'values') throw new Error(JSON.stringify(parsed));
  return parsed.values;
}

export interface RealAgent extends StartedAgent {
  readonly listening: ListeningNode;
  readonly url: string;
  /** Ends it as `kill -9` would for its tasks: containers go on. */
  leave(): Promise<void>;
}

async function listenAt(port: number): Promise<ListeningNode> {
  return listen({ host: '127.0.0.1', port, codec: mesosCodec, delegateId: 'slave(1)' });
}

export const RESOURCES = 'cpus:4;mem:2048;disk:1000;ports:[31000-31010]';

export async function realAgent(
  t: ExecutionContext,
  { address }: RealMaster,
  workDir: string,
  more: Record<string, string> = {},
  logFile?: string,
): Promise<RealAgent> {
  const listening = await listenAt(Number(more['port'] ?? (await ownPort())));
  const flags = flagsOf({
    master: address,
    work_dir: workDir,
    runtime_dir: join(workDir, 'run'),
    resources: RESOURCES,
    hostname: 'localhost',
    switch_user: 'false',
    registration_backoff_factor: '10ms',
    ...more,
  });
  let over = false;
  const end = async (killTasks: boolean, started: StartedAgent) => {
    if (over) return;
    over = true;
    await started.stop({ killTasks });
    await listening.shutdown();
  };
  try {
    const started = await startAgent(listening.node, flags, undefined, logFile);
    t.teardown(() => end(true, started));
    const url = `http://127.0.0.1:${listening.node.address.port}`;
    return { ...started, listening, url, leave: () => end(false, started) };
  } catch (error) {
    await listening.shutdown();
    throw error;
  }
}

/** A registered agent. @param facts the id that the master gives it, and its log */
export async function registeredAgent(
  t: ExecutionContext,
  more: Record<string, string> = {},
  facts: { readonly agentId?: string; readonly logFile?: string } = {},
) {
  const workDir = temporaryFolder(t);
  const world = await realMaster(t);
  world.master.agentId = facts.agentId ?? world.master.agentId;
  const agent = await realAgent(t, world, workDir, more, facts.logFile);
  await until('the agent is registered', () => world.master.messages('mesos.internal.UpdateSlaveMessage')[0]);
  return { ...world, world, agent, workDir };
}

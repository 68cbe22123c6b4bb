/** From an agent's id to the agent itself. */
import type { Context } from '../context.ts';
import type { AgentApi } from '../http/operator.ts';
import { Problem } from '../problem.ts';
import { type Agent, agentId, agentsOf } from './objects.ts';

/** The agent that a task runs or ran on. @throws Problem when the master has no such agent any more */
export async function agentById(context: Context, id: string): Promise<AgentApi> {
  const agent = (await agentsOf(context.master)).find((each) => agentId(each) === id);
  if (agent === undefined)
    throw new Problem(`agent ${id} is not registered: what it holds cannot be reached`);
  return apiOf(context, agent);
}

/** @throws Problem when the master does not know where it listens */
export function apiOf(context: Context, agent: Agent): AgentApi {
  const { hostname, port } = agent.agent_info;
  const listening = agent.pid?.split('@')[1];
  return context.agent(listening ?? `${hostname}:${port ?? 5051}`);
}

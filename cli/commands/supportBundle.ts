/** What somebody who helps from afar wants to see, in one folder. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { releaseVersion } from '../../runtime/build.ts';
import { defineCommand } from '../command.ts';
import { apiOf } from '../find/agents.ts';
import { agentId, agentsOf } from '../find/objects.ts';
import type { HttpClient } from '../http/client.ts';
import { Problem } from '../problem.ts';

/** Asked of the master and of every agent; flags come with their secrets veiled by the node itself. */
const OF_EVERYBODY = [
  '/state',
  '/flags',
  '/version',
  '/metrics/snapshot',
  '/__processes__',
  '/health',
] as const;
const OF_THE_MASTER = [
  '/roles',
  '/quota',
  '/weights',
  '/maintenance/schedule',
  '/maintenance/status',
] as const;

export const supportBundle = defineCommand({
  name: 'support-bundle',
  words: '[FOLDER]',
  summary: 'Gathers state, flags, versions and metrics of master and agents into a folder',
  details: 'Every file is compressed JSON (gzip). What a node does not answer is named in `problems.txt`.',
  arity: { min: 0, max: 1 },
  completes: 'file',
  run: async (context, _, [given]) => {
    const folder =
      given ??
      `mesostate-support-${new Date(context.terminal.clock.now()).toISOString().replaceAll(':', '-')}`;
    await makeFolder(folder);
    const problems: string[] = [];
    await gather(
      context.master.http,
      path.join(folder, 'master'),
      [...OF_EVERYBODY, ...OF_THE_MASTER],
      problems,
    );
    const agents = await agentsOf(context.master);
    for (const agent of agents) {
      await gather(
        apiOf(context, agent).http,
        path.join(folder, `agent-${agentId(agent)}`),
        OF_EVERYBODY,
        problems,
      );
    }
    await writeFile(path.join(folder, 'client.json'), `${JSON.stringify({ version: releaseVersion() })}\n`);
    await writeFile(path.join(folder, 'problems.txt'), problems.map((line) => `${line}\n`).join(''));
    context.say(`${folder}: master and ${agents.length} agent(s), ${problems.length} problem(s)`);
    return problems.length > 0 ? 1 : undefined;
  },
});

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new Problem(`${folder} is there already; name another one`);
    throw new Problem(`${folder}: ${(error as Error).message}`);
  }
}

async function gather(
  http: HttpClient,
  folder: string,
  paths: readonly string[],
  problems: string[],
): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  for (const asked of paths) {
    try {
      const { body } = await http.ask({ path: asked });
      const name = asked.replaceAll('/', '_').replace(/^_+|_+$/g, '');
      await writeFile(path.join(folder, `${name}.json.gz`), gzipSync(body));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(`${asked}: ${error.message}`);
    }
  }
}

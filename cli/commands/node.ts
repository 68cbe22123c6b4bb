/** Who leads, and which version runs where. */
import { MasterCallType } from '../../proto/index.ts';
import { releaseVersion } from '../../runtime/build.ts';
import { defineCommand } from '../command.ts';
import { part } from '../http/operator.ts';
import { Problem } from '../problem.ts';

export const resolve = defineCommand({
  name: 'resolve',
  summary: 'Prints the address of the leading master',
  run: async (context) => {
    const answer = await context.master.call({ type: MasterCallType.GET_MASTER });
    const info = part(answer.get_master, 'get_master').master_info;
    if (info === undefined) throw new Problem('the master does not say who leads');
    const address = `${info.address?.ip ?? info.hostname ?? ''}:${info.address?.port ?? info.port}`;
    if (context.isJson)
      context.json({ id: info.id, address, hostname: info.hostname, version: info.version });
    else context.print(address);
    return undefined;
  },
});

export const version = defineCommand({
  name: 'version',
  summary: 'Prints the version of this program, and of the master if it answers',
  run: async (context) => {
    const client = releaseVersion();
    const master = await masterVersion();
    if (context.isJson) context.json({ client, master });
    else {
      context.print(`mesostate ${client}`);
      context.print(master === undefined ? 'master: does not answer' : `master ${master}`);
    }
    return undefined;

    async function masterVersion(): Promise<string | undefined> {
      try {
        const answer = await context.master.call({ type: MasterCallType.GET_VERSION });
        return part(answer.get_version, 'get_version').version_info.version;
      } catch (error) {
        if (error instanceof Problem) return undefined;
        throw error;
      }
    }
  },
});

/**
 * `npm run conformance -- --master=http://host:5050 [--agent=http://host:5051] [--standby=http://host:5050]`: holds a running cluster, ours
 * or Apache Mesos, against the rows and stories of tests/conformance. It is no cluster to test on for one in use: frameworks come and go, the agent is
 * drained, its machine is scheduled for maintenance. Ends with 1 when something does not hold,
 * 64 when it is called wrongly, 69 when a server cannot be reached.
 */
import { get } from '../tests/conformance/client.ts';
import { check, type Servers } from '../tests/conformance/run.ts';
import { stories } from '../tests/conformance/stories/index.ts';
import { tellAll } from '../tests/conformance/story.ts';
import { rows } from '../tests/conformance/table.ts';

const USAGE =
  'usage: npm run conformance -- --master=http://HOST:PORT [--agent=http://HOST:PORT] [--standby=http://HOST:PORT]';

function given(name: string): string | undefined {
  const prefix = `--${name}=`;
  const word = process.argv.slice(2).find((each) => each.startsWith(prefix));
  return word?.slice(prefix.length).replace(/\/$/, '');
}

class Count {
  held = 0;
  failed = 0;
  untold = 0;

  add(name: string, problems: readonly string[] | undefined): void {
    if (problems === undefined) this.untold++;
    else if (problems.length === 0) this.held++;
    else {
      this.failed++;
      console.log(`not so: ${name}: ${problems.join('; ')}`);
    }
  }
}

async function main(): Promise<number> {
  const [master, agent, standby] = ['master', 'agent', 'standby'].map(given);
  const urls = [master, agent, standby].filter((url) => url !== undefined);
  if (master === undefined || urls.some((url) => !URL.canParse(url) || !url.startsWith('http'))) {
    console.error(USAGE);
    return 64;
  }
  const servers: Servers = { master, agent, standby };
  const count = new Count();
  for (const row of rows) count.add(row.name, await check(row, servers));
  const isOurs = (await get(`${master}/version`)).text.includes('mesostate');
  await tellAll(stories, servers, isOurs, (name, problems) => count.add(name, problems));
  const { held, failed, untold } = count;
  console.log(`${held} rows and stories hold, ${failed} do not; ${untold} need a server that was not given`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(`conformance: ${error instanceof Error ? error.message : String(error)}`);
  return 69;
});

/**
 * `npm run conformance -- --master=http://host:5050 [--agent=http://host:5051]`: holds a running cluster, ours or Apache Mesos, against
 * the rows of tests/conformance. Ends with 1 when a row does not hold.
 */
import { check } from '../tests/conformance/run.ts';
import { rows } from '../tests/conformance/table.ts';

const USAGE = 'usage: npm run conformance -- --master=http://HOST:PORT [--agent=http://HOST:PORT]';

function given(name: string): string | undefined {
  const prefix = `--${name}=`;
  return process.argv
    .slice(2)
    .find((word) => word.startsWith(prefix))
    ?.slice(prefix.length);
}

async function main(): Promise<number> {
  const master = given('master');
  const agent = given('agent');
  const urls = [master, agent].filter((url) => url !== undefined);
  if (master === undefined || urls.some((url) => !URL.canParse(url) || !url.startsWith('http'))) {
    console.error(USAGE);
    return 64;
  }
  let failed = 0;
  let passed = 0;
  for (const row of rows) {
    const problems = await check(row, { master, agent });
    if (problems === undefined) continue;
    if (problems.length === 0) passed++;
    else {
      failed++;
      console.log(`not so: ${row.name}: ${problems.join('; ')}`);
    }
  }
  console.log(`${passed} rows hold, ${failed} do not${agent === undefined ? '; no --agent was given' : ''}`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main();

/** The web page watching nodes at work: how many are where and go where, and what actors say to each other. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { boot, bootAgent, bootMaster, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

test(`flows of tasks and messages between actors are followed live (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  await bootAgent(t, master, path.join(folder, 'agent'), ['--resources=cpus:4;mem:1024']);
  const { page, complaints } = await openPage(t, chromiumPath);
  await page.goto(`${master.url}/#/flows`);
  const tasks = page.getByRole('region', { name: 'master/task' });
  await tasks.getByText('0 now').waitFor();
  const file = path.join(folder, 'jobs.json');
  const env = { DB_PASSWORD: 'hush-hush' };
  const jobs = [{ name: 'three', cpus: 0.1, mem: 16, instances: 3, command: 'true', env }];
  writeFileSync(file, JSON.stringify({ jobs }));
  await page.goto(`${master.url}/#/messages`);
  await page.getByText('it goes on listening').waitFor();
  boot(t, [
    '--role=framework',
    '--framework=jobs',
    `--master=127.0.0.1:${master.port}`,
    `--jobs=${file}`,
    `--work_dir=${folder}/jobs`,
  ]);
  await page
    .getByRole('button', { name: /scheduler-.* to master: .*SUBSCRIBE/ })
    .first()
    .waitFor();
  await page
    .getByRole('button', { name: /master to slave\(1\): .*RunTaskMessage/ })
    .first()
    .click();
  const message = page.getByRole('region', { name: 'The message' });
  await message.getByText('mesos.internal.RunTaskMessage').waitFor();
  const body = (await message.locator('pre').textContent()) ?? '';
  t.regex(body, /"framework_id"/);
  t.regex(body, /"type": "SCALAR"/, 'enums have their names');
  t.notRegex(body, /hush-hush/, 'and secrets are not shown');
  await page.getByRole('button', { name: 'Pause' }).click();
  t.deepEqual(await objections(page), []);
  await picture(page, 'messages');
  await page.getByLabel('Kind').fill('PingSlave');
  await page.keyboard.press('Enter');

  await page.goto(`${master.url}/#/flows`);
  // Not all need be seen running: on a busy machine an end is told with the news that one runs.
  await tasks
    .getByRole('row', { name: /finished [1-3]/ })
    .first()
    .waitFor();
  await tasks.getByText('3 in all').waitFor();
  await tasks.getByRole('img', { name: /now in finished$/ }).waitFor();
  t.deepEqual(await objections(page), []);
  await picture(page, 'flows');
  await page.getByLabel('Machine').selectOption('__link__/link');
  await page.getByRole('region', { name: '__link__/link' }).waitFor();

  master.child.kill('SIGKILL');
  await page.getByText('The node does not answer').waitFor();
  const again = boot(t, ['--role=master', `--port=${master.port}`, `--work_dir=${folder}/master`]);
  await again.says(/listens on/);
  await until(
    'the page watches on',
    async () => (await page.getByText('The node does not answer').count()) === 0,
  );
  t.deepEqual(
    complaints.filter((each) => !/WebSocket|net::ERR_/.test(each)),
    [],
  );
});

/** What others do to the cluster while one looks at the page; and the table of hosts. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { boot, bootAgent, bootMaster, scratch } from '../support/processes.ts';

const NAME =
  'a name that is far longer than the room that any table has for the names of tasks, so it is cut';

test(`what others do is seen: agents that are deactivated, executors, hosts that are switched off (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms', '--hosts_off_share_max=1']);
  await bootAgent(t, master, path.join(folder, 'agent'), [
    '--resources=cpus:4;mem:1024;disk:1000',
    '--hostname=somewhere',
  ]);
  const { page, complaints } = await openPage(t, chromiumPath);
  await page.goto(`${master.url}/#/agents`);
  const row = page.getByRole('row').filter({ hasText: 'somewhere' });
  await row.getByText('active', { exact: true }).waitFor();
  await row.getByText('0 / 4', { exact: true }).waitFor();

  const hosts = `${master.url}/hosts/somewhere`;
  t.is((await fetch(hosts, { method: 'PUT', body: '{"status":"off","message":"a new disk"}' })).status, 200);
  await row.getByText('deactivated', { exact: true }).waitFor();
  t.is((await fetch(hosts, { method: 'DELETE' })).status, 200);
  await row.getByText('active', { exact: true }).waitFor();

  const group = path.join(folder, 'group.json');
  const task = {
    name: NAME,
    task_id: { value: 'one' },
    agent_id: { value: '' },
    resources: [
      { name: 'cpus', type: 'SCALAR', scalar: { value: 0.5 } },
      { name: 'mem', type: 'SCALAR', scalar: { value: 32 } },
    ],
    command: { value: 'while :; do sleep 1; done' },
  };
  writeFileSync(group, JSON.stringify({ tasks: [task] }));
  boot(t, ['run', `--task-group=${group}`, `--master=127.0.0.1:${master.port}`]);
  await row.getByText('0.6 / 4', { exact: true }).waitFor();
  await page.goto(`${master.url}/#/tasks`);
  const name = page.getByText(NAME, { exact: true });
  await name.waitFor();
  const width = await name.evaluate((node) => node.getBoundingClientRect().width);
  t.true(width < 400, `a long name takes ${width} px and leaves room for the other columns`);

  await page.goto(`${master.url}/#/hosts`);
  await row.getByRole('button', { name: 'Switch off' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill('<b>moving</b>');
  await dialog.getByLabel('Minutes').fill('90');
  await dialog.getByRole('button', { name: 'Switch off' }).click();
  await row.getByText('<b>moving</b>', { exact: true }).waitFor();
  await row.getByText('manual', { exact: true }).waitFor();
  t.deepEqual(await objections(page), []);
  await picture(page, 'hosts');
  await row.getByRole('button', { name: 'Take back' }).click();
  await dialog.getByRole('button', { name: 'Take back' }).click();
  await row.getByText('on', { exact: true }).waitFor();
  t.deepEqual(complaints, []);
});

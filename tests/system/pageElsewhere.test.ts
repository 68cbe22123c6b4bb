/** What others do to the cluster while one looks at the page; and the table of hosts. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { bootEtcd, hasEtcd } from '../support/etcd.ts';
import { boot, bootAgent, bootMaster, scratch } from '../support/processes.ts';

const NAME =
  'a name that is far longer than the room that any table has for the names of tasks, so it is cut';

test.serial(
  `what others do is seen: agents that are deactivated, executors, hosts that are switched off (${inBrowser})`,
  async (t) => {
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
    t.is(
      (await fetch(hosts, { method: 'PUT', body: '{"status":"off","message":"a new disk"}' })).status,
      200,
    );
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
  },
);

test.serial(
  `an agent that dies stays in sight: what it is called, that it is away (${inBrowser})`,
  async (t) => {
    if (chromiumPath === undefined) return t.pass();
    const folder = scratch(t);
    const master = await bootMaster(t, folder, ['--allocation_interval=200ms', '--agent_ping_timeout=3secs']);
    const agent = await bootAgent(t, master, path.join(folder, 'agent'), [
      '--resources=cpus:4;mem:1024',
      '--hostname=somewhere',
    ]);
    const { page } = await openPage(t, chromiumPath);
    await page.goto(`${master.url}/#/agents`);
    const row = page.getByRole('row').filter({ hasText: 'somewhere' });
    await row.getByText('active', { exact: true }).waitFor();
    boot(t, ['run', `--master=127.0.0.1:${master.port}`, 'while :; do sleep 1; done']);
    await page.goto(`${master.url}/#/`);
    await row.getByText('running', { exact: true }).waitFor();
    agent.child.kill('SIGKILL');
    const card = page.locator('section.card').filter({ has: page.getByRole('link', { name: 'Agents' }) });
    await card.getByText('unreachable', { exact: true }).waitFor();
    // The framework of a run is not partition aware: its task is lost, and still it is told where that was.
    await row.getByText(/^(lost|unreachable)$/).waitFor();
    t.is(await row.getByText('not registered').count(), 0);
  },
);

test.serial(
  `the page of a master that stands by leads to the one that leads (${inBrowser}; with etcd, where that is installed)`,
  async (t) => {
    if (chromiumPath === undefined || !hasEtcd) return t.pass();
    const folder = scratch(t);
    const etcd = await bootEtcd(t);
    const flags = [`--etcd=${etcd.url}`, '--etcd_session_timeout=60secs'];
    const first = await bootMaster(t, path.join(folder, 'one'), flags);
    await first.says(/leading/);
    const second = await bootMaster(t, path.join(folder, 'two'), flags);
    const { page } = await openPage(t, chromiumPath);
    await page.goto(`${second.url}/#/agents`);
    await page.getByRole('heading', { name: 'This master stands by.' }).waitFor();
    await page.getByRole('link', { name: 'its archive' }).click();
    await page.getByText('This master keeps no archive').waitFor();
    await page.goBack();
    await page
      .locator('main')
      .getByRole('link', { name: /To the leading one/ })
      .click();
    await page.waitForURL(`${first.url}/app#/agents`);
    await page.getByText('live', { exact: true }).waitFor();
    t.is(new URL(page.url()).port, String(first.port));
  },
);

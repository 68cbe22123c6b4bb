/** The web page where answers are late: it says nothing that is not so yet, and misses nothing. */
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { inBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { holdBack } from '../support/holdBack.ts';
import { boot, bootAgent, bootMaster, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

test(`streams that open late: nothing is said to be heard before, no change is missed (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms', '--hosts_off_share_max=1']);
  await bootAgent(t, master, path.join(folder, 'agent'), ['--resources=cpus:4', '--hostname=somewhere']);
  const late = await holdBack(t, master.port, /^GET \/__inspect__/);
  const { page, complaints } = await openPage(t, chromiumPath);
  await page.goto(`${late.url}/#/messages`);
  await page.getByText('Asking the node …').waitFor();
  t.is(await page.getByText('it goes on listening').count(), 0);
  // Browsers open one such stream of a node after the other.
  await until('the page waits for a stream', () => late.waiting() > 0);
  await page.goto(`${late.url}/#/agents`);
  const row = page.getByRole('row').filter({ hasText: 'somewhere' });
  await row.getByText('active', { exact: true }).waitFor();
  const off = { method: 'PUT', body: '{"status":"off","message":"a new disk"}' };
  t.is((await fetch(`${master.url}/hosts/somewhere`, off)).status, 200);
  late.letGo();
  await row.getByText('deactivated', { exact: true }).waitFor();
  await page.goto(`${late.url}/#/messages`);
  await page.getByText('it goes on listening').or(page.getByText('PingSlave').first()).waitFor();
  t.deepEqual(complaints, []);
});

test(`files that come while one looks into a sandbox are shown (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  await bootAgent(t, master, path.join(folder, 'agent'), ['--resources=cpus:4;mem:1024']);
  boot(t, ['run', `--master=127.0.0.1:${master.port}`, 'touch early; while :; do sleep 1; done']);
  const { page } = await openPage(t, chromiumPath);
  await page.goto(`${master.url}/#/tasks`);
  await page.locator('.badge').getByText('running', { exact: true }).waitFor();
  await page.getByRole('cell').getByRole('link').first().click();
  await page.getByRole('link', { name: 'Sandbox' }).click();
  await page.getByRole('link', { name: 'early', exact: true }).waitFor();
  const early = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((each) =>
    each.endsWith('/early'),
  );
  writeFileSync(path.join(folder, path.dirname(early ?? ''), 'late'), '');
  await page.getByRole('link', { name: 'late', exact: true }).waitFor();
  t.pass();
});

test(`a page whose worker did not come asks for it again (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const folder = scratch(t);
  const master = await bootMaster(t, folder);
  await bootAgent(t, master, path.join(folder, 'agent'), ['--hostname=somewhere']);
  const { page } = await openPage(t, chromiumPath);
  let refused = 0;
  await page.route(/worker[^/]*\.js$/, (route) => (refused++ < 2 ? route.abort('failed') : route.continue()));
  // Not by `goto`, which loads what is not whole again.
  await page.goto(`${master.url}/version`);
  await page.evaluate(`location.href = '${master.url}/#/agents'`);
  await page.getByRole('row').filter({ hasText: 'somewhere' }).waitFor();
  t.is(refused, 3);
});

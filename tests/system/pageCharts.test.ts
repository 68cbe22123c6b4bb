/** Statecharts of a busy actor on the web page. */
import path from 'node:path';
import test from 'ava';
import { apiCluster } from '../../bench/support/apiCluster.ts';
import { packageRoot } from '../../runtime/build.ts';
import { Assets } from '../../runtime/http/assets.ts';
import { Process, VirtualClock } from '../../runtime/index.ts';
import { ChartTable } from '../../statecharts/engine.ts';
import { linkMachine } from '../../statecharts/link.ts';
import { inBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { until } from '../support/until.ts';

class Owner extends Process {
  readonly table = new ChartTable(linkMachine, { name: 'link', clock: new VirtualClock() });
  override initialize(): void {
    this.node.inspector.register(this.self, this.table);
  }
}

test(`the step that is looked at stays, however many come after it (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const { node, url, stop } = await apiCluster();
  t.teardown(() => stop());
  node.spawn(new Assets(path.join(packageRoot, 'dist', 'ui')));
  node.homeId = 'app';
  const owner = new Owner('owner');
  node.spawn(owner);
  const { page } = await openPage(t, chromiumPath);
  await page.goto(`${url}/#/charts?actor=owner&machine=link`);
  await page.getByText('No instance of it is alive now').waitFor();
  owner.table.start('chosen');
  owner.table.step('chosen', { type: 'CONNECTED' });
  const chosen = page
    .getByRole('region', { name: 'Steps' })
    .getByRole('button', { name: 'owner/link/chosen' });
  await chosen.click();
  const chart = page.getByRole('img', { name: /now in handshaking$/ });
  await chart.waitFor();
  let others = 0;
  await until('so many came that the page shows it no more among them', async () => {
    for (let step = 0; step < 50; step++) {
      const other = String(others++);
      owner.table.start(other);
      owner.table.step(other, { type: 'SOCKET_LOST', reason: 'none' });
    }
    return (await chosen.count()) === 0;
  });
  t.is(await chart.count(), 1, 'it is still shown');
  await page.getByRole('button', { name: 'Live again' }).click();
  await page.getByRole('img', { name: /now in broken$/ }).waitFor();
});

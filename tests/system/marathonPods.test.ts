/** Pods in Marathon's places of the web page, over real processes. */
import test from 'ava';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { boot, bootAgent, bootMaster, freePort, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

test(`a pod is created, looked into, scaled and destroyed; keys lead everywhere (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  await bootAgent(t, master, `${folder}/agent`, ['--resources=cpus:4;mem:1024', '--hostname=127.0.0.1']);
  const port = await freePort();
  const marathon = boot(t, [
    '--role=framework',
    '--framework=marathon',
    `--master=127.0.0.1:${master.port}`,
    `--http_port=${port}`,
    `--work_dir=${folder}/marathon`,
    '--min_revive_offers_interval=100',
  ]);
  await marathon.says(/marathon listens on/);
  /** Until then another change is refused. */
  const settles = () =>
    until('nothing is deployed', async () => {
      const deployments = await getJson<readonly object[]>(`http://127.0.0.1:${port}/v2/deployments`);
      return deployments.length === 0;
    });
  const { page, complaints } = await openPage(t, chromiumPath);
  await page.goto(`http://127.0.0.1:${port}/#/newpod`);
  const text = page.getByLabel('The pod as JSON');
  const document = await text.inputValue();
  await text.fill('{');
  await page.getByText('This is no JSON yet').waitFor();
  await text.fill(
    document.replace('"id": "/"', '"id": "/two"').replace('"name": "main"', '"name": "No Name"'),
  );
  const dialog = page.getByRole('dialog');
  await page.getByRole('button', { name: 'Create' }).click();
  await dialog.getByRole('button', { name: 'Create' }).click();
  await dialog.getByRole('alert').waitFor();
  t.deepEqual(await objections(page), []);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await text.fill(document.replace('"id": "/"', '"id": "/two"'));
  await page.getByRole('button', { name: 'Create' }).click();
  await dialog.getByRole('button', { name: 'Create' }).click();
  await page.locator('h1 .badge').getByText('stable').waitFor();
  await page.getByRole('cell', { name: 'main', exact: true }).waitFor();
  t.deepEqual(await objections(page), []);
  await picture(page, 'marathon-pod');

  await settles();
  await page.getByRole('button', { name: 'Scale' }).click();
  await dialog.getByLabel('Instances').fill('2');
  await dialog.getByRole('button', { name: 'Scale' }).click();
  await page.getByText('2 of 2').waitFor();
  await settles();
  // Who may not hear events sees it, too, a little later.
  await page.route('**/v2/events*', (route) => route.fulfill({ status: 403, body: '' }));
  await page.reload();
  await page.getByText('2 of 2').waitFor();
  const pod = `http://127.0.0.1:${port}/v2/pods/two`;
  const spec = await getJson<object>(pod);
  const less = JSON.stringify({ ...spec, scaling: { kind: 'fixed', instances: 1 } });
  const headers = { 'Content-Type': 'application/json' };
  t.is((await fetch(pod, { method: 'PUT', headers, body: less })).status, 200);
  await page.getByText('1 of 1').waitFor();
  await page.unroute('**/v2/events*');
  await page.reload();
  await page.getByText('1 of 1').waitFor();
  // While there are instances whose charts can be looked at.
  for (const [place, shows] of [
    ['charts?machine=marathonInstance', 'Steps'],
    ['flows', 'Ways that were taken'],
    ['messages', 'Choose a message'],
    ['node', 'http_port'],
  ] as const) {
    await page.goto(`http://127.0.0.1:${port}/#/${place}`);
    await page.getByText(shows).first().waitFor();
    t.deepEqual(await objections(page), [], place);
  }
  await settles();
  // The second key has to come within a moment, which a busy machine may miss.
  await until('the keys lead to the applications', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    return new URL(page.url()).hash === '#/';
  });
  await page.getByRole('link', { name: '/two' }).click();
  await page.getByRole('button', { name: 'Destroy' }).click();
  t.true(await dialog.getByRole('button', { name: 'Destroy' }).isDisabled(), 'its id must be typed first');
  await dialog.getByRole('textbox').fill('/two');
  await dialog.getByRole('button', { name: 'Destroy' }).click();
  await page.getByText('Nothing runs here yet.').waitFor();
  await page.keyboard.press('c');
  await page.getByRole('heading', { name: 'Create an application' }).waitFor();
  t.deepEqual(
    complaints.filter((each) => !/status of (403|422)/.test(each)),
    [],
  );
});

/** Marathon's places of the web page in a real browser, over a cluster of real processes. */
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { boot, bootAgent, bootMaster, freePort, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

interface World {
  readonly url: string;
  readonly page: Page;
  readonly complaints: readonly string[];
  restart(): Promise<void>;
}

async function open(t: ExecutionContext): Promise<World | undefined> {
  if (chromiumPath === undefined) return undefined;
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  await bootAgent(t, master, `${folder}/agent`, [
    '--resources=cpus:4;mem:1024;disk:1000;ports:[31000-31999]',
    '--hostname=127.0.0.1',
  ]);
  const port = await freePort();
  const start = () =>
    boot(t, [
      '--role=framework',
      '--framework=marathon',
      `--master=127.0.0.1:${master.port}`,
      `--http_port=${port}`,
      `--work_dir=${folder}/marathon`,
      '--min_revive_offers_interval=100',
    ]);
  let marathon = start();
  await marathon.says(/marathon listens on/);
  const restart = async () => {
    await marathon.end('SIGKILL');
    marathon = start();
    await marathon.says(/marathon listens on/);
  };
  return { url: `http://127.0.0.1:${port}`, restart, ...(await openPage(t, chromiumPath)) };
}

async function post(url: string, document: object): Promise<void> {
  const answer = await fetch(`${url}/v2/apps`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(document),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

interface App {
  readonly instances: number;
  readonly labels?: Record<string, string>;
  readonly env?: Record<string, string>;
  readonly backoffFactor?: number;
  readonly update?: object;
  readonly disruptionBudget?: object;
  readonly killSelection: string;
  readonly deployments: readonly object[];
  readonly tasks: readonly { readonly id: string }[];
}

async function appOf(url: string, id: string): Promise<App> {
  return (await getJson<{ app: App }>(`${url}/v2/apps${id}`)).app;
}

async function historyOf(url: string, id: string): Promise<readonly object[]> {
  return (await getJson<{ history: readonly object[] }>(`${url}/v2/apps${id}/tasks?history=true`)).history;
}

function badge(page: Page, state: string) {
  return page.locator('.badge').getByText(state, { exact: true });
}

/** Waits until the page of an app shows that it runs and nothing changes it: until then another change is refused. */
async function runs(page: Page): Promise<void> {
  await page.locator('h1 .badge').getByText('running', { exact: true }).waitFor();
}

/** Presses a button and then the one of the same name in the dialog that asks. */
async function press(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
}

test.serial(
  `an app is made by form and by JSON, wrong input is told where it is wrong, edits keep what has no field (${inBrowser})`,
  async (t) => {
    const world = await open(t);
    if (world === undefined) return t.pass();
    const { page, url, complaints } = world;
    await page.goto(url);
    await page.getByText('Nothing runs here yet.').waitFor();
    t.deepEqual(await objections(page), []);
    await page.getByRole('link', { name: 'Create application' }).click();
    t.deepEqual(await objections(page), [], 'the form');
    await page.getByLabel('ID').fill('/shop/<i>web');
    await page.getByLabel('Command').fill('sleep 1000');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('alert').first().waitFor();
    t.is(
      await page.getByLabel('ID').getAttribute('aria-invalid'),
      'true',
      'the field that is wrong is marked',
    );
    await until('one is taken to it', () =>
      page.getByLabel('ID').evaluate((field) => field === field.ownerDocument.activeElement),
    );
    t.is(await page.getByLabel('Command').inputValue(), 'sleep 1000', 'what was typed is still there');
    t.deepEqual(await objections(page), [], 'with an error');
    await picture(page, 'marathon-wrong');
    await page.getByLabel('CPUs', { exact: true }).fill('many');
    await page.getByText("'many' is no number").waitFor();
    t.true(await page.getByRole('button', { name: 'Create', exact: true }).isDisabled());
    await page.getByLabel('CPUs', { exact: true }).fill('0.1');
    await page.getByLabel('ID').fill('/shop/web');
    await page.getByLabel('Environment').fill('A=1\nB=two=2');
    await page.getByRole('button', { name: 'Try without doing it' }).click();
    await page.getByText('StartApplication /shop/web').waitFor();
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await runs(page);
    t.deepEqual((await appOf(url, '/shop/web')).env, { A: '1', B: 'two=2' });
    t.deepEqual(await objections(page), [], "an app's page");
    await picture(page, 'marathon-app');

    await page.goto(`${url}/app#/new`);
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    const json = page.getByLabel('Definition as JSON');
    await json.fill('{"id":');
    t.true(await page.getByRole('button', { name: 'Create', exact: true }).isDisabled());
    const document = { id: '/api', cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances: 1, backoffFactor: 1.5 };
    await json.fill(JSON.stringify(document));
    t.deepEqual(await objections(page), [], 'JSON');
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    t.is(await page.getByLabel('ID').inputValue(), '/api', 'one document in two views');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await runs(page);

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Labels').waitFor();
    await page.reload();
    await page.getByLabel('Labels').waitFor();
    // What somebody else changes meanwhile is not taken back.
    const headers = { 'Content-Type': 'application/json' };
    const change = { method: 'PATCH', headers, body: '{"env":{"COLOUR":"red"}}' };
    t.is((await fetch(`${url}/v2/apps/api`, change)).status, 200);
    await until('nothing is deployed', async () => (await appOf(url, '/api')).deployments.length === 0);
    await page.getByLabel('Labels').fill('team=blue');
    await page.getByText('"team": "blue"').first().waitFor();
    t.deepEqual(await objections(page), [], 'the difference');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    const { labels, env, backoffFactor } = await appOf(url, '/api');
    t.deepEqual(labels, { team: 'blue' });
    t.deepEqual(env, { COLOUR: 'red' });
    t.is(backoffFactor, 1.5);
    // The browser tells of the answers that refuse; nothing else may be wrong.
    t.deepEqual(
      complaints.filter((text) => !text.includes('status of 422')),
      [],
    );
  },
);

test.serial(
  `an app is scaled, suspended and destroyed, and everything is live and outlives a Marathon that dies (${inBrowser})`,
  async (t) => {
    const world = await open(t);
    if (world === undefined) return t.pass();
    const { page, url, restart } = world;
    await post(url, { id: '/shop/web', cmd: 'sleep 1000', cpus: 0.1, mem: 32, instances: 1 });
    await page.goto(url);
    await page.getByRole('link', { name: 'shop/' }).click();
    await page.getByRole('link', { name: 'web', exact: true }).click();
    await runs(page);
    await page.getByRole('button', { name: 'Scale', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Instances').fill('3');
    t.deepEqual(await objections(page), [], 'a dialog');
    await dialog.getByRole('button', { name: 'Scale', exact: true }).click();
    await page.getByText('3 of 3').waitFor();
    await until(
      'three are listed',
      async () => (await page.getByRole('button', { name: 'Kill', exact: true }).count()) === 3,
    );

    await restart();
    await page.getByText('live', { exact: true }).waitFor();
    // What begins elsewhere is seen without asking.
    await post(url, { id: '/shop/big', cmd: 'sleep 1000', cpus: 100, mem: 32, instances: 1 });
    await page.goto(`${url}/app#/group/%2Fshop`);
    await page.getByRole('link', { name: 'big', exact: true }).click();
    await page.getByText('InsufficientCpus').first().waitFor();
    t.deepEqual(await objections(page), [], 'why it waits');
    await picture(page, 'marathon-waiting');

    await page.goto(`${url}/app#/apps/%2Fshop%2Fweb`);
    await runs(page);
    await press(page, 'Suspend');
    await badge(page, 'suspended').first().waitFor();
    await page.goto(`${url}/app#/apps/%2Fshop%2Fbig`);
    await page.getByRole('button', { name: 'Destroy' }).click();
    const destroy = dialog.getByRole('button', { name: 'Destroy' });
    t.true(await destroy.isDisabled(), 'its id must be typed first');
    await dialog.getByRole('textbox').fill('/shop/big');
    await destroy.click();
    await page.getByRole('heading', { name: 'Applications', level: 1 }).waitFor();
    await page.getByLabel('Find applications').fill('shop');
    await page.getByRole('link', { name: '/shop/web' }).waitFor();
    // Its deployment takes a moment; then the event stream tells that it is gone.
    await page.getByRole('link', { name: '/shop/big' }).waitFor({ state: 'detached' });
    t.is(await page.getByRole('link', { name: '/shop/big' }).count(), 0);
  },
);

test.serial(
  `the form knows what is beyond Marathon; changes in place replace nothing; scaling for a while undoes itself; what is over is told (${inBrowser})`,
  async (t) => {
    const world = await open(t);
    if (world === undefined) return t.pass();
    const { page, url } = world;
    await page.goto(`${url}/app#/new`);
    await page.getByLabel('ID').fill('/web');
    await page.getByLabel('Command').fill('sleep 1000');
    await page.getByLabel('Instances', { exact: true }).fill('2');
    await page.getByLabel('Batches').fill('1, x');
    await page.getByText("'x' is no number").waitFor();
    await page.getByLabel('Batches').fill('0');
    await page.getByText('0 is less than 1').waitFor();
    await page.getByLabel('Batches').fill('1, 2');
    await page.getByLabel('Least healthy').fill('1.5');
    await page.getByText('1.5 is more than 1').waitFor();
    await page.getByLabel('Least healthy').fill('0.5');
    await page.getByLabel('Beyond the number').fill('0');
    await page.getByLabel('Roll back when it fails').selectOption('yes');
    await page.getByLabel('Missing in a drain').fill('1');
    await page.getByLabel('Ends first').selectOption('OLDEST_FIRST');
    t.deepEqual(await objections(page), [], 'the form');
    await picture(page, 'marathon-form');
    await page.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByText('2 of 2').waitFor();
    await runs(page);
    const made = await appOf(url, '/web');
    t.deepEqual(made.update, { batchSizes: [1, 2], autoRollback: true });
    t.deepEqual(made.disruptionBudget, { maxUnavailable: 1 });
    t.is(made.killSelection, 'OLDEST_FIRST');
    const ids = async (): Promise<string[]> => (await appOf(url, '/web')).tasks.map(({ id }) => id).sort();
    const before = await ids();

    await page.getByRole('link', { name: 'Edit' }).click();
    await page.getByLabel('Leave running instances alone').check();
    await page.getByLabel('Command').fill('sleep 2000');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByText('is part of running tasks').first().waitFor();
    await page.getByLabel('Command').fill('sleep 1000');
    await page.getByLabel('Labels').fill('team=blue');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    t.deepEqual((await appOf(url, '/web')).labels, { team: 'blue' });
    t.deepEqual(await ids(), before);

    await page.getByRole('button', { name: 'Scale', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Instances').fill('3');
    await dialog.getByLabel('For so many seconds').fill('2');
    await picture(page, 'marathon-scale');
    await dialog.getByRole('button', { name: 'Scale', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await until('it is over', async () => {
      const { instances, deployments, tasks } = await appOf(url, '/web');
      return instances === 2 && deployments.length === 0 && tasks.length === 2;
    });
    // A slow machine may have launched no third one in so short a time.
    const over = (await historyOf(url, '/web')).length + 2;
    await runs(page);
    await press(page, 'Restart');
    await until('both are replaced', async () => {
      const { deployments } = await appOf(url, '/web');
      return deployments.length === 0 && (await historyOf(url, '/web')).length === over;
    });
    await page.getByText('Instances that are over').click();
    await until(
      'they are listed',
      async () =>
        (await page.getByRole('table', { name: 'Instances that are over' }).locator('tbody tr').count()) ===
        over,
    );
    t.deepEqual(await objections(page), [], 'what is over');
    await picture(page, 'marathon-over');
  },
);

test.serial(
  `a rolling update is seen step by step, what it holds asks to be forced, and it is rolled back (${inBrowser})`,
  async (t) => {
    const world = await open(t);
    if (world === undefined) return t.pass();
    const { page, url } = world;
    await post(url, {
      id: '/web',
      cmd: 'sleep 1000',
      cpus: 0.1,
      mem: 32,
      instances: 2,
      upgradeStrategy: { minimumHealthCapacity: 0.5, maximumOverCapacity: 0 },
    });
    await page.goto(`${url}/app#/apps/%2Fweb`);
    await page.getByText('2 of 2').waitFor();
    await runs(page);
    await page.getByRole('link', { name: 'Edit' }).click();
    // Never healthy: the update stays in its middle until somebody decides.
    await page
      .getByLabel('Health checks (JSON)')
      .fill('[{"protocol":"COMMAND","command":{"value":"false"},"gracePeriodSeconds":600}]');
    await page.getByLabel('Command').fill('sleep 2000');
    await page.getByRole('button', { name: 'Deploy', exact: true }).click();
    await badge(page, 'older').first().waitFor();
    await badge(page, 'deploying').first().waitFor();
    await picture(page, 'marathon-update');

    await page.getByRole('button', { name: 'Scale', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Instances').fill('5');
    await dialog.getByRole('button', { name: 'Scale', exact: true }).click();
    await dialog.getByRole('button', { name: 'Force' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();

    await page.getByRole('link', { name: 'Deployments (1)' }).click();
    await page.getByText('RestartApplication /web').waitFor();
    t.deepEqual(await objections(page), [], 'deployments');
    await picture(page, 'marathon-deployments');
    await press(page, 'Roll back');
    await page.getByText('Nothing is being deployed.').waitFor();
    await page.goto(`${url}/app#/apps/%2Fweb`);
    await page.getByText('2 of 2').waitFor();
    await until('only present ones run', async () => (await badge(page, 'older').count()) === 0);
    t.is((await getJson<{ app: { cmd: string } }>(`${url}/v2/apps/web`)).app.cmd, 'sleep 1000');

    await page.getByText('"cmd": "sleep 2000"').waitFor();
    t.deepEqual(await objections(page), [], 'versions that differ');
    await page.goto(`${url}/app#/about`);
    await page.getByText('mesos_leader_ui_url').waitFor();
    t.deepEqual(await objections(page), [], 'about');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${url}/app#/`);
    await page.getByRole('link', { name: 'web', exact: true }).waitFor();
    t.deepEqual(await objections(page), [], 'dark and small');
    await picture(page, 'marathon-dark-and-small');
  },
);

test.serial(
  `what waits for what is drawn, the cluster's use told, a change undone, what was destroyed brought back (${inBrowser})`,
  async (t) => {
    const world = await open(t);
    if (world === undefined) return t.pass();
    const { url, page, complaints } = world;
    await post(url, { id: '/shop/db', cmd: 'sleep 1000', cpus: 0.1, mem: 32 });
    await post(url, { id: '/shop/web', cmd: 'sleep 1000', cpus: 0.1, mem: 32, dependencies: ['/shop/db'] });
    await page.goto(`${url}/#/group/%2Fshop`);
    await page
      .getByRole('img', { name: /What waits for what in \/shop, now in \/shop\/db, \/shop\/web/ })
      .waitFor();
    await page.getByText('3.8 of 4 free').waitFor();
    t.deepEqual(await objections(page), []);
    await picture(page, 'marathon-dependencies');

    await page.goto(`${url}/#/apps/%2Fshop%2Fweb`);
    await badge(page, 'running').first().waitFor();
    await until('nothing is deployed', async () => (await appOf(url, '/shop/web')).deployments.length === 0);
    await page.getByRole('link', { name: 'at the master' }).waitFor();
    const headers = { 'Content-Type': 'application/json' };
    const change = { method: 'PATCH', headers, body: '{"env":{"COLOUR":"red"}}' };
    t.is((await fetch(`${url}/v2/apps/shop/web`, change)).status, 200);
    await until('nothing is deployed', async () => (await appOf(url, '/shop/web')).deployments.length === 0);
    await page.getByText('Who changed it').click();
    await page.getByText('changed', { exact: true }).click();
    await page.getByRole('region', { name: 'What differs' }).first().getByText('COLOUR').waitFor();
    t.deepEqual(await objections(page), []);
    await press(page, 'Undo');
    await until(
      'the change is undone',
      async () => (await appOf(url, '/shop/web')).env?.['COLOUR'] === undefined,
    );
    await until('nothing is deployed', async () => (await appOf(url, '/shop/web')).deployments.length === 0);

    await page.getByRole('button', { name: 'Destroy', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill('/shop/web');
    await dialog.getByRole('button', { name: 'Destroy', exact: true }).click();
    const destroyed = page.getByRole('region', { name: 'Destroyed a moment ago' });
    await destroyed.getByText('/shop/web').waitFor();
    t.deepEqual(await objections(page), []);
    await destroyed.getByRole('button', { name: 'Bring back' }).click();
    await dialog.getByRole('button', { name: 'Bring back' }).click();
    await destroyed.waitFor({ state: 'detached' });
    await until('it runs again', async () => (await appOf(url, '/shop/web')).tasks.length === 1);
    t.deepEqual(complaints, []);
  },
);

test.serial(
  `an answer that comes late does not hide what came after it was asked for (${inBrowser})`,
  async (t) => {
    const world = await open(t);
    if (world === undefined) return t.pass();
    const { url, page } = world;
    await page.route(
      '**/v2/groups?*',
      async (route) => {
        const response = await route.fetch();
        await post(url, { id: '/late', cmd: 'sleep 1000', cpus: 0.1, mem: 32 });
        await until('nothing happens any more', async () => {
          const { tasks, deployments } = await appOf(url, '/late');
          return tasks.length === 1 && deployments.length === 0;
        });
        // What events lead to has its chance to be answered first.
        await page.waitForResponse(/v2\/apps\?id=/, { timeout: 3000 }).catch(() => undefined);
        await route.fulfill({ response });
      },
      { times: 1 },
    );
    const answered = page.waitForResponse('**/v2/groups?*');
    await page.goto(url);
    await answered;
    await page.getByRole('link', { name: 'late', exact: true }).waitFor();
    t.is((await appOf(url, '/late')).instances, 1);
  },
);

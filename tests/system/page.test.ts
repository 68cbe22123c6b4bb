/** The web page in a real browser, over a cluster of real processes. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Locator, Page } from 'playwright-core';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { boot, bootAgent, bootMaster, type MasterProcess, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

interface World {
  readonly master: MasterProcess;
  readonly folder: string;
  readonly page: Page;
  /** What the browser complained of. */
  readonly complaints: readonly string[];
}

async function open(t: ExecutionContext): Promise<World | undefined> {
  if (chromiumPath === undefined) return undefined;
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  await bootAgent(t, master, path.join(folder, 'agent'), [
    '--resources=cpus:4;mem:1024;disk:1000',
    '--attributes=rack:a',
  ]);
  runJobs(t, folder, master, [
    {
      name: 'talker',
      cpus: 0.5,
      mem: 32,
      command: 'seq 1 300; printf "\\033[31mred\\033[0m\\n"; while :; do echo tick; sleep 0.3; done',
    },
    { name: '<b>markup</b>', cpus: 0.1, mem: 32, retries: 0, command: 'exit 3' },
    { name: 'never', cpus: 400, mem: 32, command: 'true' },
  ]);
  return { master, folder, ...(await openPage(t, chromiumPath)) };
}

function runJobs(
  t: ExecutionContext,
  folder: string,
  { port }: MasterProcess,
  jobs: readonly object[],
): void {
  const file = path.join(folder, 'jobs.json');
  writeFileSync(file, JSON.stringify({ jobs }));
  boot(t, [
    '--role=framework',
    '--framework=jobs',
    `--master=127.0.0.1:${port}`,
    `--jobs=${file}`,
    `--work_dir=${folder}/jobs`,
  ]);
}

/** The word for a state. */
function badge(page: Page, state: string): Locator {
  return page.locator('.badge').getByText(state, { exact: true });
}

test.serial(`every screen shows what is there, live, for everybody (${inBrowser})`, async (t) => {
  const world = await open(t);
  if (world === undefined) return t.pass();
  const { page, master, complaints } = world;
  await page.goto(master.url);
  await badge(page, 'running').first().waitFor();
  const failed = page.getByRole('row').filter({ hasText: '<b>markup</b>' });
  await failed.locator('.badge', { hasText: 'failed' }).waitFor();
  t.is(await page.locator('td b').count(), 0, 'names are text, never markup');
  const screens: [place: string, shows: string][] = [
    ['', 'of 4'],
    ['agents', 'rack:a'],
    ['frameworks', 'jobs.json'],
    ['tasks', 'jobs.talker.1'],
    ['roles', 'Guaranteed'],
    ['offers', 'Why it gets what it gets'],
    ['operations', 'No operation is known.'],
    ['maintenance', 'No maintenance is planned.'],
    ['charts?actor=master', 'task'],
    ['charts?actor=master&machine=task', 'Steps'],
    ['charts?actor=master&machine=operation', 'No instance of it is alive now'],
    ['flows', 'Ways that were taken'],
    ['messages', 'Choose a message'],
    ['node', 'master/tasks_running'],
  ];
  for (const [place, shows] of screens) {
    await page.goto(`${master.url}/#/${place}`);
    await page.getByText(shows).first().waitFor();
    t.deepEqual(await objections(page), [], place);
    await picture(page, place.replaceAll(/\W+/g, '-') || 'summary');
  }
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 800 });
  for (const [place, shows] of screens) {
    await page.goto(`${master.url}/#/${place}`);
    await page.getByText(shows).first().waitFor();
    t.deepEqual(await objections(page), [], `${place}, dark and small`);
    await picture(page, `dark-and-small-${place.replaceAll(/\W+/g, '-') || 'summary'}`);
  }
  t.deepEqual(complaints, []);
});

test.serial(
  `a task is looked into, followed and killed, an agent taken out of service and brought back (${inBrowser})`,
  async (t) => {
    const world = await open(t);
    if (world === undefined) return t.pass();
    const { page, master, complaints } = world;
    await page.goto(`${master.url}/#/tasks?search=talker`);
    await badge(page, 'running').waitFor();
    await page.getByRole('cell').getByRole('link').first().click();
    await page.getByRole('heading', { name: 'History' }).waitFor();
    await page.getByRole('link', { name: 'stdout' }).click();
    await page.getByText('tick').first().waitFor();
    const red = page.locator('.ansi-red');
    t.is(await red.textContent(), 'red');
    const ticks = async (): Promise<number> =>
      ((await page.locator('pre.log').textContent()) ?? '').split('tick').length;
    const before = await ticks();
    await until('more is printed while one looks', async () => (await ticks()) > before + 2);
    await page.getByPlaceholder('Lines with…').fill('red');
    await until('only lines with it are shown', async () => (await ticks()) === 1);
    t.deepEqual(await objections(page), []);
    await page.goBack();
    await page.getByRole('link', { name: 'Sandbox' }).click();
    await page.getByRole('link', { name: 'stderr', exact: true }).waitFor();
    t.deepEqual(await objections(page), []);
    await page.goBack();

    await page.getByRole('link', { name: 'Statechart', exact: true }).click();
    await page.getByRole('img', { name: /now in running/ }).waitFor();
    await page.getByRole('region', { name: 'What can happen next' }).getByText('The task runs.').waitFor();
    t.is(await page.locator('svg.statechart title', { hasText: 'The task runs.' }).count(), 1);
    // Not to `starting`: a slow agent tells of that when the task runs already, and the master skips it.
    await page.getByRole('button', { name: /– → staging/ }).click();
    await page.getByRole('img', { name: /now in staging/ }).waitFor();
    await page.getByRole('button', { name: 'Live again' }).click();
    await picture(page, 'statechart');
    await page.goBack();
    await page.getByRole('button', { name: 'Kill', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    t.is(await dialog.count(), 0);
    await page.getByRole('button', { name: 'Kill', exact: true }).click();
    await dialog.getByRole('button', { name: 'Kill', exact: true }).click();
    await badge(page, 'killed').first().waitFor();

    await page.goto(`${master.url}/#/agents`);
    await page.getByRole('cell').getByRole('link').first().click();
    await page.getByRole('figure', { name: /^CPUs: .* of 4$/ }).waitFor();
    await page.getByRole('button', { name: 'Drain' }).click();
    t.deepEqual(await objections(page), []);
    await dialog.getByRole('button', { name: 'Drain' }).click();
    await badge(page, 'drained').first().waitFor();
    await page.getByRole('button', { name: 'Bring back' }).click();
    await dialog.getByRole('button', { name: 'Bring back' }).click();
    await badge(page, 'active').first().waitFor();
    await page.getByRole('button', { name: 'Mark gone' }).click();
    t.true(
      await dialog.getByRole('button', { name: 'Mark gone' }).isDisabled(),
      'the host must be typed first',
    );
    await dialog.getByRole('textbox').press('Control+Enter');
    t.true(await dialog.getByRole('button', { name: 'Mark gone' }).isDisabled(), 'whatever keys are pressed');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    t.deepEqual(complaints, []);
  },
);

test.serial(
  `policy is changed, and what the master refuses is told in its words (${inBrowser})`,
  async (t) => {
    const world = await open(t);
    if (world === undefined) return t.pass();
    const { page, master } = world;
    await page.goto(`${master.url}/#/roles`);
    await page.getByLabel('Another role').fill('db');
    await page.getByRole('button', { name: 'Quota' }).last().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Guaranteed').fill('cpus:9000');
    await dialog.getByRole('button', { name: 'Quota' }).click();
    await dialog.getByRole('alert').waitFor();
    t.regex((await dialog.getByRole('alert').textContent()) ?? '', /capacity/);
    t.is(await dialog.getByLabel('Guaranteed').inputValue(), 'cpus:9000', 'what was typed is still there');
    await dialog.getByLabel('Guaranteed').fill('cpus:1');
    await dialog.getByLabel('Limit').fill('cpus:2');
    await dialog.getByRole('button', { name: 'Quota' }).click();
    await page.getByRole('cell', { name: 'cpus:2', exact: true }).waitFor();

    await page.goto(`${master.url}/#/agents`);
    await page.getByRole('cell').getByRole('link').first().click();
    await page.getByRole('button', { name: 'Reserve', exact: true }).click();
    await dialog.getByLabel('Role').fill('db');
    await dialog.getByLabel('Resources').fill('disk:5000');
    await dialog.getByRole('button', { name: 'Reserve', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Resources').fill('disk:100');
    await dialog.getByRole('button', { name: 'Reserve', exact: true }).click();
    await page.getByRole('button', { name: 'Make a volume' }).click();
    await dialog.getByLabel('ID of the volume').fill('data');
    await dialog.getByRole('button', { name: 'Make a volume' }).click();
    await page.getByRole('cell', { name: 'data', exact: true }).waitFor();
    t.deepEqual(await objections(page), []);
    await page.getByRole('button', { name: 'Destroy volume' }).click();
    await dialog.getByRole('textbox').fill('data');
    await dialog.getByRole('button', { name: 'Destroy volume' }).click();
    await page.getByRole('button', { name: 'Unreserve' }).click();
    await dialog.getByRole('button', { name: 'Unreserve' }).click();
    await page.getByText('Nothing is reserved.').waitFor();

    await page.goto(`${master.url}/#/maintenance`);
    await page.getByRole('button', { name: 'Plan a window' }).click();
    await dialog.getByLabel('Hosts or addresses').fill('some-host');
    // Somebody else plans something of which the page does not know yet.
    const letKnow = await holdPlan(page);
    await planFor(master, 'other-host');
    await dialog.getByRole('button', { name: 'Plan a window' }).click();
    letKnow();
    for (const host of ['other-host', 'some-host']) {
      const machine = page.getByRole('listitem').filter({ hasText: host });
      const window = page.locator('main section.card').filter({ has: machine });
      await window.getByRole('button', { name: 'Cancel window' }).click();
      await dialog.getByRole('button', { name: 'Cancel window' }).click();
      await window.waitFor({ state: 'detached' });
    }
    await page.getByText('No maintenance is planned.').waitFor();
  },
);

/** The page's questions for the plan wait. @returns lets them go on */
async function holdPlan(page: Page): Promise<() => void> {
  let go = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  await page.route('**/api/v1', async (route) => {
    if (route.request().postData()?.includes('GET_MAINTENANCE_SCHEDULE')) await held;
    await route.continue();
  });
  return go;
}

async function planFor({ url }: MasterProcess, hostname: string): Promise<void> {
  const unavailability = { start: { nanoseconds: 1 } };
  const schedule = { windows: [{ machine_ids: [{ hostname }], unavailability }] };
  const answer = await fetch(`${url}/api/v1`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ type: 'UPDATE_MAINTENANCE_SCHEDULE', update_maintenance_schedule: { schedule } }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

test.serial(
  `a master that dies is told, what was known stays, and the page finds the next one by itself (${inBrowser})`,
  async (t) => {
    const world = await open(t);
    if (world === undefined) return t.pass();
    const { page, master, folder } = world;
    await page.goto(`${master.url}/#/tasks`);
    await page.getByText('jobs.talker.1').waitFor();
    master.child.kill('SIGKILL');
    await master.exited;
    await page.getByText('no answer from the master').waitFor();
    t.true(await page.getByText('jobs.talker.1').isVisible());
    const again = boot(t, ['--role=master', `--port=${master.port}`, `--work_dir=${folder}/master`]);
    await again.says(/listens on/);
    await page.getByText('live', { exact: true }).waitFor();
  },
);

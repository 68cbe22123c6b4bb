/** What the web page makes of names, logs and clocks that are not as they should be; and of the keyboard. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { boot, bootAgent, bootMaster, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

const SCRIPT = '<script>document.title="taken over"</script>';
/** Colours, a bell, a backspace, a title for the terminal, a zero, bytes that are no text. */
const ODD = "printf '\\033[31mred\\033[0m\\a\\b\\033]0;title\\007\\000 \\377\\376 end\\n' > odd";
/** Takes no room: a file with a hole in it. */
const BIG = 'truncate -s 2147483648 big; echo the-very-end >> big';

async function open(t: ExecutionContext, chromium: string) {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  const agent = await bootAgent(t, master, path.join(folder, 'agent'), ['--resources=cpus:4;mem:1024']);
  const file = path.join(folder, 'jobs.json');
  const command = `${ODD}; ${BIG}; echo out; echo err >&2; while :; do sleep 1; done`;
  writeFileSync(file, JSON.stringify({ jobs: [{ name: SCRIPT, cpus: 0.1, mem: 32, command }] }));
  boot(t, [
    '--role=framework',
    '--framework=jobs',
    `--master=127.0.0.1:${master.port}`,
    `--jobs=${file}`,
    `--work_dir=${folder}/jobs`,
  ]);
  return { master, agent, ...(await openPage(t, chromium)) };
}

async function openSandbox(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/#/tasks`);
  await page.locator('.badge').getByText('running', { exact: true }).waitFor();
  await page.getByRole('cell').getByRole('link').first().click();
  await page.getByRole('link', { name: 'Sandbox' }).click();
  await page.getByRole('link', { name: 'big', exact: true }).waitFor();
}

test.serial(
  `scripts in names, control characters, gigabytes and an agent that vanishes do no harm (${inBrowser})`,
  async (t) => {
    if (chromiumPath === undefined) return t.pass();
    const { master, agent, page, complaints } = await open(t, chromiumPath);
    await page.goto(`${master.url}/#/tasks`);
    await page.getByText(SCRIPT).first().waitFor();
    t.is(await page.title(), 'Mesostate', 'names are text, never scripts');
    await openSandbox(page, master.url);
    await page.getByText('2.0 GiB').waitFor();
    await page.getByRole('link', { name: 'big', exact: true }).click();
    await page.getByText('the-very-end').waitFor();
    t.true(((await page.locator('pre.log').textContent()) ?? '').length < 100_000, 'only its end is read');
    await page.goBack();
    await page.getByRole('link', { name: 'odd', exact: true }).click();
    const log = page.locator('pre.log');
    await log.getByText('red').waitFor();
    t.regex((await log.textContent()) ?? '', /^red \ufffd+ end\n$/, 'what controls a terminal is left out');
    t.deepEqual(await objections(page), []);
    t.deepEqual(complaints, []);
    agent.child.kill('SIGKILL');
    await page.getByRole('alert').waitFor();
    t.true(await log.getByText('red').isVisible(), 'what was read stays in sight');
  },
);

test.serial(`a browser whose clock is a day behind shows times that make sense (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const { master, page, complaints } = await open(t, chromiumPath);
  await page.addInitScript('{ const now = Date.now; Date.now = () => now() - 86400000; }');
  await page.goto(`${master.url}/#/tasks`);
  await page.getByText('in 23 h').or(page.getByText('in 1 d')).first().waitFor();
  await page.getByText('live', { exact: true }).waitFor();
  t.notRegex((await page.locator('main').textContent()) ?? '', /-\d+ [smhd]\b|NaN/);
  t.deepEqual(complaints, []);
});

test.serial(
  `what was not answered is asked for again, without a word of one's own (${inBrowser})`,
  async (t) => {
    if (chromiumPath === undefined) return t.pass();
    const master = await bootMaster(t, scratch(t));
    const { page } = await openPage(t, chromiumPath);
    await page.goto(`${master.url}/#/`);
    await page.getByText('live', { exact: true }).waitFor();
    await page.context().setOffline(true);
    await page.goto(`${master.url}/#/node`);
    await page.getByText('No answer.').first().waitFor();
    await page.context().setOffline(false);
    await page
      .getByRole('region', { name: 'Flags' })
      .getByText('agent_ping_timeout', { exact: true })
      .waitFor();
    await page.getByText('No answer.').first().waitFor({ state: 'detached' });
    t.is(await page.getByRole('alert').count(), 0);
  },
);

test.serial(`two logs stand side by side; the keyboard goes everywhere (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const { master, page, complaints } = await open(t, chromiumPath);
  await openSandbox(page, master.url);
  await page.getByRole('link', { name: 'stdout', exact: true }).click();
  await page.getByRole('button', { name: 'Side by side' }).click();
  await page.getByRole('region', { name: 'stdout' }).getByText('out', { exact: true }).waitFor();
  await page.getByRole('region', { name: 'stderr' }).getByText('err', { exact: true }).waitFor();
  t.deepEqual(await objections(page), []);
  await picture(page, 'two-logs');
  await page.reload();
  await page.getByRole('region', { name: 'stderr' }).getByText('err', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'One log' }).click();
  await until('one is left', async () => (await page.locator('pre.log').count()) === 1);

  await page.locator('h1').click();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByText('Keyboard shortcuts').waitFor();
  t.deepEqual(await objections(page), []);
  await picture(page, 'shortcuts');
  await page.keyboard.press('Escape');
  // The second key has to come within a moment, which a busy machine may miss.
  await until('the keys lead to the agents', async () => {
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    return page.url().endsWith('#/agents');
  });
  await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor();
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('heading', { level: 1, name: '代理' }).waitFor();
  t.is(await page.locator('html').getAttribute('lang'), 'zh');
  t.deepEqual(await objections(page), []);
  await picture(page, 'chinese');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: '代理' }).waitFor();
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Agents' }).waitFor();
  await page.locator('h1').click();
  await page.keyboard.press('s');
  await page.keyboard.type('nobody');
  await page.getByText('Nothing fits what is looked for.').waitFor();
  t.regex(page.url(), /search=nobody/);
  t.deepEqual(complaints, []);
});

test.serial(`times are told as one likes; a part of a log is kept (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const { master, page, complaints } = await open(t, chromiumPath);
  await openSandbox(page, master.url);
  await page.getByRole('link', { name: 'stdout', exact: true }).click();
  await page.locator('pre.log').getByText('out').waitFor();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download what is shown' }).click();
  t.is((await saving).suggestedFilename(), 'stdout.part.txt');

  await page.goto(`${master.url}/#/tasks`);
  const told = page.locator('main time').first();
  await told.getByText(/ ago$/).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog').getByLabel('Times').selectOption('in UTC');
  await page.keyboard.press('Escape');
  await told.getByText(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/).waitFor();
  await page.reload();
  await told.getByText(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/).waitFor();
  t.deepEqual(complaints, []);
});

/** The web page that agents and frameworks serve themselves. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { boot, bootAgent, bootMaster, freePort, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

async function cluster(t: ExecutionContext) {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=200ms']);
  const agent = await bootAgent(t, master, path.join(folder, 'agent'), [
    '--resources=cpus:4;mem:1024;disk:1000;disk(db):100',
    '--attributes=rack:a',
  ]);
  const file = path.join(folder, 'jobs.json');
  const jobs = [
    { name: 'talker', cpus: 0.5, mem: 32, command: 'while :; do echo tick; sleep 0.3; done' },
    { name: '<i>slanted</i>', cpus: 0.1, mem: 32, retries: 0, command: 'exit 3' },
  ];
  writeFileSync(file, JSON.stringify({ jobs }));
  const port = await freePort();
  boot(t, [
    '--role=framework',
    '--framework=jobs',
    `--port=${port}`,
    `--master=127.0.0.1:${master.port}`,
    `--jobs=${file}`,
    `--work_dir=${folder}/jobs`,
  ]);
  const framework = `http://127.0.0.1:${port}`;
  const answers = () =>
    fetch(`${framework}/framework/state`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('the framework answers', answers);
  return { agent, framework };
}

type Screens = readonly (readonly [place: string, shows: string])[];

/** Looks at each screen, large and light, then small and dark. */
async function lookAt(t: ExecutionContext, page: Page, url: string, prefix: string, screens: Screens) {
  for (const [place, shows] of screens) {
    await page.goto(`${url}/#/${place}`);
    await page.getByText(shows).first().waitFor();
    t.deepEqual(await objections(page), [], place);
    await picture(page, `${prefix}-${place.replaceAll(/\W+/g, '-') || 'summary'}`);
  }
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(`${url}/#/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  t.deepEqual(await objections(page), [], 'dark and small');
  await picture(page, `${prefix}-dark-and-small`);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1300, height: 900 });
}

test.serial(
  `an agent shows what it runs, how much that uses and what it prints, and says when it is gone (${inBrowser})`,
  async (t) => {
    if (chromiumPath === undefined) return t.pass();
    const { agent } = await cluster(t);
    const { page, complaints } = await openPage(t, chromiumPath);
    await lookAt(t, page, agent.url, 'agent', [
      ['', 'jobs.json'],
      ['tasks', 'jobs.talker.1'],
      ['containers', 'talker'],
      ['browse', 'runs/latest'],
      ['charts', 'container'],
      ['flows', 'Ways that were taken'],
      ['messages', 'Choose a message'],
      ['node', 'slave/tasks_running'],
    ]);
    await page.goto(`${agent.url}/#/tasks`);
    await page.getByText('jobs.<i>slanted</i>.1').waitFor();
    t.is(await page.locator('td i').count(), 0, 'names are text, never markup');
    await page.goto(`${agent.url}/#/`);
    await page.getByRole('region', { name: 'Frameworks', exact: true }).getByRole('link').first().click();
    await page.getByText('rack:a').waitFor({ state: 'detached' });
    const executor = page.getByRole('region', { name: /^Executor talker/ });
    t.deepEqual(await objections(page), []);
    await executor.getByRole('link', { name: 'stdout' }).click();
    await page.getByText('tick').first().waitFor();
    await page.goto(`${agent.url}/#/containers`);
    await page.getByRole('row').filter({ hasText: 'talker' }).getByText('64.0 MiB').waitFor();
    t.deepEqual(complaints, []);
    agent.child.kill('SIGKILL');
    await page.getByText(/no answer from the agent/).waitFor();
    t.true(await page.getByText('talker').first().isVisible(), 'what was known stays in sight');
  },
);

test.serial(`a framework shows its connection, its tasks and its driver (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const { framework } = await cluster(t);
  const { page, complaints } = await openPage(t, chromiumPath);
  await page.goto(framework);
  await page.getByRole('row').filter({ hasText: 'jobs.talker.1' }).getByText('running').waitFor();
  await page.getByRole('row').filter({ hasText: 'slanted' }).getByText('failed').waitFor();
  await page.getByRole('region', { name: 'Completed tasks' }).getByText('exited with status 3').waitFor();
  await lookAt(t, page, framework, 'framework', [
    ['', 'subscribed'],
    ['charts?machine=job', 'Steps'],
    ['flows', 'Ways that were taken'],
    ['messages', 'Choose a message'],
    ['node', 'allow'],
  ]);
  t.deepEqual(complaints, []);
});

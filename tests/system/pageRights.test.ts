/** The web page where people have to say who they are, and may not do everything. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type { Page } from 'playwright-core';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { boot, bootAgent, bootMaster, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

const ANYBODY = { type: 'ANY' };
const ADA = { values: ['ada'] };

/** Ada may do everything, bob may look. */
const ACLS = {
  permissive: true,
  drain_agents: [
    { principals: ADA, agents: ANYBODY },
    { principals: ANYBODY, agents: { type: 'NONE' } },
  ],
  update_weights: [
    { principals: ADA, roles: ANYBODY },
    { principals: ANYBODY, roles: { values: ['dev'] } },
  ],
  reserve_resources: [
    { principals: ADA, roles: ANYBODY },
    { principals: ANYBODY, roles: { type: 'NONE' } },
  ],
};

function secured(folder: string, credentials: object[]): string[] {
  const file = path.join(folder, 'credentials.json');
  writeFileSync(file, JSON.stringify({ credentials }));
  const acls = path.join(folder, 'acls.json');
  writeFileSync(acls, JSON.stringify(ACLS));
  return [
    '--authenticate_http_readonly',
    '--authenticate_http_readwrite',
    `--credentials=${file}`,
    `--acls=${acls}`,
  ];
}

async function logIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
}

async function agentIsBack(url: string): Promise<boolean> {
  const headers = { authorization: `Basic ${Buffer.from('ada:one').toString('base64')}` };
  const answer = await fetch(`${url}/slaves`, { headers });
  const { slaves } = (await answer.json()) as { slaves?: readonly { active: boolean }[] };
  return slaves?.some(({ active }) => active) === true;
}

test(`one logs in, does what one may, and logs in again when that has expired (${inBrowser})`, async (t) => {
  if (chromiumPath === undefined) return t.pass();
  const folder = scratch(t);
  const users = [
    { principal: 'ada', secret: 'one' },
    { principal: 'bob', secret: 'two' },
  ];
  const master = await bootMaster(t, folder, secured(folder, users));
  await bootAgent(t, master, path.join(folder, 'agent'), ['--resources=cpus:4;mem:1024;disk:1000']);
  const { page } = await openPage(t, chromiumPath);
  await page.goto(`${master.url}/#/agents`);
  await page.getByText('nobody is logged in').waitFor();
  t.deepEqual(await objections(page), []);
  await picture(page, 'login');
  await logIn(page, 'bob', 'wrong');
  await page.getByText('does not know this name').waitFor();
  await logIn(page, 'bob', 'two');
  await page.getByText('live', { exact: true }).waitFor();

  await page.getByRole('cell').getByRole('link').first().click();
  const drain = page.getByRole('button', { name: 'Drain' });
  await page
    .getByText(/You \(bob\) may not do this: it takes the right DRAIN_AGENT/)
    .waitFor({ state: 'attached' });
  t.is(await drain.getAttribute('aria-disabled'), 'true');
  await drain.click({ force: true });
  const dialog = page.getByRole('dialog');
  t.is(await dialog.count(), 0, 'nothing is asked that could not be done');
  await page.getByRole('button', { name: 'Deactivate', disabled: false }).waitFor();
  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await dialog.getByLabel('Role').fill('db');
  await dialog.getByText('RESERVE_RESOURCES:db').waitFor();
  t.true(await dialog.getByRole('button', { name: 'Reserve', exact: true }).isDisabled());
  t.deepEqual(await objections(page), []);
  await picture(page, 'rights');

  users[1] = { principal: 'bob', secret: 'three' };
  secured(folder, users);
  master.child.kill('SIGKILL');
  await master.exited;
  const again = boot(t, [
    '--role=master',
    `--port=${master.port}`,
    `--work_dir=${folder}/master`,
    ...secured(folder, users),
  ]);
  await again.says(/listens on/);
  await page.keyboard.press('Escape');
  await page.getByText('the login has expired').waitFor();
  await until('the agent is back', () => agentIsBack(master.url));
  await logIn(page, 'ada', 'one');
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByText('· ada').waitFor();

  await page.getByRole('button', { name: 'Reserve', exact: true }).click();
  await dialog.getByLabel('Role').fill('db');
  await dialog.getByLabel('Resources').fill('disk:100');
  await dialog.getByRole('button', { name: 'Reserve', exact: true }).click();
  await page.getByRole('cell', { name: 'disk 100' }).waitFor();
  await page.getByRole('button', { name: 'Unreserve' }).click();
  await dialog.getByRole('button', { name: 'Unreserve' }).click();
  await page.getByText('Nothing is reserved.').waitFor();
});

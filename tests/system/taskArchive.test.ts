/** Tasks that ended long ago, in the archive of a master: found by the command line and by the page, also by a master that came after a killed one. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { run } from '../cli/support/terminal.ts';
import { inBrowser, objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { boot, bootAgent, bootMaster, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

test(`what a master remembers no more is in its archive, and says so where there is none (${inBrowser})`, async (t) => {
  const folder = scratch(t);
  const flags = [
    '--allocation_interval=100ms',
    '--max_completed_tasks_per_framework=0',
    `--task_archive=${folder}/archive`,
  ];
  const master = await bootMaster(t, folder, flags);
  await bootAgent(t, master, path.join(folder, 'agent'));
  const env = { MESOSTATE_MASTER: `127.0.0.1:${master.port}` };
  const m = (...words: string[]) => run(words, env);
  const jobs = path.join(folder, 'jobs.json');
  writeFileSync(
    jobs,
    JSON.stringify({ jobs: [{ name: 'old', command: 'exit 3', retries: 0, cpus: 0.1, mem: 32 }] }),
  );
  boot(t, [
    '--role=framework',
    '--framework=jobs',
    `--master=127.0.0.1:${master.port}`,
    `--jobs=${jobs}`,
    `--work_dir=${folder}/jobs`,
  ]);
  interface Told {
    readonly name: string;
    readonly state: string;
    readonly kept: string;
    readonly task_id: { readonly value: string };
    readonly framework_id: { readonly value: string };
  }
  const archived = async (): Promise<Told[]> =>
    JSON.parse((await m('tasks', '--archived', '--json')).stdout) as Told[];
  const old = await until('the task is archived', async () => (await archived())[0]);
  t.is(old.state, 'TASK_FAILED');
  t.is(old.kept, 'archived');
  t.deepEqual(JSON.parse((await m('tasks', '--all', '--json')).stdout), [], 'the master has forgotten it');

  master.child.kill('SIGKILL');
  await master.exited;
  const again = boot(t, ['--role=master', `--port=${master.port}`, `--work_dir=${folder}/master`, ...flags]);
  await again.says(/listens on/);
  const id = old.task_id.value;
  const shown = await until('the next master leads', async () => {
    const outcome = await m('inspect', id);
    return outcome.code === 0 ? outcome.stdout : undefined;
  });
  t.regex(shown, /^task .*\n(.*\n)*.* failed .*exited with status 3/i);
  t.regex((await m('tasks', '--archived')).stdout, /failed/);
  const unknown = await m('inspect', 'no-such-thing');
  t.is(unknown.code, 1);
  t.regex(unknown.stderr, /there is no agent, framework or task 'no-such-thing'/);

  if (chromiumPath === undefined) return;
  const { page, complaints } = await openPage(t, chromiumPath);
  const asked: string[] = [];
  let answer = (): void => undefined;
  const typed = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/tasks/archive?*', async (route) => {
    asked.push(new URL(route.request().url()).searchParams.get('search') ?? '');
    await typed;
    await route.continue();
  });
  await page.goto(`${master.url}/#/tasks`);
  await page.getByRole('link', { name: 'the archive' }).click();
  await page.getByRole('searchbox', { name: 'Find in Archive' }).pressSequentially('failed old');
  answer();
  await until('what was typed is asked for', () => asked.at(-1) === 'failed old');
  t.deepEqual(
    [...new Set(asked)],
    ['', 'failed old'],
    'one question after the other, and none for each letter',
  );
  await page.getByRole('row').filter({ hasText: 'failed' }).getByRole('link').first().click();
  await page.getByText('this is from the archive').waitFor();
  await page.getByRole('cell', { name: /status 3/ }).waitFor();
  t.deepEqual(await objections(page), []);
  await picture(page, 'archived-task');
  await page.goto(`${master.url}/#/tasks/${old.framework_id.value}/never-was`);
  await page.getByText('its archive does not reach back to it').waitFor();
  await page.goto(`${master.url}/#/archive`);
  await page.getByRole('row').filter({ hasText: 'failed' }).waitFor();
  t.deepEqual(await objections(page), []);
  await picture(page, 'archive');
  t.deepEqual(complaints, []);
});

test('a folder for an archive that cannot be written is told at the start, one without the flag when it is asked for', async (t) => {
  const folder = scratch(t);
  writeFileSync(path.join(folder, 'file'), '');
  const refused = boot(t, [
    '--role=master',
    '--port=0',
    '--registry=in_memory',
    `--task_archive=${folder}/file`,
  ]);
  t.is(await refused.exited, 73);
  t.regex(refused.output(), /--task_archive: expected a folder to write in/);
  const master = await bootMaster(t, folder);
  const env = { MESOSTATE_MASTER: `127.0.0.1:${master.port}` };
  const { stderr } = await until('the master leads', async () => {
    const outcome = await run(['tasks', '--archived'], env);
    return outcome.code === 1 ? outcome : undefined;
  });
  t.regex(stderr, /keeps no archive of tasks; with --task_archive=FOLDER/);
});

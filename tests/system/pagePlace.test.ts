/** Long tables in a real browser: every row is drawn where it belongs, and back leads to the row one was at; also with large text, and on a phone. */
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Page } from 'playwright-core';
import { apiCluster } from '../../bench/support/apiCluster.ts';
import { packageRoot } from '../../runtime/build.ts';
import { Assets } from '../../runtime/http/assets.ts';
import { inBrowser, openPage } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { until } from '../support/until.ts';

const AGENTS = 40;

/** A master with 40 agents and 800 tasks. @returns its address */
async function cluster(t: ExecutionContext): Promise<string> {
  const made = await apiCluster();
  t.teardown(() => made.stop());
  made.node.spawn(new Assets(path.join(packageRoot, 'dist', 'ui')));
  made.node.homeId = 'app';
  await made.add(AGENTS, 20);
  return made.url;
}

interface Sight {
  /** Of the topmost row below the table's head. */
  readonly row: number;
  /** Pixels of it that are hidden below the head. */
  readonly hidden: number;
  readonly rowPx: number;
  /** Whether rows fill the box from its head to its foot, one after the other. */
  readonly isFull: boolean;
}

/** What is in sight of the table: runs in the page. */
const SIGHT = `(box) => {
  const head = box.querySelector('th')?.getBoundingClientRect().bottom ?? 0;
  const foot = box.getBoundingClientRect().top + box.clientHeight;
  const rows = [...box.querySelectorAll('tr[aria-rowindex]')]
    .map((row) => ({ at: Number(row.getAttribute('aria-rowindex')), place: row.getBoundingClientRect() }))
    .filter(({ place }) => place.bottom > head + 0.5 && place.top < foot - 1.5);
  const [first] = rows;
  if (first === undefined) return { row: -1, hidden: 0, rowPx: 0, isFull: false };
  return {
    row: first.at,
    hidden: Math.round(head - first.place.top),
    rowPx: first.place.height,
    isFull:
      first.place.top <= head + 0.5 &&
      rows.at(-1).place.bottom >= foot - 1.5 &&
      rows.every(({ at }, index) => at === first.at + index),
  };
}`;

const BOX = "document.querySelector('section.table .scroll')";

function sightOf(page: Page): Promise<Sight> {
  return page.evaluate(`(${SIGHT})(${BOX})`);
}

/** Scrolls, and waits until rows are drawn there. */
async function scrolled(page: Page, top: number): Promise<Sight> {
  await page.evaluate(`${BOX}.scrollTop = ${top}`);
  return until(`rows fill the table at ${top}`, async () => {
    const sight = await sightOf(page);
    return sight.isFull ? sight : undefined;
  });
}

/** Waits until the same is in sight as before. */
async function isAgain(page: Page, before: Sight): Promise<void> {
  let now: Sight | undefined;
  await until(
    () => `${JSON.stringify(before)} in sight again, now ${JSON.stringify(now)}`,
    async () => {
      now = await sightOf(page);
      return now.row === before.row && Math.abs(now.hidden - before.hidden) <= 1 && now.isFull;
    },
  );
}

async function thereAndBack(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Roles' }).click();
  await page.getByRole('heading', { name: 'Roles', level: 1 }).waitFor();
  await page.goBack();
}

for (const [name, width, fontPx] of [
  ['plain', 1300, 16],
  ['on a phone with text of twice the size', 390, 32],
] as const)
  test.serial(
    `rows of a long table are where they belong, and back leads to them: ${name} (${inBrowser})`,
    async (t) => {
      if (chromiumPath === undefined) return t.pass();
      const url = await cluster(t);
      const { page } = await openPage(t, chromiumPath, { width, height: 800, fontPx });
      await page.goto(`${url}/#/agents?sort=id`);
      await page.getByRole('row').nth(1).waitFor();
      const { rowPx } = await scrolled(page, 0);
      t.true(fontPx === 16 ? rowPx < 40 : rowPx > 60, `rows grow with the text: ${rowPx}`);
      // Steps smaller than what is drawn: rows that stay, rows that go and rows that come.
      for (const step of [5, 7, 12, 14]) await scrolled(page, step * rowPx);
      const last = await scrolled(page, 1e6);
      t.true(last.row > 2);

      for (const [place, top] of [
        ['tasks', 317.5 * rowPx],
        ['agents', 9.25 * rowPx],
        ['agents', 1e6],
      ] as const) {
        await page.goto(`${url}/#/${place}?sort=id&round=${top}`);
        await page.getByRole('heading', { name: place, level: 1 }).waitFor();
        await page.getByRole('row').nth(1).waitFor();
        const before = await scrolled(page, top);
        await thereAndBack(page);
        await isAgain(page, before);
        await page.reload();
        await isAgain(page, before);
      }
      // Who scrolls and leaves in one instant finds it again, too.
      await scrolled(page, 0);
      await page.evaluate(`${BOX}.scrollTop = ${12.5 * rowPx}; location.hash = '#/roles'`);
      await page.getByRole('heading', { name: 'Roles', level: 1 }).waitFor();
      await page.goBack();
      await until('as far down as it was', async () => {
        const sight = await sightOf(page);
        return sight.row === Math.floor(12.5) + 2 && sight.isFull;
      });
      // What is looked for begins with its first row.
      await page.getByRole('searchbox').fill('host');
      await until('the first row is in sight', async () => (await sightOf(page)).row === 2);
      t.pass();
    },
  );

test.serial(
  `back leads to where one was on the page, a new place begins at its top (${inBrowser})`,
  async (t) => {
    if (chromiumPath === undefined) return t.pass();
    const url = await cluster(t);
    const { page } = await openPage(t, chromiumPath, { width: 390, height: 500 });
    const top = (): Promise<number> => page.evaluate('window.scrollY');
    await page.goto(`${url}/#/agents`);
    await page.getByRole('cell').getByRole('link').first().click();
    await page.getByRole('heading', { name: 'Tasks' }).waitFor();
    await page.getByRole('cell').getByRole('link').first().waitFor();
    // In one instant: browsers tell of scrolling with the next frame only, when the page is elsewhere already.
    const scrolledTo = await page.evaluate(`
      window.scrollTo(0, 400);
      [...document.querySelectorAll('td a')].find((a) => a.hash.startsWith('#/tasks/')).click();
      window.scrollY;
    `);
    t.is(scrolledTo, 400);
    await page.getByRole('heading', { name: 'History' }).waitFor();
    t.is(await top(), 0);
    await page.goBack();
    await until('as far as it was', async () => (await top()) === 400);
  },
);

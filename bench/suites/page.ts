/**
 * The web page in Chromium over a real master with emulated agents: until the summary shows the whole cluster, and until a click, a search and a
 * scroll are answered, beside a page of one line from the same node. `BENCH_PAGE=10000x10` is 10,000 agents with ten tasks each.
 */
import path from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { packageRoot } from '../../runtime/build.ts';
import { Assets } from '../../runtime/http/assets.ts';
import { apiCluster } from '../support/apiCluster.ts';
import { type Figure, percentile, publish } from '../support/figures.ts';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ROUNDS = 5;
const EMPTY = 'a page of one line';

const [agents = 1000, tasksEach = 20] = (process.env['BENCH_PAGE'] ?? '1000x20').split('x').map(Number);
const total = agents * tasksEach;
const size = `${agents} agents, ${total} tasks`;

const cluster = await apiCluster();
cluster.node.spawn(new Assets(path.join(packageRoot, 'dist', 'ui')));
cluster.node.homeId = 'app';
await cluster.add(agents, tasksEach);
const browser = await chromium.launch({ executablePath: EXECUTABLE, args: ['--no-sandbox'] });
const context = await browser.newContext({ viewport: { width: 1300, height: 900 } });
const figures: Figure[] = [];

function note(name: string, times: readonly number[], beside?: string): void {
  const figure = {
    suite: 'page',
    name,
    unit: 'ms',
    value: percentile(times, 0.5),
    p99: percentile(times, 0.99),
  };
  figures.push(beside === undefined ? figure : { ...figure, beside });
}

/** Milliseconds from the start of a navigation until the browser has painted what `ready` (an expression) waits for. */
async function painted(address: string, ready: string): Promise<number> {
  const page = await context.newPage();
  await page.goto(`${cluster.url}${address}`, { waitUntil: 'commit' });
  const time = await page.evaluate<number>(untilPainted(ready));
  await page.close();
  return time;
}

/** Resolves with `performance.now()` of the frame after `ready` came true. */
function untilPainted(ready: string, begin = ''): string {
  return `new Promise((resolve) => {
    ${begin}
    const look = () => {
      if (${ready}) requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
      else requestAnimationFrame(look);
    };
    look();
  })`;
}

const table = `document.querySelector('section[aria-label="Tasks"]')`;
const firstRow = `${table}.querySelector('tbody tr[aria-rowindex] td')?.textContent`;
const isWhole = `[...document.querySelectorAll('.facts div')].some((fact) =>
  fact.querySelector('dt')?.textContent === 'running' && fact.querySelector('dd')?.textContent === '${total}')`;

/** Milliseconds from `act` (a statement) until the table shows another first row, or what else `ready` says. */
async function answered(page: Page, act: string, ready: string): Promise<number> {
  const before = await page.evaluate<number>('performance.now()');
  const begin = `const before = ${firstRow}; ${act};`;
  const after = await page.evaluate<number>(untilPainted(ready.replaceAll('BEFORE', 'before'), begin));
  return after - before;
}

const changed = `${firstRow} !== undefined && ${firstRow} !== BEFORE`;

async function interact(page: Page): Promise<void> {
  const sorts: number[] = [];
  const searches: number[] = [];
  const scrolls: number[] = [];
  const header = `${table}.querySelectorAll('thead button')[0]`;
  const scroll = `${table}.querySelector('.scroll')`;
  const type = (text: string): string =>
    `const input = ${table}.querySelector('input'); input.value = '${text}'; input.dispatchEvent(new Event('input', { bubbles: true }))`;
  // The first click sorts them as they are already.
  await page.evaluate(`${header}.click()`);
  await answered(page, `${header}.click()`, changed);
  for (let round = 0; round < ROUNDS; round++) {
    sorts.push(await answered(page, `${header}.click()`, changed));
    scrolls.push(await answered(page, `${scroll}.scrollTop = ${(round + 1) * 34 * 900}`, changed));
    await answered(page, `${scroll}.scrollTop = 0`, changed);
    searches.push(await answered(page, type(`task-${round + 10}7`), changed));
    await answered(page, type(''), changed);
  }
  note(`sorting the tasks, ${size}`, sorts);
  note('searching them', searches);
  note('scrolling to the midst of them', scrolls);
}

const empty: number[] = [];
const summaries: number[] = [];
const firsts: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  empty.push(await painted('/version', 'document.body !== null'));
  firsts.push(await painted('/', `document.querySelector('h1') !== null`));
  summaries.push(await painted('/', isWhole));
}
note(EMPTY, empty);
note('first paint of the summary', firsts, EMPTY);
note(`the summary whole, ${size}`, summaries, EMPTY);
const page = await context.newPage();
await page.goto(`${cluster.url}/#/tasks`);
await page.evaluate(untilPainted(`${table} !== null && ${firstRow} !== undefined`));
await page.evaluate(`window.longest = 0; new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
}).observe({ type: 'longtask' })`);
await interact(page);
note('the longest task of the page meanwhile', [await page.evaluate<number>('window.longest')]);
publish(figures);
await browser.close();
await cluster.stop();

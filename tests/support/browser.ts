/** The web page in a real browser: opened, looked at by the rules of accessibility, photographed. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { chromium, type Page, type Route } from 'playwright-core';
import { chromiumPath } from './chromium.ts';
import { repositoryRoot } from './processes.ts';

/** For names of tests. CI installs a browser; on a machine without one there is nothing to look with. */
export const inBrowser: string =
  chromiumPath === undefined ? 'not looked at: no Chromium here' : 'in Chromium';

export interface Opened {
  readonly page: Page;
  /** What the browser complained of, each with the address that it was about. */
  readonly complaints: readonly string[];
}

/**
 * What a busy machine does to a browser, of which the page asks again: networks of other tests' containers come and go, and a node that has too
 * much to do asks for patience.
 */
const OF_THE_MACHINE = /net::ERR_NETWORK_CHANGED|status of 503 /;

/** What a page is made of. No page can ask for these again, when the browser has given them up for a network that came or went. */
const PARTS: ReadonlySet<string> = new Set(['script', 'stylesheet']);

/** Brings the parts of a page by a way of the test's own, which no changing network disturbs. */
async function bring(route: Route): Promise<void> {
  if (!PARTS.has(route.request().resourceType())) return route.fallback();
  try {
    await route.fulfill({ response: await route.fetch() });
  } catch {
    await route.abort('connectionrefused').catch(() => {});
  }
}

/** An empty page in a browser that ends with the test. */
export async function openPage(t: ExecutionContext, executablePath: string): Promise<Opened> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  t.teardown(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
  page.setDefaultTimeout(90_000);
  await page.route('**/*', bring);
  t.teardown(() => page.unrouteAll({ behavior: 'ignoreErrors' }));
  const complaints: string[] = [];
  page.on('console', (message) => {
    const text = `${message.text()} ${message.location().url}`;
    if (message.type() === 'error' && !OF_THE_MACHINE.test(text)) complaints.push(text);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What the rules of accessibility object to on this screen. */
export async function objections(page: Page): Promise<string[]> {
  // Through the debugger: the page's policy lets no script of others in.
  await page.evaluate(axe);
  return page.evaluate(`axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then((result) =>
    result.violations.map(({ id, nodes }) => id + ': ' + nodes.map((node) => node.html).slice(0, 3).join(' ')))`);
}

/** Kept for who wants to look. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = path.join(repositoryRoot, 'artifacts');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `page-${name}.png`) });
}

/** The web page in a real browser: opened, looked at by the rules of accessibility, photographed. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { chromium, type Page } from 'playwright-core';
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
const OF_THE_MACHINE = /net::ERR_NETWORK_CHANGED|net::ERR_SOCKET_NOT_CONNECTED|status of 503 /;

/** How a document, and how a module, says so. */
const GIVEN_UP = /net::ERR_(NETWORK_CHANGED|ABORTED)/;

/** A page of which a part was given up for a network that came or went is loaded again, as a person would. */
function loadLastingly(page: Page): void {
  let isBroken = false;
  page.on('requestfailed', (request) => {
    const { errorText } = request.failure() ?? { errorText: '' };
    if (GIVEN_UP.test(errorText) && ['script', 'stylesheet'].includes(request.resourceType()))
      isBroken = true;
  });
  const goto = page.goto.bind(page);
  page.goto = async (...given) => {
    let answer = await goto(...given).catch((error: unknown) => {
      if (!GIVEN_UP.test(String(error))) throw error;
      isBroken = true;
      return null;
    });
    while (isBroken) {
      isBroken = false;
      answer = await page.reload();
    }
    return answer;
  };
}

/**
 * What was asked of one thing in the very instant in which it went: its use, an app's instances and versions, a pod's. The page tells
 * that it is gone; browsers note the answer by themselves.
 */
const GONE_MEANWHILE =
  /status of 404 .*(\/use-history\?(agent|framework)_id=|\/v2\/apps\/.*(\?extended=|\/tasks\?history=|\/versions$)|\/v2\/pods\/.*::status$)/;

/** An empty page in a browser that ends with the test. */
export async function openPage(t: ExecutionContext, executablePath: string): Promise<Opened> {
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  t.teardown(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1300, height: 900 } });
  page.setDefaultTimeout(180_000);
  loadLastingly(page);
  const complaints: string[] = [];
  page.on('console', (message) => {
    const text = `${message.text()} ${message.location().url}`;
    if (message.type() === 'error' && !OF_THE_MACHINE.test(text) && !GONE_MEANWHILE.test(text))
      complaints.push(text);
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

/** The web page in a real browser: opened, looked at by the rules of accessibility, photographed. */
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { chromium, type Page } from 'playwright-core';
import { realPorts } from '../../runtime/realPorts.ts';
import { chromiumPath } from './chromium.ts';
import { repositoryRoot } from './processes.ts';
import { pause } from './until.ts';

/** For names of tests. CI installs a browser; on a machine without one there is nothing to look with. */
export const inBrowser: string =
  chromiumPath === undefined ? 'not looked at: no Chromium here' : 'in Chromium';

/** Pages run so many times slower (`BROWSER_SLOWDOWN=6`): what relies on their speed is to be found before a slow machine finds it. */
const SLOWDOWN = numberOf('BROWSER_SLOWDOWN', 1);
/** What pages ask for is sent as much as so many milliseconds later (`BROWSER_LATENCY_MS=400`), each a part of it by chance: answers change their order. */
const LATENCY_MS_MAX = numberOf('BROWSER_LATENCY_MS', 0);

const { random } = realPorts();

function numberOf(variable: string, otherwise: number): number {
  const text = process.env[variable] ?? '';
  const value = text === '' ? otherwise : Number(text);
  if (!(value >= otherwise))
    throw new Error(`${variable}: expected a number from ${otherwise}, got '${text}'`);
  return value;
}

export interface Opened {
  readonly page: Page;
  /** What the browser complained of, each with the address that it was about. */
  readonly complaints: readonly string[];
}

export interface Sizes {
  /** CSS pixels; default 1300 and 900. */
  readonly width?: number;
  readonly height?: number;
  /** Of text that says nothing else, in CSS pixels; default 16. */
  readonly fontPx?: number;
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
 * Another place of the page (`#/…`) is told to it by an event, when the address is that place's already: what is done before that is done to the
 * place that was left, whose buttons may have the same names.
 */
function waitForPlaces(page: Page): void {
  const placeOf = (address: string): string => new URL(address).hash;
  const told = async <T>(go: () => Promise<T>): Promise<T> => {
    // A page that goes elsewhere just now has nothing to tell.
    await page.evaluate(LISTEN).catch(() => undefined);
    const before = placeOf(page.url());
    const answer = await go();
    if (placeOf(page.url()) !== before) await page.evaluate('window.placeTold').catch(() => undefined);
    return answer;
  };
  const [goto, goBack] = [page.goto.bind(page), page.goBack.bind(page)];
  page.goto = (...given) => told(() => goto(...given));
  page.goBack = (...given) => told(() => goBack(...given));
}

/** Another document has no such promise. */
const LISTEN =
  "void (window.placeTold = new Promise((tell) => addEventListener('hashchange', tell, { once: true })))";

/**
 * What was asked of one thing in the very instant in which it went: its use, an app's instances and versions, a pod's. The page tells
 * that it is gone; browsers note the answer by themselves.
 */
const GONE_MEANWHILE =
  /status of 404 .*(\/use-history\?(agent|framework)_id=|\/v2\/apps\/.*(\?extended=|\/tasks\?history=|\/versions(\/[^/]*)?$)|\/v2\/pods\/.*::status$)/;

/** An empty page in a browser that ends with the test. The one way to a browser that tests have. */
export async function openPage(
  t: ExecutionContext,
  executablePath: string,
  { width = 1300, height = 900, fontPx = 16 }: Sizes = {},
): Promise<Opened> {
  // In containers the memory that browsers share may be too small for one.
  const args = ['--no-sandbox', '--disable-dev-shm-usage', `--blink-settings=defaultFontSize=${fontPx}`];
  const browser = await chromium.launch({ executablePath, args, timeout: TIMEOUT_MS });
  t.teardown(() => browser.close());
  const page = await browser.newPage({ viewport: { width, height } });
  page.setDefaultTimeout(TIMEOUT_MS);
  loadLastingly(page);
  waitForPlaces(page);
  await slowDown(page);
  const complaints: string[] = [];
  page.on('console', (message) => {
    const text = `${message.text()} ${message.location().url}`;
    if (message.type() === 'error' && !OF_THE_MACHINE.test(text) && !GONE_MEANWHILE.test(text))
      complaints.push(text);
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints };
}

/** Of every single step: a machine may be slow, or do much else. */
const TIMEOUT_MS = 180_000;

async function slowDown(page: Page): Promise<void> {
  if (SLOWDOWN > 1) {
    const session = await page.context().newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  }
  if (LATENCY_MS_MAX > 0)
    await page.route('**', async (route) => {
      await pause(random.next() * LATENCY_MS_MAX);
      // The page may have left meanwhile.
      await route.continue().catch(() => undefined);
    });
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

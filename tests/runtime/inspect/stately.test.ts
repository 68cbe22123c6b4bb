/** The stream as the published `@statelyai/inspect` reads and writes it. */
import { createInspector, createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import test from 'ava';
import { createActor } from 'xstate';
import { Process, VirtualClock } from '../../../runtime/index.ts';
import { InspectBridge } from '../../../runtime/inspect/bridge.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { linkMachine } from '../../../statecharts/link.ts';
import { openPage } from '../../support/browser.ts';
import { chromiumPath } from '../../support/chromium.ts';
import { listen } from '../../support/listen.ts';
import { until } from '../../support/until.ts';

class Owner extends Process {
  readonly table = new ChartTable(linkMachine, { name: 'link', clock: new VirtualClock() });
  override initialize(): void {
    this.node.inspector.register(this.self, this.table);
  }
}

/** What the package itself says of one actor of the same machine, by type of event. */
async function ofThePackage(): Promise<Map<string, StatelyInspectionEvent>> {
  const said = new Map<string, StatelyInspectionEvent>();
  const inspector = createInspector({
    send: (event) => {
      if (!said.has(event.type)) said.set(event.type, event);
    },
  });
  const actor = createActor(linkMachine, { inspect: inspector.inspect }).start();
  actor.send({ type: 'CONNECTED' });
  await until('all three kinds were said', () => said.size === 3);
  actor.stop();
  return said;
}

/** The fields of an event that have a value, with the kind of it. */
function shapeOf(event: object): Record<string, string> {
  const fields = Object.entries(event).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields.map(([name, value]) => [name, value === null ? 'null' : typeof value]));
}

test("the package's receiver reads the stream; every event has what the package's own have", async (t) => {
  const listening = await listen();
  t.teardown(() => listening.shutdown());
  const { node } = listening;
  const owner = new Owner('owner');
  node.spawn(owner);
  const receiver = createWebSocketReceiver({
    server: `ws://127.0.0.1:${node.address.port}/__inspect__?actor=owner`,
  });
  const got: StatelyInspectionEvent[] = [];
  receiver.subscribe((event) => got.push(event));
  await until('an instance is told', () => {
    if (!owner.table.has('1')) owner.table.start('1');
    return got.length > 0;
  });
  owner.table.step('1', { type: 'CONNECTED' });
  await until('its step is told', () => got.length === 3);
  const own = await ofThePackage();
  for (const event of got) {
    const expected = shapeOf(own.get(event.type) ?? {});
    // What xstate says of who sent an event, none of ours has.
    delete expected['sourceId'];
    t.like(shapeOf(event), expected, event.type);
  }
  const [actor, , snapshot] = got;
  t.like(JSON.parse(actor?.type === '@xstate.actor' ? (actor.definition ?? '') : ''), {
    id: 'link',
    initial: 'connecting',
  });
  t.like(snapshot?.type === '@xstate.snapshot' && snapshot.snapshot, {
    status: 'active',
    value: 'handshaking',
  });
  t.is(new Set(got.map(({ sessionId, rootId }) => `${sessionId} ${rootId}`)).size, 1);
});

/** Stands for the hosted page, which tests cannot reach: says that it is there and notes what it is told. */
const INSPECTOR = `<script>
  parent.postMessage({ type: '@statelyai.connected' }, '*');
  addEventListener('message', ({ data }) => { document.title += data.type + ' ' + data.sessionId + ';'; });
</script>`;

test('the page brings events into the frame of the hosted inspector (with Chromium, if there is one)', async (t) => {
  const listening = await listen();
  t.teardown(() => listening.shutdown());
  const { node } = listening;
  const owner = new Owner('owner');
  node.spawn(owner);
  node.spawn(new InspectBridge());
  owner.table.start('1');
  const address = `http://127.0.0.1:${node.address.port}/__inspect__`;
  const answer = await fetch(`${address}?actor=owner`);
  t.regex(answer.headers.get('content-security-policy') ?? '', /frame-src https:\/\/stately\.ai;/);
  t.regex(await answer.text(), /src="https:\/\/stately\.ai\/inspect"/);
  t.is((await fetch(`${address}/other`)).status, 404);
  if (chromiumPath === undefined) {
    t.log('no Chromium here: the page was not opened');
    return;
  }
  const { page } = await openPage(t, chromiumPath);
  await page.route('https://stately.ai/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: INSPECTOR }),
  );
  // However late the script comes, the frame has not spoken before it listens.
  await page.route('**/bridge.js', async (route) => {
    await page.waitForRequest('https://stately.ai/**', { timeout: 500 }).catch(() => {});
    await route.continue();
  });
  await page.goto(`${address}?actor=owner`);
  const title = () =>
    page
      .frames()
      .find((frame) => frame.url().includes('stately.ai'))
      ?.title();
  await until('the frame is told of the instance', async () =>
    (await title())?.includes('@xstate.actor owner/link/1;'),
  );
  owner.table.step('1', { type: 'CONNECTED' });
  await until('and of its step', async () => (await title())?.includes('@xstate.snapshot owner/link/1;'));
});

/** A resource provider at an agent in a cluster of real processes: its disk is offered, made a volume and used, over a killed agent. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {
  type Offer,
  type OfferOperation,
  OfferOperationType,
  OperationState,
  type Resource,
  ResourceDiskInfoSourceType,
  ResourceProviderEventType,
  SchedulerCallType,
  SchedulerEventType,
  TaskState,
} from '../../proto/index.ts';
import { run } from '../cli/support/terminal.ts';
import { objections, openPage, picture } from '../support/browser.ts';
import { chromiumPath } from '../support/chromium.ts';
import { bootAgent, bootMaster, getJson, scratch } from '../support/processes.ts';
import { SchedulerClient } from '../support/schedulerClient.ts';
import { until } from '../support/until.ts';
import { DISK_FRAMEWORK } from './support/diskFramework.ts';
import { DiskProvider } from './support/diskProvider.ts';

const FLAGS = ['--resources=cpus:2;mem:256;disk:0'];

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('it was offered, and is not there');
  return value;
}

test('the disk of a provider is made a volume that tasks keep data on, also over a killed agent', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder, ['--allocation_interval=100ms']);
  const agent = await bootAgent(t, master, path.join(folder, 'agent'), FLAGS);
  const root = path.join(folder, 'disk');
  const provider = DiskProvider.start(t, agent.url, root, 50);
  const client = await SchedulerClient.subscribe(t, master.url, DISK_FRAMEWORK);

  const done = new Set<string>();
  const openOffers = (): Offer[] => {
    for (const { rescind } of client.events) if (rescind !== undefined) done.add(rescind.offer_id.value);
    return client.events
      .flatMap(({ offers }) => offers?.offers ?? [])
      .filter(({ id }) => !done.has(id.value));
  };
  /** One that is still valid; those without are declined, for what is in them comes together in one then. */
  const offered = (what: string, isWanted: (resource: Resource) => boolean): Promise<Offer> =>
    until(`an offer with ${what}`, async () => {
      const open = openOffers();
      for (const { id } of open) done.add(id.value);
      const wanted = open.find(
        ({ resources = [] }) => resources.some(isWanted) && resources.some(({ name }) => name === 'cpus'),
      );
      const offer_ids = open.filter((offer) => offer !== wanted).map(({ id }) => id);
      const decline = { offer_ids, filters: { refuse_seconds: 0 } };
      if (offer_ids.length > 0) await client.call({ type: SchedulerCallType.DECLINE, decline });
      return wanted;
    });
  const accept = (id: { value: string }, operations: OfferOperation[]) =>
    client.call({
      type: SchedulerCallType.ACCEPT,
      accept: { offer_ids: [id], operations, filters: { refuse_seconds: 0 } },
    });
  const ends = (id: string) =>
    client.first(
      SchedulerEventType.UPDATE,
      ({ update }) => update?.status.task_id.value === id && update.status.state === TaskState.TASK_FINISHED,
    );
  const finished = (id: string) =>
    client.first(SchedulerEventType.UPDATE_OPERATION_STATUS, ({ update_operation_status }) => {
      const { operation_id, state } = update_operation_status?.status ?? {};
      return operation_id?.value === id && state === OperationState.OPERATION_FINISHED;
    });
  const sourceIs = (type: ResourceDiskInfoSourceType) => (resource: Resource) =>
    resource.disk?.source?.type === type;

  const isRaw = sourceIs(ResourceDiskInfoSourceType.RAW);
  const first = await offered('the RAW disk', isRaw);
  const source = found(first.resources?.find(isRaw));
  const target_type = ResourceDiskInfoSourceType.MOUNT;
  await accept(first.id, [
    { type: OfferOperationType.CREATE_DISK, id: { value: 'make' }, create_disk: { source, target_type } },
  ]);
  const made = (await finished('make')).update_operation_status?.status;
  t.is(made?.resource_provider_id?.value, provider.id);

  const m = async (...words: string[]): Promise<string> =>
    (await run(words, { MESOSTATE_MASTER: `127.0.0.1:${master.port}` })).stdout;
  const [name, type] = ['test', 'org.example.disks'];
  await until('the command line tells of it', async () =>
    (await m('inspect', first.agent_id.value)).includes(
      `  provider ${name} (${type}) ${provider.id}: disk 50 (MOUNT)\n`,
    ),
  );
  t.true((await m('agents')).includes(`${name} (${type})`));
  const [agentTold] = JSON.parse(await m('agents', '--json')) as {
    resource_providers: { resource_provider_info: { id: { value: string } } }[];
  }[];
  t.is(agentTold?.resource_providers[0]?.resource_provider_info.id.value, provider.id);
  t.regex(await m('operations'), new RegExp(`create_disk +make +finished .* ${name}`));
  const [operation] = JSON.parse(await m('operations', '--json')) as { info: { id: { value: string } } }[];
  t.is(operation?.info.id.value, 'make');

  if (chromiumPath !== undefined) {
    const { page, complaints } = await openPage(t, chromiumPath);
    await page.goto(`${master.url}/#/agents/${first.agent_id.value}`);
    const shown = page.getByRole('region', { name: 'Resource providers' });
    await shown.getByText('disk 50 (MOUNT)', { exact: true }).waitFor();
    t.deepEqual(await objections(page), []);
    await picture(page, 'resource-providers');
    t.deepEqual(complaints, []);
    await page.close();
  }

  const isMount = sourceIs(ResourceDiskInfoSourceType.MOUNT);
  const second = await offered('the MOUNT disk', isMount);
  const mount = found(second.resources?.find(isMount));
  const reserved = { ...mount, reservations: [{ type: 2 as const, role: 'db', principal: 'p' }] };
  const volume: Resource = {
    ...reserved,
    disk: {
      ...mount.disk,
      persistence: { id: 'data', principal: 'p' },
      volume: { container_path: 'data', mode: 1 },
    },
  };
  const launch = (id: string, offer: Offer): OfferOperation => {
    const cpus = (offer.resources ?? []).find(({ name, provider_id }) => name === 'cpus' && !provider_id);
    const small = cpus === undefined ? [] : [{ ...cpus, scalar: { value: 0.5 } }];
    const task = { name: id, task_id: { value: id }, agent_id: offer.agent_id };
    const command = { value: `echo ${id} >>data/log` };
    return { type: 1, launch: { task_infos: [{ ...task, command, resources: [...small, volume] }] } };
  };
  await accept(second.id, [
    { type: OfferOperationType.RESERVE, id: { value: 'keep' }, reserve: { resources: [reserved] } },
    { type: OfferOperationType.CREATE, create: { volumes: [volume] } },
    launch('one', second),
  ]);
  await finished('keep');
  await ends('one');
  t.is(readFileSync(path.join(root, 'log'), 'utf8'), 'one\n');
  t.true(provider.events.some(({ type }) => type === ResourceProviderEventType.PUBLISH_RESOURCES));
  await until('the master has acknowledged CREATE, which has no id', () => provider.operations.size <= 2);

  const { id } = provider;
  await agent.end('SIGKILL');
  await until('what was offered is taken back', () => openOffers().length === 0);
  await bootAgent(t, master, path.join(folder, 'agent'), FLAGS, { port: agent.port });
  const again = await offered('the volume', ({ disk }) => disk?.persistence !== undefined);
  t.is(provider.id, id);
  await accept(again.id, [launch('two', again)]);
  await ends('two');
  t.is(readFileSync(path.join(root, 'log'), 'utf8'), 'one\ntwo\n');

  provider.end();
  await until('what it brought is gone', async () => {
    const { slaves } = await getJson<{ slaves: { resources: { disk: number } }[] }>(`${master.url}/slaves`);
    return slaves[0]?.resources.disk === 0;
  });
  const marked = await fetch(`${agent.url}/api/v1`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
      type: 'MARK_RESOURCE_PROVIDER_GONE',
      mark_resource_provider_gone: { resource_provider_id: { value: id } },
    }),
  });
  t.is(marked.status, 200);
});

/** Persistent volumes on PATH and MOUNT disks in a cluster of real processes, over a killed agent. */
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {
  type OfferOperation,
  type Resource,
  SchedulerCallType,
  SchedulerEventType,
  TaskState,
} from '../../proto/index.ts';
import { bootAgent, bootMaster, noAgentIsActive, scratch } from '../support/processes.ts';
import { SchedulerClient } from '../support/schedulerClient.ts';
import { until } from '../support/until.ts';
import { DISK_FRAMEWORK } from './support/diskFramework.ts';

test('tasks keep data on PATH and MOUNT disks, also over a killed agent', async (t) => {
  const folder = scratch(t);
  const [shared, mounted] = [path.join(folder, 'shared'), path.join(folder, 'mounted')];
  for (const root of [shared, mounted]) mkdirSync(root);
  const scalar = (name: string, value: number, more: object = {}) => ({
    ...{ name, type: 'SCALAR', scalar: { value }, role: 'db' },
    ...more,
  });
  const resources = JSON.stringify([
    scalar('cpus', 1),
    scalar('mem', 256),
    scalar('disk', 100, { disk: { source: { type: 'PATH', path: { root: shared } } } }),
    scalar('disk', 50, { disk: { source: { type: 'MOUNT', mount: { root: mounted } } } }),
  ]);
  const master = await bootMaster(t, folder, ['--allocation_interval=100ms']);
  const flags = [`--resources=${resources}`];
  const workDir = path.join(folder, 'agent');
  const agent = await bootAgent(t, master, workDir, flags);
  const client = await SchedulerClient.subscribe(t, master.url, DISK_FRAMEWORK);

  const offered = async (isWanted: (resource: Resource) => boolean, count: number) =>
    until('an offer with the disks', () =>
      client.events
        .flatMap(({ offers }) => offers?.offers ?? [])
        .findLast(({ resources: all }) => (all ?? []).filter(isWanted).length === count),
    );
  const accept = (id: { value: string }, operations: OfferOperation[]) =>
    client.call({
      type: SchedulerCallType.ACCEPT,
      accept: { offer_ids: [id], operations, filters: { refuse_seconds: 0 } },
    });
  const volumeOf = (disk: Resource, id: string, size: number): Resource => ({
    ...disk,
    scalar: { value: size },
    disk: { ...disk.disk, persistence: { id, principal: 'p' }, volume: { container_path: id, mode: 1 } },
  });
  const first = await offered(({ disk }) => disk?.source !== undefined, 2);
  const small = (first.resources ?? []).filter(({ name }) => name !== 'disk');
  const disks = (first.resources ?? []).filter(({ disk }) => disk?.source !== undefined);
  const volumes = disks.map((disk) =>
    disk.disk?.source?.path === undefined ? volumeOf(disk, 'whole', 50) : volumeOf(disk, 'part', 10),
  );
  const launch = (id: string, value: string): OfferOperation => ({
    type: 1,
    launch: {
      task_infos: [
        {
          ...{ name: id, task_id: { value: id }, agent_id: first.agent_id, command: { value } },
          resources: [...small, ...volumes],
        },
      ],
    },
  });
  const ends = (id: string) =>
    client.first(
      SchedulerEventType.UPDATE,
      ({ update }) => update?.status.task_id.value === id && update.status.state === TaskState.TASK_FINISHED,
    );
  await accept(first.id, [
    { type: 4, create: { volumes } },
    launch('one', 'echo one >>part/log; echo one >>whole/log'),
  ]);
  await ends('one');
  const files = [path.join(shared, 'volumes/roles/db/part/log'), path.join(mounted, 'log')];
  for (const file of files) t.is(readFileSync(file, 'utf8'), 'one\n', file);

  await agent.end('SIGKILL');
  // What it offered is void, and said to be.
  await noAgentIsActive(master);
  const before = client.events.length;
  await bootAgent(t, master, workDir, flags, { port: agent.port });
  const again = await until('it offers the volumes again', () =>
    client.events
      .slice(before)
      .flatMap(({ offers }) => offers?.offers ?? [])
      .findLast(({ resources: all }) => (all ?? []).filter(({ disk }) => disk?.persistence).length === 2),
  );
  await accept(again.id, [launch('two', 'echo two >>part/log; echo two >>whole/log')]);
  await ends('two');
  for (const file of files) t.is(readFileSync(file, 'utf8'), 'one\ntwo\n', file);
});

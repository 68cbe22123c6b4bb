/** Tasks whose command needs files. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { until } from '../../support/until.ts';
import { registeredAgent } from './support/realAgent.ts';
import { commandTask } from './support/testMaster.ts';

const { TASK_FINISHED, TASK_FAILED, TASK_STARTING, TASK_KILLED } = TaskState;

test('a task runs what it fetched, in its sandbox; one that cannot fetch fails and says why', async (t) => {
  const { master, workDir } = await registeredAgent(t);
  const tool = join(workDir, 'tool');
  writeFileSync(tool, '#!/bin/sh\nexit 0\n');
  const uris = [{ value: tool, executable: true }];
  master.run(commandTask('good', '', { command: { value: './tool', uris } }));
  master.run(commandTask('bad', '', { command: { value: './tool', uris: [{ value: `${tool}-2` }] } }));
  await until('one ends well', () => master.states('good').includes(TASK_FINISHED));
  await until('one fails', () => master.states('bad').includes(TASK_FAILED));
  t.deepEqual(master.states('bad'), [TASK_STARTING, TASK_FAILED]);
  const last = master.statuses('bad').at(-1);
  t.is(last?.reason, TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED);
  t.regex(last?.message ?? '', /^Failed to launch container: URI '.*tool-2' cannot be fetched: ENOENT/);
});

test('a task that is killed while it fetches ends as killed', async (t) => {
  const { master } = await registeredAgent(t);
  const silent = (await import('node:net')).createServer().listen(0, '127.0.0.1');
  t.teardown(() => void silent.close());
  await until('it listens', () => silent.address());
  const value = `http://127.0.0.1:${(silent.address() as { port: number }).port}/never`;
  master.run(commandTask('slow', '', { command: { value: 'true', uris: [{ value }] } }));
  await until('it starts', () => master.states('slow').includes(TASK_STARTING));
  master.kill('slow', 100);
  await until(
    () => JSON.stringify(master.statuses('slow')),
    () => master.states('slow').includes(TASK_KILLED),
  );
  t.pass();
});

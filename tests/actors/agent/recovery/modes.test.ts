/** What an agent keeps of its tasks is nobody else's to read: environments hold passwords. */
import * as fs from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { TaskState } from '../../../../proto/generated/types/v1.ts';
import { until } from '../../../support/until.ts';
import { registeredAgent } from '../support/realAgent.ts';
import { commandTask } from '../support/testMaster.ts';

const SECRET = 'a-password-of-a-task';

test('every file that holds the environment of a task is its owner’s alone, in a folder that is so, too', async (t) => {
  const { master, workDir } = await registeredAgent(t);
  const task = commandTask('x', 'while [ ! -e go ]; do sleep 0.1; done');
  const environment = { variables: [{ name: 'PASSWORD', value: SECRET }] };
  master.run({ ...task, command: { ...task.command, environment } });
  await until('it runs', () => master.states('x').includes(TaskState.TASK_RUNNING));
  const names = fs.readdirSync(workDir, { recursive: true, withFileTypes: true });
  const holding = names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => fs.readFileSync(file).includes(SECRET));
  t.deepEqual(holding.map((file) => file.slice(workDir.length).replace(/[0-9a-f-]{36}/, 'ID')).sort(), [
    '/meta/checkpoints.journal',
    '/run/containers/ID/launch',
  ]);
  for (const file of holding) {
    t.is(fs.statSync(file).mode & 0o777, 0o600, file);
    t.is(fs.statSync(dirname(file)).mode & 0o777, 0o700, file);
  }
});

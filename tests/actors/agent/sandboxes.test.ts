/** Sandboxes of tasks that are over, and what tasks get of the agent's environment. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TaskState } from '../../../proto/generated/types/v1.ts';
import { until } from '../../support/until.ts';
import { registeredAgent } from './support/realAgent.ts';
import { commandTask } from './support/testMaster.ts';

const { TASK_FINISHED, TASK_RUNNING } = TaskState;

test('sandboxes go after gc_delay, those of running tasks stay', async (t) => {
  const { master, workDir } = await registeredAgent(t, { gc_delay: '50ms', disk_watch_interval: '20ms' });
  master.run(commandTask('over', 'true'));
  master.run(commandTask('live', 'sleep 1000'));
  await until('one ends', () => master.states('over').includes(TASK_FINISHED));
  await until('one runs', () => master.states('live').includes(TASK_RUNNING));
  const executors = join(workDir, 'slaves/agent-S0/frameworks/framework-0000/executors');
  await until('its folder is gone', () => !existsSync(join(executors, 'over')));
  t.deepEqual(readdirSync(executors), ['live']);
});

test('executor_environment_variables replace the PATH of the agent', async (t) => {
  const variables = JSON.stringify({ PATH: '/usr/bin:/bin', GIVEN: 'by the agent' });
  const { master, workDir } = await registeredAgent(t, { executor_environment_variables: variables });
  master.run(commandTask('env', 'echo "$PATH|$GIVEN"'));
  await until('it ends', () => master.states('env').includes(TASK_FINISHED));
  const stdout = join(workDir, 'slaves/agent-S0/frameworks/framework-0000/executors/env/runs/latest/stdout');
  t.is(readFileSync(stdout, 'utf8'), '/usr/bin:/bin|by the agent\n');
});

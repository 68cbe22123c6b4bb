/** Which containerizer of an agent runs a container (`--containerizers`; agent.md §10). */
import test from 'ava';
import { ContainerInfoType, TaskState, TaskStatusReason } from '../../../proto/generated/types/v1.ts';
import { until } from '../../support/until.ts';
import { call } from './support/containerClient.ts';
import { registeredAgent } from './support/realAgent.ts';
import { commandTask } from './support/testMaster.ts';

test('what asks for Docker does not run on an agent without it, neither beside it nor instead', async (t) => {
  const { master, agent } = await registeredAgent(t);
  const docker = { image: 'alpine' };
  master.run(commandTask('docker', 'true', { container: { type: ContainerInfoType.DOCKER, docker } }));
  await until('it ends', () => master.states('docker').includes(TaskState.TASK_FAILED));
  const last = master.statuses('docker').at(-1);
  t.is(last?.reason, TaskStatusReason.REASON_CONTAINER_LAUNCH_FAILED);
  t.regex(last?.message ?? '', /none of --containerizers can run/);
  t.false(master.states('docker').includes(TaskState.TASK_RUNNING));
  const answer = await call(agent.url, {
    type: 'LAUNCH_CONTAINER',
    launch_container: {
      container_id: { value: 'alone' },
      command: { value: 'true' },
      container: { type: 'DOCKER', docker },
    },
  });
  t.is(answer.status, 400);
  t.regex(answer.text, /none of --containerizers can run/);
  master.run(commandTask('plain', 'true'));
  await until('others do', () => master.states('plain').includes(TaskState.TASK_FINISHED));
});

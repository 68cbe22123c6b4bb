/** Docker containers over the death of their agent: every task is accounted for, and nothing is left in the engine. */
import test from 'ava';
import { runStorm } from '../storm/run.ts';
import { canRunDocker, startEngine } from '../support/dockerEngine.ts';
import { boot, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

if (canRunDocker) {
  test('as root with Docker: an agent killed while it starts, runs and kills containers: all are accounted for, none is left', async (t) => {
    const engine = await startEngine();
    t.teardown(() => engine.stop());
    const { tally, problems } = await runStorm({
      folder: scratch(t),
      kills: 4,
      tasks: 5,
      secondsMax: 3,
      seed: 5,
      prefix: 'd',
      image: 'shell:1',
      flags: [
        '--containerizers=docker,mesos',
        `--docker_socket=${engine.socket}`,
        '--docker_remove_delay=10ms',
      ],
    });
    t.deepEqual(problems, []);
    t.true(tally.finished > 0, JSON.stringify(tally));
    await until('the engine has no container', () => engine.docker('ps', '-aq') === '');
  });
} else {
  test('without Docker an agent that is to use it starts and says so', async (t) => {
    const agent = boot(t, [
      '--role=agent',
      '--master=127.0.0.1:1',
      '--port=0',
      `--work_dir=${scratch(t)}`,
      '--containerizers=docker,mesos',
      '--docker_socket=/nowhere/docker.sock',
    ]);
    t.truthy(await agent.says(/no Docker engine answers at \/nowhere\/docker\.sock/));
  });
}

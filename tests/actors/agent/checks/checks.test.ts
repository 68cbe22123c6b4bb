/** Checks and health checks of tasks (agent.md §14), on a virtual clock; and with real ports and processes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import type { NetworkProbes } from '../../../../actors/agent/checks/networkProbes.ts';
import { networkProbes } from '../../../../actors/agent/checks/networkProbes.ts';
import { SNOOZE_FILE } from '../../../../actors/agent/checks/probes.ts';
import {
  CheckInfoType,
  HealthCheckType,
  type TaskInfo,
  TaskState,
  TaskStatusReason,
} from '../../../../proto/generated/types/v1.ts';
import { until } from '../../../support/until.ts';
import { realAgent, registeredAgent } from '../support/realAgent.ts';
import { registeredSimulation } from '../support/simulatedAgent.ts';
import { commandTask, DEFAULT_EXECUTOR } from '../support/testMaster.ts';

const { TASK_RUNNING, TASK_KILLING, TASK_KILLED, TASK_FINISHED } = TaskState;

/** A network that answers what the test says, when it says so. */
class Answers implements NetworkProbes {
  status: number | undefined = 200;
  /** Answers at once; else `release` does. */
  prompt = true;
  asked = 0;
  aborted = 0;
  most = 0;
  private readonly open = new Set<() => void>();

  canEnter(): boolean {
    return true;
  }

  http(
    _url: string,
    _namespace: string | undefined,
    done: (statusCode: number | undefined) => void,
  ): () => void {
    this.asked += 1;
    const answer = (): void => {
      if (this.open.delete(answer)) done(this.status);
    };
    this.open.add(answer);
    this.most = Math.max(this.most, this.open.size);
    if (this.prompt) answer();
    return () => {
      this.aborted += 1;
      if (this.open.delete(answer)) done(undefined);
    };
  }

  tcp(
    _host: string,
    _port: number,
    _namespace: string | undefined,
    done: (connected: boolean) => void,
  ): () => void {
    return this.http('', undefined, (statusCode) => done(statusCode === 200));
  }

  release(): void {
    for (const answer of [...this.open]) answer();
  }
}

function running(task: Partial<TaskInfo>) {
  const probes = new Answers();
  const simulation = registeredSimulation({}, { probes });
  simulation.master.run(commandTask('one', 'serve', task));
  simulation.world.run(100);
  const told = () =>
    simulation.master
      .statuses('one')
      .map(({ state, healthy, check_status, reason }) => ({ state, healthy, check_status, reason }))
      .slice(2);
  return { ...simulation, probes, told };
}

const http = { port: 80, path: '/' };
const health = {
  type: HealthCheckType.HTTP,
  http,
  delay_seconds: 1,
  interval_seconds: 2,
  grace_period_seconds: 0,
};
const { REASON_TASK_HEALTH_CHECK_STATUS_UPDATED, REASON_TASK_CHECK_STATUS_UPDATED } = TaskStatusReason;
const HEALTHY = {
  state: TASK_RUNNING,
  healthy: true,
  check_status: undefined,
  reason: REASON_TASK_HEALTH_CHECK_STATUS_UPDATED,
};
const UNHEALTHY = { ...HEALTHY, healthy: false };

test('health: the first success is told, every failure, the first success after them', (t) => {
  const { world, probes, told } = running({ health_check: health });
  world.run(800);
  t.is(probes.asked, 0);
  world.run(400);
  t.deepEqual(told(), [HEALTHY]);
  world.run(2000);
  t.deepEqual(told(), [HEALTHY]);
  probes.status = 500;
  world.run(4000);
  t.deepEqual(told(), [HEALTHY, UNHEALTHY, UNHEALTHY]);
  probes.status = 399;
  world.run(4000);
  t.deepEqual(told(), [HEALTHY, UNHEALTHY, UNHEALTHY, HEALTHY]);
});

test('health: killed after so many failures in a row, and told so', (t) => {
  const { world, master, probes, containers } = running({
    health_check: { ...health, consecutive_failures: 2 },
  });
  probes.status = 500;
  world.run(3500);
  t.deepEqual(master.states('one').slice(2), [TASK_RUNNING, TASK_RUNNING, TASK_KILLING]);
  const [id = ''] = containers.ids;
  t.deepEqual(containers.signals, [{ id, signal: 'SIGTERM' }]);
  world.run(3100);
  t.like(master.statuses('one').at(-1), { state: TASK_KILLED, healthy: false });
  const { asked } = probes;
  world.run(10_000);
  t.is(probes.asked, asked);
});

test('health: failures in the grace period do not count before the first success', (t) => {
  const check = { ...health, grace_period_seconds: 6, consecutive_failures: 1 };
  const { world, probes, told, master } = running({ health_check: check });
  probes.status = undefined;
  world.run(5500);
  t.is(probes.asked, 3);
  t.deepEqual(told(), []);
  world.run(6000);
  t.is(master.states('one').at(-1), TASK_KILLED);
});

test('health: the grace period is as long as it is, whatever happens to the wall clock', (t) => {
  for (const years of [10, -10]) {
    const check = { ...health, grace_period_seconds: 6, consecutive_failures: 1 };
    const { world, probes, told, master } = running({ health_check: check });
    probes.status = undefined;
    world.ports.clock.jump(years * 365 * 24 * 3600 * 1000);
    world.run(5500);
    t.deepEqual(told(), [], `${years} years`);
    world.run(6000);
    t.is(master.states('one').at(-1), TASK_KILLED, `${years} years`);
  }
});

test('health: while a file in the sandbox says so nothing is judged, and nothing of that time counts', (t) => {
  const { world, probes, told, master, files } = running({
    health_check: { ...health, consecutive_failures: 2 },
  });
  world.run(1200);
  t.deepEqual(told(), [HEALTHY]);
  files.add(SNOOZE_FILE);
  probes.status = 500;
  const { asked } = probes;
  world.run(60_000);
  t.is(probes.asked, asked);
  t.deepEqual(told(), [HEALTHY]);
  files.delete(SNOOZE_FILE);
  world.run(2_000);
  t.deepEqual(told(), [HEALTHY, UNHEALTHY]);
  world.run(4_000);
  t.is(master.states('one').at(-1), TASK_KILLING);
});

test('health: a check that is only told goes on, whatever the file says', (t) => {
  const { world, probes, files } = running({
    check: { type: CheckInfoType.HTTP, http, delay_seconds: 1, interval_seconds: 2 },
  });
  files.add(SNOOZE_FILE);
  world.run(10_000);
  t.true(probes.asked > 2);
});

test('health: healthy after as many successes in a row as the label says; the first failure begins anew', (t) => {
  const labels = { labels: [{ key: 'MESOSTATE_MIN_CONSECUTIVE_SUCCESSES', value: '3' }] };
  const { world, probes, told } = running({ health_check: { ...health, consecutive_failures: 9 }, labels });
  world.run(3_200);
  t.is(probes.asked, 2);
  t.deepEqual(told(), []);
  probes.status = 500;
  world.run(2_000);
  t.deepEqual(told(), [UNHEALTHY]);
  probes.status = 200;
  world.run(4_000);
  t.deepEqual(told(), [UNHEALTHY]);
  world.run(2_000);
  t.deepEqual(told(), [UNHEALTHY, HEALTHY]);
});

test('health: one success ends the grace', (t) => {
  const check = { ...health, grace_period_seconds: 60, consecutive_failures: 1 };
  const { world, probes, master } = running({ health_check: check });
  world.run(1200);
  probes.status = 500;
  world.run(10_000);
  t.is(master.states('one').at(-1), TASK_KILLED);
});

test('one at a time: what takes too long is given up, counts as a failure, and the next one waits its interval', (t) => {
  const check = { ...health, timeout_seconds: 5 };
  const { world, probes, told } = running({ health_check: check });
  probes.prompt = false;
  world.run(5900);
  t.deepEqual([probes.asked, probes.aborted], [1, 0]);
  world.run(200);
  t.deepEqual([probes.asked, probes.aborted], [1, 1]);
  t.deepEqual(told(), [UNHEALTHY]);
  world.run(2000);
  t.is(probes.asked, 2);
  probes.release();
  world.run(60_000);
  t.is(probes.most, 1);
});

test('a timeout of 0 is none', (t) => {
  const { world, probes } = running({ health_check: { ...health, timeout_seconds: 0 } });
  probes.prompt = false;
  world.run(3_600_000);
  t.deepEqual([probes.asked, probes.aborted], [1, 0]);
});

test('a check tells a result when it differs, an empty one for what failed; all that is said of the task carries it', (t) => {
  const check = { type: CheckInfoType.HTTP, http, delay_seconds: 1, interval_seconds: 2 };
  const { world, master, probes, told } = running({ check });
  const type = CheckInfoType.HTTP;
  t.deepEqual(
    master.statuses('one').map(({ check_status }) => check_status),
    [
      { type, http: {} },
      { type, http: {} },
    ],
  );
  world.run(6000);
  probes.status = 503;
  world.run(2000);
  probes.status = undefined;
  world.run(2000);
  const reason = REASON_TASK_CHECK_STATUS_UPDATED;
  const update = (found: object) => ({
    state: TASK_RUNNING,
    healthy: undefined,
    reason,
    check_status: { type, http: found },
  });
  t.deepEqual(told(), [update({ status_code: 200 }), update({ status_code: 503 }), update({})]);
  master.kill('one');
  world.run(5000);
  t.like(master.statuses('one').at(-1), { state: TASK_KILLED, check_status: { type } });
});

test('no more checks once the task has ended', (t) => {
  const { world, containers, probes, master } = running({ health_check: health });
  world.run(1200);
  const [id = ''] = containers.ids;
  containers.exit(id);
  world.run(60_000);
  t.is(probes.asked, 1);
  t.is(master.states('one').at(-1), TASK_FINISHED);
});

// ---- real ones ----------------------------------------------------------------------------------------------------

/** A look takes as long as the machine needs for it. */
const often = { delay_seconds: 0, interval_seconds: 0.1, timeout_seconds: 120, grace_period_seconds: 0 };

test('COMMAND runs with the environment and in the sandbox of its task', async (t) => {
  const { master } = await registeredAgent(t);
  const value = 'test "$WORD" = known && test -e mark && exit 7';
  const check = { type: CheckInfoType.COMMAND, command: { command: { value } }, ...often };
  const environment = { variables: [{ name: 'WORD', value: 'known' }] };
  master.run(commandTask('one', '', { command: { value: 'touch mark; sleep 1000', environment }, check }));
  await until('it is told', () =>
    master.statuses('one').some((s) => s.check_status?.command?.exit_code === 7),
  );
  master.kill('one');
  await until('it ends', () => master.states('one').includes(TASK_KILLED));
  t.pass();
});

test('COMMAND of a task of a group; killed when it fails, and its group with it', async (t) => {
  const { master } = await registeredAgent(t);
  const health_check = {
    type: HealthCheckType.COMMAND,
    command: { value: 'echo >>looks; test ! -e stop' },
    ...often,
  };
  // Looks come one at a time: with the second the first one has found it well.
  const task = 'until [ -e looks ] && [ $(wc -l <looks) -ge 2 ]; do sleep 0.02; done; touch stop; sleep 1000';
  master.runGroup(
    [commandTask('one', task, { health_check }), commandTask('two', 'sleep 1000')],
    DEFAULT_EXECUTOR,
  );
  await until('both ended', () => ['one', 'two'].every((id) => master.states(id).includes(TASK_KILLED)));
  const told = master.statuses('one').flatMap(({ healthy }) => (healthy === undefined ? [] : [healthy]));
  t.deepEqual(told.slice(0, 2), [true, false]);
  t.is(master.statuses('one').at(-1)?.healthy, false);
});

test('health outlives a restart of the agent: told before, it is not told again; a failure then is', async (t) => {
  const { master, world, agent, workDir } = await registeredAgent(t);
  const health_check = { type: HealthCheckType.COMMAND, command: { value: 'test ! -e stop' }, ...often };
  master.run(commandTask('one', 'sleep 1000', { health_check }));
  const healths = () =>
    master.statuses('one').flatMap(({ healthy }) => (healthy === undefined ? [] : [healthy]));
  await until('it is healthy', () => healths()[0] === true);
  const port = new URL(agent.url).port;
  await agent.leave();
  await realAgent(t, world, workDir, { port });
  await until('it is back', () => master.messages('mesos.internal.ReregisterSlaveMessage')[0]);
  master.run(
    commandTask('stops', '', {
      command: {
        value: `touch ${workDir}/slaves/agent-S0/frameworks/framework-0000/executors/one/runs/latest/stop`,
      },
    }),
  );
  await until('it is killed', () => master.states('one').includes(TASK_KILLED));
  t.deepEqual(healths(), [true, false, false, false, false]);
});

async function server(t: Parameters<typeof registeredAgent>[0]) {
  const listening = createServer((request, reply) => {
    if (request.url === '/moved') reply.writeHead(302, { Location: '/found' }).end();
    else if (request.url === '/found') reply.writeHead(204).end();
    else if (request.url !== '/silent') reply.writeHead(404).end();
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return (listening.address() as AddressInfo).port;
}

/** Of the machine, looked at from within: as programs do that are started in a namespace, for which it takes root. */
const NAMESPACES = process.getuid?.() === 0 ? [undefined, '/proc/self/ns/net'] : [undefined];

test('HTTP follows redirects, tells the last status; nothing for what is not there; ends when given up', async (t) => {
  const port = await server(t);
  for (const namespace of NAMESPACES) {
    const ask = (url: string) =>
      new Promise<number | undefined>((resolve) => void networkProbes.http(url, namespace, resolve));
    t.is(await ask(`http://127.0.0.1:${port}/moved`), 204);
    t.is(await ask(`http://127.0.0.1:${port}/nothing`), 404);
    t.is(await ask('http://127.0.0.1:1/'), undefined);
    t.is(await ask('http://['), undefined);
    const silent = new Promise<number | undefined>((resolve) => {
      const abort = networkProbes.http(`http://127.0.0.1:${port}/silent`, namespace, resolve);
      setImmediate(abort);
    });
    t.is(await silent, undefined);
  }
});

test('TCP connects', async (t) => {
  const port = await server(t);
  for (const namespace of NAMESPACES) {
    const ask = (at: number) =>
      new Promise<boolean>((resolve) => void networkProbes.tcp('127.0.0.1', at, namespace, resolve));
    t.true(await ask(port));
    t.false(await ask(1));
  }
});

/** Real HTTP servers under health checks that start to fail (spec: marathon.md §20, §35 check 8). */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import test from 'ava';
import { authority } from '../../support/certificates.ts';
import { until } from '../../support/until.ts';
import { followEvents } from '../support/eventStream.ts';
import { type App, type MarathonCluster, marathonCluster } from '../support/marathonCluster.ts';

/**
 * A server whose health is a status in a file named by H; what it was asked about its health is written down, a line each.
 */
const ILL = `exec ${JSON.stringify(process.execPath)} -e '${[
  'const fs=require("fs")',
  'require("http").createServer((q,r)=>{let s=200;try{s=Number(fs.readFileSync(process.env.H))}catch{}',
  'if(q.url==="/health"){fs.appendFileSync(process.env.H+"."+process.env.MESOS_TASK_ID,s+"\\n");r.statusCode=s;if(s>=300&&s<400)r.setHeader("Location","http://127.0.0.1:1/")}r.end()})',
  '.listen(Number(process.env.PORT0),"127.0.0.1")',
]
  .join(';')
  .replace(';.listen', '.listen')
  .replace('{};if', '{}if')}'`;

/** A server has as long to start, and to answer, as the slowest machine needs: only what it answers is to count. */
const [GRACE_SECONDS, TIMEOUT_SECONDS] = [600, 120];

const CHECK = {
  protocol: 'HTTP',
  path: '/health',
  gracePeriodSeconds: GRACE_SECONDS,
  intervalSeconds: 0.2,
  timeoutSeconds: TIMEOUT_SECONDS,
  maxConsecutiveFailures: 3,
};

function server(marathon: MarathonCluster, name: string, check: object) {
  const file = `${marathon.folder}/health-${name}`;
  return {
    app: {
      id: `/${name}`,
      cmd: ILL,
      cpus: 0.1,
      mem: 32,
      env: { H: file },
      ports: [0],
      healthChecks: [{ ...CHECK, ...check }],
    },
    answers: (status: number): void => {
      // At once: the server may read it at any moment.
      writeFileSync(`${file}.next`, String(status));
      renameSync(`${file}.next`, file);
    },
  };
}

const healthy = (marathon: MarathonCluster, id: string): Promise<App> =>
  until(`${id} is healthy`, async () => {
    const app = await marathon.app(id);
    return app.tasksHealthy === 1 && app.tasks.length === 1 ? app : undefined;
  });

test('a fourth failure in a row kills, three do not; redirections are healthy, what is refused is not', async (t) => {
  const marathon = await marathonCluster(t);
  const { events } = await followEvents(t, `${marathon.url}/v2/events`);
  const { app, answers } = server(marathon, 'web', {});
  await marathon.call('POST', '/v2/apps', app);
  const before = await healthy(marathon, '/web');
  const first = before.tasks[0]?.id ?? '';
  const times = (status: number): number =>
    readFileSync(`${app.env.H}.${first}`, 'utf8')
      .split('\n')
      .filter((line) => line === String(status)).length;
  const failures = (): number =>
    events.filter(({ eventType }) => eventType === 'failed_health_check_event').length;
  for (const status of [302, 399]) {
    answers(status);
    await until(`it answered ${status} twice`, () => times(status) >= 2);
    t.is(failures(), 0, String(status));
    t.is((await marathon.app('/web')).tasksHealthy, 1);
  }
  answers(400);
  await until('it is seen to be ill', () => failures() >= 1);
  const killed = await until(
    'it is given up',
    () => events.findIndex(({ eventType }) => eventType === 'unhealthy_instance_kill_event') + 1,
  );
  const failed = events.slice(0, killed).filter((each) => each.eventType === 'failed_health_check_event');
  t.is(failed.length, 4, 'three are not enough');
  answers(200);
  const after = await until('another one is healthy', async () => {
    const now = await healthy(marathon, '/web');
    return now.tasks[0]?.id === first ? undefined : now;
  });
  t.is(after.lastTaskFailure?.taskId, first);
  t.is(after.lastTaskFailure?.state, 'TASK_KILLED');
  const told = events
    .filter(({ eventType }) => eventType === 'health_status_changed_event')
    .map(({ alive }) => alive);
  t.deepEqual(told, [true, false, true]);
});

test('failures do not count in the grace period, and do after the first success in it; a check of the agent kills at the first with 0', async (t) => {
  const marathon = await marathonCluster(t);
  const young = server(marathon, 'young', { gracePeriodSeconds: 3600 });
  young.answers(500);
  const ill = server(marathon, 'ill', { gracePeriodSeconds: 1 });
  ill.answers(500);
  const agents = server(marathon, 'agents', {
    protocol: 'MESOS_HTTP',
    maxConsecutiveFailures: 0,
    delaySeconds: 0.1,
  });
  for (const { app } of [young, ill, agents]) await marathon.call('POST', '/v2/apps', app);
  const firstYoung = await until(
    'the young one runs',
    async () => (await marathon.app('/young')).tasks[0]?.id,
  );
  const firstIll = await until('the ill one runs', async () => (await marathon.app('/ill')).tasks[0]?.id);
  await until('the one whose grace is over was replaced', async () =>
    (await marathon.app('/ill')).tasks.some(({ id }) => id !== firstIll),
  );
  const app = await marathon.app('/young');
  t.deepEqual(
    [app.tasks[0]?.id, app.tasksHealthy, app.tasksUnhealthy],
    [firstYoung, 0, 0],
    'nobody knows of it yet',
  );
  t.is(app.deployments.length, 1, 'its deployment waits');
  young.answers(200);
  await healthy(marathon, '/young');
  young.answers(500);
  await until('its grace ended with its first success', async () =>
    (await marathon.app('/young')).tasks.some(({ id }) => id !== firstYoung),
  );
  const healthyAgents = await healthy(marathon, '/agents');
  agents.answers(500);
  await until('one failure was enough', async () =>
    (await marathon.app('/agents')).tasks.some(({ id }) => id !== healthyAgents.tasks[0]?.id),
  );
});

test('connections, commands, certificates that nobody vouches for: each is a check', async (t) => {
  const marathon = await marathonCluster(t);
  const { cert, key } = authority(t).issue('web');
  const listening = createServer({ cert, key }, (_request, reply) => void reply.end('well'));
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  t.teardown(() => void listening.close());
  const bound = listening.address();
  const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
  const times = {
    gracePeriodSeconds: 1,
    intervalSeconds: 0.2,
    timeoutSeconds: TIMEOUT_SECONDS,
    delaySeconds: 0.1,
    maxConsecutiveFailures: 0,
  };
  const app = { cmd: 'exec sleep 1000', cpus: 0.1, mem: 32 };
  await marathon.call('POST', '/v2/apps', {
    ...app,
    id: '/tcp',
    healthChecks: [{ ...times, protocol: 'TCP', port }],
  });
  await marathon.call('POST', '/v2/apps', {
    ...app,
    id: '/command',
    healthChecks: [
      { ...times, protocol: 'COMMAND', maxConsecutiveFailures: 3, command: { value: 'test -n "$PORT0"' } },
    ],
  });
  await marathon.call('POST', '/v2/apps', {
    ...app,
    id: '/mesos',
    healthChecks: [{ ...times, protocol: 'MESOS_TCP', maxConsecutiveFailures: 3, port }],
  });
  await marathon.call('POST', '/v2/apps', {
    ...app,
    id: '/never',
    healthChecks: [{ ...times, protocol: 'TCP', port: 1 }],
  });
  await marathon.call('POST', '/v2/apps', {
    ...app,
    id: '/https',
    healthChecks: [{ ...times, protocol: 'HTTPS', port }],
  });
  for (const id of ['/tcp', '/https', '/command', '/mesos']) await healthy(marathon, id);
  const never = await until('what cannot be connected to is ill', async () => {
    const seen = await marathon.app('/never');
    return seen.tasksUnhealthy === 1 ? seen : undefined;
  });
  t.is(never.tasks.length, 1, 'with 0 it is never killed for that');
});

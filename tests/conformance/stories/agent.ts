/** What runs at an agent: tasks, executors of others, containers, inverse offers, what operators do to it. */
import { until } from '../../support/until.ts';
import { type Answer, at, type EventStream, get, type Json, jsonCall, openStream, send } from '../client.ts';
import { Framework, ROLE } from '../framework.ts';
import type { Servers } from '../run.ts';
import type { Findings, Story } from '../story.ts';
import { operate } from './operator.ts';

const scalar = (name: string, value: number) => ({ name, type: 'SCALAR', scalar: { value } });
const TASK_RESOURCES = [scalar('cpus', 0.1), scalar('mem', 32)];
const SIZE = { resources: TASK_RESOURCES };

export interface Place {
  readonly url: string;
  readonly id: string;
}

export async function placeOf({ agent = '' }: Servers): Promise<Place> {
  const told = JSON.parse((await operate(agent, { type: 'GET_AGENT' })).text) as Json;
  return { url: agent, id: String(at(told, 'get_agent', 'agent_info', 'id', 'value')) };
}

function task(id: string, { id: agentId }: Place, more: object) {
  return { name: id, task_id: { value: id }, agent_id: { value: agentId }, ...SIZE, ...more };
}

async function accept(framework: Framework, operations: readonly object[], place?: Place): Promise<Json> {
  const offer = await framework.offer(0.5, place?.id);
  const offer_ids = [offer['id']];
  await framework.call('ACCEPT', { accept: { offer_ids, operations, filters: { refuse_seconds: 0 } } });
  return offer;
}

const launch = (...task_infos: object[]) => ({ type: 'LAUNCH', launch: { task_infos } });

const isOf = (id: string, state?: string) => (event: Json) =>
  at(event, 'update', 'status', 'task_id', 'value') === id &&
  (state === undefined || at(event, 'update', 'status', 'state') === state);

async function acknowledge(framework: Framework, event: Json): Promise<void> {
  const { task_id, agent_id, uuid } = at(event, 'update', 'status') as Json;
  await framework.call('ACKNOWLEDGE', { acknowledge: { task_id, agent_id, uuid } });
}

async function reach(framework: Framework, id: string, ...states: string[]): Promise<Json> {
  let last: Json = {};
  for (const state of states) {
    last = await framework.stream.first('UPDATE', isOf(id, state));
    await acknowledge(framework, last);
  }
  return at(last, 'update', 'status') as Json;
}

function offerKeys(findings: Findings, offer: Json, { id }: Place): void {
  const keys = ['id', 'framework_id', 'agent_id', 'hostname', 'url', 'resources', 'allocation_info'];
  for (const key of keys) findings.that(`an offer without '${key}'`, key in offer);
  findings.same('its agent', at(offer, 'agent_id', 'value'), id);
  findings.same('its role', at(offer, 'allocation_info', 'role'), ROLE);
  findings.same('its path', at(offer, 'url', 'path'), '/slave(1)');
}

const life: Story = {
  name: 'a task runs, its updates are acknowledged, and it is remembered as completed',
  needs: ['agent'],
  run: async (servers, findings) => {
    const place = await placeOf(servers);
    await Framework.with(servers.master, async (framework) => {
      const offer = await accept(
        framework,
        [launch(task('life', place, { command: { value: 'true' } }))],
        place,
      );
      offerKeys(findings, offer, place);
      const status = await reach(framework, 'life', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED');
      findings.same('its source', status['source'], 'SOURCE_EXECUTOR');
      findings.that('its uuid', Buffer.from(String(status['uuid']), 'base64').length === 16);
      const path = `/tasks?framework_id=${framework.id}&task_id=life`;
      const shown = JSON.parse((await get(`${servers.master}${path}`)).text) as Json;
      findings.same('its state', at(shown, 'tasks', 0, 'state'), 'TASK_FINISHED');
      await until('the task is completed', async () => {
        const tasks = JSON.parse((await operate(servers.master, { type: 'GET_TASKS' })).text) as Json;
        return JSON.stringify(at(tasks, 'get_tasks', 'completed_tasks')).includes(framework.id);
      });
    });
  },
};

const refusals: Story = {
  name: 'what cannot be launched is told in updates that nobody acknowledges',
  needs: ['agent'],
  run: async (servers, findings) => {
    const place = await placeOf(servers);
    await Framework.with(servers.master, async (framework) => {
      const command = { command: { value: 'true' } };
      const accepted = {
        offer_ids: [{ value: 'no-such-offer' }],
        operations: [launch(task('none', place, command))],
      };
      await framework.call('ACCEPT', { accept: accepted });
      const huge = { ...command, resources: [scalar('cpus', 1e6), scalar('mem', 32)] };
      const bad = [task('huge', place, huge), task('a/b', place, command), task('idle', place, {})];
      await accept(framework, [launch(...bad)], place);
      for (const [id, state, reason] of [
        ['none', 'TASK_DROPPED', 'REASON_INVALID_OFFERS'],
        ['huge', 'TASK_ERROR', 'REASON_TASK_INVALID'],
        ['a/b', 'TASK_ERROR', 'REASON_TASK_INVALID'],
        ['idle', 'TASK_ERROR', 'REASON_TASK_INVALID'],
      ] as const) {
        const status = at(await framework.stream.first('UPDATE', isOf(id)), 'update', 'status') as Json;
        const told = [status['state'], status['reason'], status['source'], status['uuid']];
        findings.same(`task ${id}`, told, [state, reason, 'SOURCE_MASTER', undefined]);
      }
    });
  },
};

const EXECUTOR_EVENT = 'mesos.v1.executor.Event';

class Executor {
  private readonly url: string;
  private readonly ids: object;

  constructor({ url }: Place, framework: Framework) {
    this.url = `${url}/api/v1/executor`;
    this.ids = { framework_id: { value: framework.id }, executor_id: { value: 'conformance' } };
  }

  subscribe(): Promise<EventStream> {
    const call = { ...this.ids, type: 'SUBSCRIBE', subscribe: {} };
    return openStream(this.url, jsonCall(call), EXECUTOR_EVENT);
  }

  async call(type: string, body: object): Promise<number> {
    return (await send(this.url, jsonCall({ ...this.ids, type, ...body }))).status;
  }

  update(id: string, state: string, uuid: string): Promise<number> {
    const status = { task_id: { value: id }, state, source: 'SOURCE_EXECUTOR', uuid };
    return this.call('UPDATE', { update: { status } });
  }
}

const uuidOf = (n: number) => Buffer.from(`0000000${n}111141118111111111111111`, 'hex').toString('base64');

async function executorLife(findings: Findings, place: Place, framework: Framework): Promise<void> {
  const executor = new Executor(place, framework);
  let stream = await until('the executor may subscribe', async () => {
    const opened = await executor.subscribe();
    return opened.status === 200 ? opened : undefined;
  });
  const subscribed = await stream.first('SUBSCRIBED');
  for (const key of ['executor_info', 'framework_info', 'agent_info', 'container_id'])
    findings.that(`SUBSCRIBED without '${key}'`, at(subscribed, 'subscribed', key) !== undefined);
  const launched = await stream.first('LAUNCH');
  findings.same('the task', at(launched, 'launch', 'task', 'task_id', 'value'), 'custom');
  findings.same('an update', await executor.update('custom', 'TASK_RUNNING', uuidOf(1)), 202);
  const acknowledged = await stream.first('ACKNOWLEDGED');
  findings.same('its uuid', at(acknowledged, 'acknowledged', 'uuid'), uuidOf(1));
  const running = await framework.stream.first('UPDATE', isOf('custom', 'TASK_RUNNING'));
  findings.same('the uuid at the scheduler', at(running, 'update', 'status', 'uuid'), uuidOf(1));
  await acknowledge(framework, running);
  const data = Buffer.from('hello').toString('base64');
  findings.same('a message', await executor.call('MESSAGE', { message: { data } }), 202);
  const message = await framework.stream.first('MESSAGE');
  findings.same('its data', at(message, 'message', 'data'), data);
  const ids = { agent_id: { value: place.id }, executor_id: { value: 'conformance' } };
  await framework.call('MESSAGE', { message: { ...ids, data } });
  findings.same('an answer', at(await stream.first('MESSAGE'), 'message', 'data'), data);
  const again = await executor.subscribe();
  await stream.end();
  stream = again;
  await stream.first('SUBSCRIBED');
  await framework.call('KILL', { kill: { task_id: { value: 'custom' } } });
  await stream.first('KILL');
  findings.same('the end', await executor.update('custom', 'TASK_KILLED', uuidOf(2)), 202);
  await reach(framework, 'custom', 'TASK_KILLED');
  await framework.call('SHUTDOWN', { shutdown: ids });
  await stream.first('SHUTDOWN');
  stream.close();
}

const custom: Story = {
  name: 'an executor that nobody here wrote subscribes, is given its task, subscribes again and is shut down',
  needs: ['agent'],
  run: async (servers, findings) => {
    const place = await placeOf(servers);
    await Framework.with(servers.master, async (framework) => {
      const executor = {
        ...{ type: 'CUSTOM', executor_id: { value: 'conformance' }, framework_id: { value: framework.id } },
        ...{ command: { value: 'exec sleep 1000' }, ...SIZE },
        shutdown_grace_period: { nanoseconds: 1e8 },
      };
      await accept(framework, [launch(task('custom', place, { executor }))], place);
      await executorLife(findings, place, framework);
    });
  },
};

const containers: Story = {
  name: 'a standalone container is launched, waited for, killed; one that is not there is 404',
  needs: ['agent'],
  run: async (servers, findings) => {
    const { url } = await placeOf(servers);
    const call = (type: string, more: object) => {
      return operate(url, { type, [type.toLowerCase()]: { container_id: { value: 'no-such' }, ...more } });
    };
    for (const type of ['WAIT_CONTAINER', 'KILL_CONTAINER'])
      findings.same(type, (await call(type, {})).status, 404);
    findings.same('REMOVE_CONTAINER', (await call('REMOVE_CONTAINER', {})).status, 400);
    for (const value of ['a.b', 'a/b', 'a b', '..', ''])
      findings.same(`id '${value}'`, (await call('WAIT_CONTAINER', { container_id: { value } })).status, 400);
    // One that is over is forgotten: it lasts until it is waited for, on however slow a machine.
    let container_id = { value: '' };
    let waited: Answer | undefined;
    for (let seconds = 1; seconds < 600 && waited?.status !== 200; seconds *= 4) {
      container_id = { value: `conformance-${process.pid}-${seconds}` };
      const command = { value: `sleep ${seconds}; exit 3` };
      const launched = await call('LAUNCH_CONTAINER', { container_id, command, ...SIZE });
      findings.same('LAUNCH_CONTAINER', launched.status, 200);
      waited = await call('WAIT_CONTAINER', { container_id });
    }
    findings.same('WAIT_CONTAINER', waited?.status, 200);
    findings.same('its end', at(JSON.parse(waited?.text ?? ''), 'wait_container', 'exit_status'), 3 * 256);
    const alive = { value: `conformance-alive-${process.pid}` };
    await call('LAUNCH_CONTAINER', { container_id: alive, command: { value: 'exec sleep 1000' }, ...SIZE });
    const attached = await call('ATTACH_CONTAINER_OUTPUT', { container_id: alive });
    findings.same('ATTACH_CONTAINER_OUTPUT of what is under no executor', attached.status, 404);
    findings.same('KILL_CONTAINER', (await call('KILL_CONTAINER', { container_id: alive })).status, 200);
    findings.same('killed when it is over', (await call('KILL_CONTAINER', { container_id })).status, 404);
  },
};

/** Ports and addresses as operators and agents tell them. */
async function machineOf(master: string, { id }: Place): Promise<object> {
  const slaves = JSON.parse((await get(`${master}/slaves?slave_id=${id}`)).text) as Json;
  const pid = String(at(slaves, 'slaves', 0, 'pid'));
  return { hostname: at(slaves, 'slaves', 0, 'hostname'), ip: pid.replace(/^.*@|:\d+$/g, '') };
}

const inverseOffers: Story = {
  name: 'a framework is asked back what it has on a machine whose maintenance is scheduled, and answers',
  needs: ['agent'],
  run: async (servers, findings) => {
    const { master } = servers;
    const place = await placeOf(servers);
    const machine = await machineOf(master, place);
    const schedule = async (windows: object[]) =>
      (
        await operate(master, {
          type: 'UPDATE_MAINTENANCE_SCHEDULE',
          update_maintenance_schedule: { schedule: { windows } },
        })
      ).status;
    await Framework.with(master, async (framework) => {
      await accept(framework, [launch(task('asked', place, { command: { value: 'sleep 100' } }))], place);
      await reach(framework, 'asked', 'TASK_STARTING', 'TASK_RUNNING');
      await framework.offer(0.5, place.id);
      const unavailability = { start: { nanoseconds: 4e18 }, duration: { nanoseconds: 6e10 } };
      findings.same('the schedule', await schedule([{ machine_ids: [machine], unavailability }]), 200);
      try {
        await framework.stream.first('RESCIND');
        const event = await framework.stream.first('INVERSE_OFFERS');
        const asked = at(event, 'inverse_offers', 'inverse_offers', 0) as Json;
        findings.same('when', at(asked, 'unavailability', 'start', 'nanoseconds'), 4e18);
        findings.same('where', at(asked, 'agent_id', 'value'), place.id);
        const accept_inverse_offers = { inverse_offer_ids: [asked['id']] };
        const answered = await framework.call('ACCEPT_INVERSE_OFFERS', { accept_inverse_offers });
        findings.same('the answer', answered.status, 202);
        await until('the answer is shown', async () => {
          const status = JSON.parse((await get(`${master}/maintenance/status`)).text) as Json;
          return at(status, 'draining_machines', 0, 'statuses', 0, 'status') === 'ACCEPT';
        });
      } finally {
        findings.same('no schedule', await schedule([]), 200);
      }
    });
  },
};

export const agentStories: readonly Story[] = [life, refusals, custom, containers, inverseOffers];

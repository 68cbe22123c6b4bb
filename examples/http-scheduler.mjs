// A framework over the v1 HTTP API: runs one command on the first offer that is large enough, and ends with it.
//
//   node examples/http-scheduler.mjs http://127.0.0.1:5050 'echo hello'
import {
  SchedulerCallType,
  SchedulerClient,
  SchedulerEventType,
  TaskState,
  ValueType,
} from 'mesostate/client';

const [master = 'http://127.0.0.1:5050', command = 'echo hello'] = process.argv.slice(2);

const NEEDED = { cpus: 0.1, mem: 32 };
const resources = Object.entries(NEEDED).map(([name, value]) => ({
  name,
  type: ValueType.SCALAR,
  scalar: { value },
  allocation_info: { role: '*' },
}));

let launched = false;

const client = new SchedulerClient({
  master,
  framework: {
    user: process.env.USER ?? 'root',
    name: 'one-command',
    roles: ['*'],
    capabilities: [{ type: 6 }],
  },
  handlers: {
    event: (event) => {
      if (event.type === SchedulerEventType.SUBSCRIBED) console.log(`subscribed as ${client.frameworkId}`);
      for (const offer of event.offers?.offers ?? []) answer(offer);
      if (event.type === SchedulerEventType.UPDATE) update(event.update.status);
    },
    refused: (text) => console.error(`the master refused: ${text}`),
    absent: (reason) => console.error(`no master yet: ${reason}`),
  },
});

const amount = (offer, name) =>
  offer.resources
    .filter((each) => each.name === name)
    .reduce((sum, each) => sum + (each.scalar?.value ?? 0), 0);

function answer(offer) {
  const isEnough = Object.entries(NEEDED).every(([name, value]) => amount(offer, name) >= value);
  if (launched || !isEnough) {
    client.call({ type: SchedulerCallType.DECLINE, decline: { offer_ids: [offer.id] } });
    return;
  }
  launched = true;
  const task_info = {
    name: 'command',
    task_id: { value: 'command-1' },
    agent_id: offer.agent_id,
    resources,
    command: { value: command },
  };
  const operations = [{ type: 1, launch: { task_infos: [task_info] } }];
  client.call({ type: SchedulerCallType.ACCEPT, accept: { offer_ids: [offer.id], operations } });
}

const ENDS = ['TASK_FINISHED', 'TASK_FAILED', 'TASK_KILLED', 'TASK_LOST', 'TASK_ERROR'];

function update(status) {
  if (status.uuid !== undefined) {
    const { agent_id, task_id, uuid } = status;
    client.call({ type: SchedulerCallType.ACKNOWLEDGE, acknowledge: { agent_id, task_id, uuid } });
  }
  const name = Object.keys(TaskState).find((each) => TaskState[each] === status.state);
  console.log(name, status.message ?? '');
  if (!ENDS.includes(name)) return;
  // The acknowledgement is on its way: a moment later nothing is left of the framework.
  client.call({ type: SchedulerCallType.TEARDOWN });
  setTimeout(() => process.exit(name === 'TASK_FINISHED' ? 0 : 1), 500);
}

client.start();

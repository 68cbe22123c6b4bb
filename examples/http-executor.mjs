// An executor over the v1 HTTP API that runs functions: one process, many tasks, one expensive thing made once for all of them.
//
//   executor: { type: 'CUSTOM', executor_id: { value: 'functions' }, command: { value: 'node examples/http-executor.mjs' } }
//   data: base64 of {"function": "sum", "argument": [1, 2, 3]}
//
// Patterns in it, each a few lines:
//   heartbeats         a framework message each five seconds says that the executor is alive and what runs in it
//   shared state       the table of functions stands for whatever takes long to make; it is made once, by the first task
//   progress           percents go as framework messages, of which only the last one counts; a milestone that must arrive is a
//                      status update TASK_RUNNING with data
//   canary             a task {"function": "canary"} does nothing and never ends: when it is lost, the executor is
import { ExecutorClient, ExecutorEventType, TaskState } from 'mesostate/client';

const HEARTBEAT_MS = 5000;

const running = new Map();
let functions;

/** Made once, however many tasks ask. */
function sharedFunctions() {
  functions ??= {
    sum: (numbers) => numbers.reduce((sum, each) => sum + each, 0),
    fail: () => {
      throw new Error('told to fail');
    },
  };
  return functions;
}

const say = (message) => client.message(Buffer.from(JSON.stringify(message)));

const client = new ExecutorClient({
  handlers: {
    event: (event) => {
      if (event.type === ExecutorEventType.LAUNCH) launch(event.launch.task);
      if (event.type === ExecutorEventType.KILL) end(event.kill.task_id, TaskState.TASK_KILLED);
      if (event.type === ExecutorEventType.MESSAGE) say({ echo: Buffer.from(event.message.data).toString() });
      if (event.type === ExecutorEventType.SHUTDOWN) leave();
    },
    refused: (text) => console.error(`the agent refused: ${text}`),
  },
});

function launch(task) {
  const { task_id } = task;
  running.set(task_id.value, task_id);
  const job = JSON.parse(Buffer.from(task.data ?? '').toString() || '{"function":"canary"}');
  client.update({ task_id, state: TaskState.TASK_RUNNING, data: Buffer.from('"ready"') });
  if (job.function === 'canary') return;
  setImmediate(() => run(task_id, job));
}

/** One task's crash is its own. */
function run(task_id, job) {
  try {
    say({ task: task_id.value, percent: 50 });
    const result = sharedFunctions()[job.function](job.argument);
    end(task_id, TaskState.TASK_FINISHED, JSON.stringify(result));
  } catch (error) {
    end(task_id, TaskState.TASK_FAILED, error.message);
  }
}

function end(task_id, state, message) {
  if (!running.delete(task_id.value)) return;
  client.update({ task_id, state, message });
}

/** Ends everything, waits until the agent knows, and goes. */
function leave() {
  for (const task_id of [...running.values()]) end(task_id, TaskState.TASK_KILLED);
  const look = setInterval(() => {
    if (client.unacknowledged > 0) return;
    clearInterval(look);
    process.exit(0);
  }, 20);
  setTimeout(() => process.exit(1), 4000);
}

client.start();
setInterval(() => say({ alive: [...running.keys()] }), HEARTBEAT_MS);

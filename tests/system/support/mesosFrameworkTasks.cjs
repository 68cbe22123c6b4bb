// A scheduler on npm's mesos-framework whose tasks have an executor: node mesosFrameworkTasks.cjs FOLDER PORT COMMAND_OF_THE_EXECUTOR [FRAMEWORK_ID]
// Without an id it launches `short` and `long` and speaks to the executor; with one it takes the framework over and kills what runs.
const path = require('node:path');
const { createRequire } = require('node:module');

const [, , folder, port, command, frameworkId] = process.argv;
const { Scheduler } = createRequire(path.join(folder, 'x.js'))('mesos-framework');

const tell = (said) => process.stdout.write(`${JSON.stringify(said)}\n`);
const scalars = (cpus, mem) => [
  { name: 'cpus', type: 'SCALAR', scalar: { value: cpus } },
  { name: 'mem', type: 'SCALAR', scalar: { value: mem } },
];
const executor = {
  executor_id: { value: 'third-party' },
  command: { value: command },
  resources: scalars(0.1, 32),
};
const waiting = frameworkId === undefined ? ['short', 'long'] : [];

const scheduler = new Scheduler({
  masterUrl: '127.0.0.1',
  port,
  frameworkName: 'third-party-tasks',
  user: require('node:os').userInfo().username,
  masterConnectionTimeout: 60,
  frameworkFailoverTimeout: 60,
  logging: { level: 'error', path: process.cwd(), fileName: 'log' },
  tasks: {},
  handlers: {
    OFFERS({ offers }) {
      for (const { id, agent_id } of offers) {
        const name = waiting.shift();
        if (name === undefined) {
          this.decline([id], { refuse_seconds: 60 });
          continue;
        }
        const task = { name, task_id: { value: name }, agent_id, resources: scalars(0.1, 32), executor };
        const launch = { type: 'LAUNCH', launch: { task_infos: [task] } };
        this.accept([id], [launch], { refuse_seconds: 0 });
      }
    },
  },
});

if (frameworkId !== undefined) scheduler.frameworkId = frameworkId;

scheduler.on('ready', () => scheduler.subscribe());
scheduler.on('error', (error) => tell({ error: error.message ?? String(error) }));
scheduler.on('subscribed', ({ frameworkId: id }) => {
  tell({ subscribed: id });
  if (frameworkId !== undefined) scheduler.reconcile();
});
scheduler.on('update', ({ status }) => {
  const { state, reason, task_id, agent_id } = status;
  tell({ task: task_id.value, state, reason });
  if (reason === 'REASON_RECONCILIATION') scheduler.kill(task_id.value, agent_id.value);
  else if (task_id.value === 'long' && state === 'TASK_RUNNING')
    scheduler.message(agent_id.value, 'third-party', 'hello');
  if (state === 'TASK_KILLED') setTimeout(() => process.exit(0), 200);
});
scheduler.on('message', ({ data }) => tell({ message: data }));

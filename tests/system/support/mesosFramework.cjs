// A scheduler on npm's mesos-framework: node mesosFramework.cjs FOLDER_OF_THE_CLIENT PORT [FRAMEWORK_ID]
// Without an id it launches a short and a long task; with one it takes the framework over, kills the long one and leaves.
const path = require('node:path');
const { createRequire } = require('node:module');

const [, , folder, port, frameworkId] = process.argv;
const { Scheduler, Mesos } = createRequire(path.join(folder, 'x.js'))('mesos-framework');
const mesos = Mesos.getMesos();

const task = (command) => ({
  priority: 1,
  instances: 1,
  commandInfo: new mesos.CommandInfo(null, null, true, command, null, null),
  resources: { cpus: 0.1, mem: 32, ports: 0, disk: 0 },
});

const scheduler = new Scheduler({
  masterUrl: '127.0.0.1',
  port,
  frameworkName: 'third-party',
  user: process.argv[5] ?? require('node:os').userInfo().username,
  masterConnectionTimeout: 60,
  frameworkFailoverTimeout: 60,
  logging: { level: 'error', path: process.cwd(), fileName: 'log' },
  tasks: frameworkId === undefined ? { short: task('true'), long: task('sleep 1000') } : {},
});
if (frameworkId !== undefined) scheduler.frameworkId = frameworkId;

const tell = (said) => process.stdout.write(`${JSON.stringify(said)}\n`);

scheduler.on('ready', () => scheduler.subscribe());
scheduler.on('error', (error) => tell({ error: error.message ?? String(error) }));
scheduler.on('subscribed', ({ frameworkId: id }) => {
  tell({ subscribed: id });
  if (frameworkId !== undefined) scheduler.reconcile();
});
for (const event of ['sent_kill', 'sent_reconcile', 'sent_teardown', 'sent_acknowledge'])
  scheduler.on(event, () => tell({ sent: event }));
scheduler.on('sent_teardown', () => process.exit(0));
scheduler.on('update', ({ status }) => {
  const { state, reason, task_id, agent_id } = status;
  tell({ task: task_id.value.split('.')[1], state, reason });
  if (frameworkId === undefined) return;
  if (reason === 'REASON_RECONCILIATION') scheduler.kill(task_id.value, agent_id.value);
  if (state === 'TASK_KILLED') setImmediate(() => scheduler.teardown());
});

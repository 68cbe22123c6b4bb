// An executor on npm's mesos-framework: node mesosFrameworkExecutor.cjs FOLDER_OF_THE_CLIENT
// The task `short` is soon done, others run until they are killed. What a framework says is said back to it.
const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { createRequire } = require('node:module');

const { Executor } = createRequire(path.join(process.argv[2], 'x.js'))('mesos-framework');

const uuid = () => Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64');

const report = (task_id, state) =>
  executor.update({ task_id, state, source: 'SOURCE_EXECUTOR', uuid: uuid() });

// The library calls default handlers that it does not have, so that each event wants one of ours.
const handlers = {
  SUBSCRIBED(_subscribed) {},
  LAUNCH({ task }) {
    report(task.task_id, 'TASK_RUNNING');
    if (task.name === 'short') setTimeout(report, 200, task.task_id, 'TASK_FINISHED');
  },
  KILL({ task_id }) {
    report(task_id, 'TASK_KILLED');
  },
  ACKNOWLEDGED(_acknowledged) {},
  MESSAGE({ data }) {
    this.message(`heard ${Buffer.from(data, 'base64')}`);
  },
  ERROR(_error) {},
  SHUTDOWN(_nothing) {
    process.exit(0);
  },
};

const executor = new Executor({ handlers });
executor.on('error', ({ message }) => process.stderr.write(`${message}\n`));
executor.subscribe();

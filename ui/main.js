// The first page: agents, frameworks, tasks and their states, from the master's public endpoints.
import { bytesText, cell, durationText, fill, stateClass, timeText } from './view.js';

const TASKS_SHOWN = 200;
const REFRESH_MS = 2000;

async function getJson(path) {
  const answer = await fetch(path, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  return answer.json();
}

const byId = (id) => document.getElementById(id);

function showIdentity(summary, version) {
  const cluster = summary.cluster ? `${summary.cluster} · ` : '';
  byId('identity').textContent = `${cluster}master ${location.host} · version ${version.version}`;
}

function figure(label, value, detail = '') {
  const box = document.createElement('div');
  const title = document.createElement('dt');
  const number = document.createElement('dd');
  title.textContent = label;
  number.textContent = value;
  if (detail !== '') {
    const small = document.createElement('small');
    small.textContent = ` ${detail}`;
    number.append(small);
  }
  box.append(title, number);
  return box;
}

const sum = (rows, pick) => rows.reduce((total, row) => total + (pick(row) ?? 0), 0);

function showSummary(summary) {
  const { slaves, frameworks } = summary;
  const used = (name) => sum(slaves, (slave) => slave.used_resources[name]);
  const total = (name) => sum(slaves, (slave) => slave.resources[name]);
  const tasks = (state) => String(sum(frameworks, (framework) => framework[`TASK_${state}`]));
  byId('summary').replaceChildren(
    figure('Agents', String(slaves.filter((slave) => slave.active).length), `of ${slaves.length} active`),
    figure(
      'Frameworks',
      String(frameworks.filter((framework) => framework.active).length),
      `of ${frameworks.length} active`,
    ),
    figure('CPUs used', used('cpus').toFixed(1), `of ${total('cpus').toFixed(1)}`),
    figure('Memory used', bytesText(used('mem')), `of ${bytesText(total('mem'))}`),
    figure('Running', tasks('RUNNING')),
    figure('Staging', tasks('STAGING')),
    figure('Finished', tasks('FINISHED')),
    figure('Failed', tasks('FAILED')),
  );
}

function agentState(slave) {
  if (slave.active) return 'active';
  return slave.deactivated ? 'deactivated' : 'disconnected';
}

function showAgents(slaves) {
  fill(
    byId('agents'),
    ['Agent', 'Host', 'State', 'CPUs', 'Memory', 'Running', 'Attributes', 'Registered'],
    slaves,
    (slave) => [
      cell(slave.id, 'id'),
      cell(slave.hostname),
      cell(agentState(slave), `state ${slave.active ? 'good' : 'bad'}`),
      cell(`${slave.used_resources.cpus} of ${slave.resources.cpus}`, 'number'),
      cell(`${bytesText(slave.used_resources.mem)} of ${bytesText(slave.resources.mem)}`, 'number'),
      cell(String(slave.TASK_RUNNING), 'number'),
      cell(
        Object.entries(slave.attributes)
          .map(([name, value]) => `${name}: ${value}`)
          .join(', '),
      ),
      cell(timeText(slave.registered_time)),
    ],
  );
}

function frameworkState(framework) {
  if (framework.active) return 'active';
  return framework.connected ? 'inactive' : 'disconnected';
}

function showFrameworks(frameworks) {
  fill(
    byId('frameworks'),
    ['Framework', 'Id', 'State', 'CPUs', 'Memory', 'Running', 'Finished', 'Failed'],
    frameworks,
    (framework) => [
      cell(framework.name),
      cell(framework.id, 'id'),
      cell(frameworkState(framework), `state ${framework.active ? 'good' : 'bad'}`),
      cell(String(framework.used_resources.cpus), 'number'),
      cell(bytesText(framework.used_resources.mem), 'number'),
      cell(String(framework.TASK_RUNNING), 'number'),
      cell(String(framework.TASK_FINISHED), 'number'),
      cell(String(framework.TASK_FAILED), 'number'),
    ],
  );
}

function history(task) {
  const begun = task.statuses[0]?.timestamp;
  return task.statuses
    .map(
      (status) =>
        `${status.state.replace('TASK_', '').toLowerCase()} +${durationText(status.timestamp - begun)}`,
    )
    .join(' → ');
}

function showTasks(tasks) {
  byId('tasks-note').textContent =
    tasks.length >= TASKS_SHOWN ? `The ${TASKS_SHOWN} newest; all of them are at /tasks.` : '';
  fill(byId('tasks'), ['Task', 'Name', 'State', 'Agent', 'CPUs', 'Memory', 'History'], tasks, (task) => [
    cell(task.id, 'id'),
    cell(task.name),
    cell(task.state, `state ${stateClass(task.state)}`),
    cell(task.slave_id, 'id'),
    cell(String(task.resources.cpus), 'number'),
    cell(bytesText(task.resources.mem), 'number'),
    cell(history(task), 'history'),
  ]);
}

async function refresh() {
  const [summary, tasks, version] = await Promise.all([
    getJson('/state-summary'),
    getJson(`/tasks?limit=${TASKS_SHOWN}&order=desc`),
    getJson('/version'),
  ]);
  showIdentity(summary, version);
  showSummary(summary);
  showAgents(summary.slaves);
  showFrameworks(summary.frameworks);
  showTasks(tasks.tasks);
}

function showConnection(error) {
  const line = byId('connection');
  line.classList.toggle('lost', error !== undefined);
  line.textContent =
    error === undefined
      ? `as of ${new Date().toLocaleTimeString()}`
      : `No answer from the master (${error.message}); trying again`;
}

async function run() {
  for (;;) {
    if (!document.hidden) {
      const error = await refresh().then(
        () => undefined,
        (reason) => reason,
      );
      showConnection(error);
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH_MS));
  }
}

run();

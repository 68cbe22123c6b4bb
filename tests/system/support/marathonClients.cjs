// Drives Marathon through clients of npm: node marathonClients.cjs FOLDER_OF_THE_CLIENTS PORT
const path = require('node:path');
const { createRequire } = require('node:module');

const [, , folder, port] = process.argv;
const load = createRequire(path.join(folder, 'x.js'));
const marathon = load('marathon-node')(`http://127.0.0.1:${port}`, { logTime: false });
const BusClient = load('marathon-event-bus-client');
const { Marathon } = load('mesos');

async function until(what, holds) {
  // Two minutes at least: how fast the machine is says nothing of the clients.
  for (let turn = 0; turn < 2_400; turn++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not so: ${what}`);
}

async function main() {
  const bus = new BusClient({
    marathonHost: '127.0.0.1',
    marathonPort: port,
    eventTypes: ['deployment_success'],
  });
  let told = false;
  bus.on('deployment_success', () => {
    told = true;
  });
  const subscribed = new Promise((resolve) => bus.on('subscribed', resolve));
  bus.subscribe();
  await subscribed;
  const created = (
    await marathon.app.create({ id: 'cl', cmd: 'sleep 1000', cpus: 0.1, mem: 16, instances: 1 })
  ).id;
  const running = async () => (await marathon.app.getOne('cl')).app.tasksRunning;
  await until(
    'one runs',
    async () => (await running()) === 1 && (await marathon.deployments.getList()).length === 0,
  );
  await marathon.app.update('cl', { instances: 2 });
  await until(
    'two run',
    async () => (await running()) === 2 && (await marathon.deployments.getList()).length === 0,
  );
  const said = {
    created,
    running: await running(),
    versions: (await marathon.app.getVersions('cl')).versions.length,
  };
  const [task] = (await marathon.app.getTasks('cl')).tasks;
  said.killed = (await marathon.app.killTask('cl', task.id, true)).version === undefined ? 0 : 1;
  await until('it is scaled down', async () => (await marathon.deployments.getList()).length === 0);
  await marathon.groups.create({ id: 'g', apps: [{ id: 'a', cmd: 'sleep 1000', cpus: 0.1, mem: 16 }] });
  said.group = (await marathon.groups.getOne('g')).id;
  await until('the group is deployed', async () => (await marathon.deployments.getList()).length === 0);
  said.busClient = told;
  const other = new Marathon({ host: '127.0.0.1', port });
  said.mesosClient = await new Promise((resolve, reject) => {
    other.app.list((error, apps) => (error ? reject(error) : resolve(apps.map(({ id }) => id).sort())));
  });
  await marathon.app.destroy('cl');
  await marathon.groups.destroy('g');
  said.left = (await marathon.app.getList()).apps.length;
  process.stdout.write(`\n${JSON.stringify(said)}\n`, () => process.exit(0));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
